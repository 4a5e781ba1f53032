package lab

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/device"
)

// inBulk returns a bulk capture and the truth about it.
func inBulk(t testing.TB, b *Bulk, seed uint64, size int64) ([]byte, *BulkTruth) {
	t.Helper()
	var out bytes.Buffer
	truth, err := b.Write(&out, seed, size)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), truth
}

// readBack writes raw into a file and reads its packets.
func readBack(t testing.TB, raw []byte) []*Packet {
	t.Helper()
	name := filepath.Join(t.TempDir(), captureName)
	if err := os.WriteFile(name, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := capture.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if !f.Simulated() {
		t.Error("the file does not say that it is simulated")
	}
	var packets []*Packet
	for batch := new(capture.Batch); err == nil; {
		err = f.Read(context.Background(), batch)
		for _, p := range batch.Packets {
			packets = append(packets, &Packet{p.Time, p.Number, bytes.Clone(p.Data)})
		}
		batch.Packets = batch.Packets[:0]
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return packets
}

func TestBulkSameSeedSameBytes(t *testing.T) {
	for _, b := range Bulks {
		first, _ := inBulk(t, b, 5, 300_000)
		if again, _ := inBulk(t, b, 5, 300_000); !bytes.Equal(first, again) {
			t.Errorf("%s: two runs differ", b.Name)
		}
		if other, _ := inBulk(t, b, 6, 300_000); bytes.Equal(first, other) {
			t.Errorf("%s: the seed changes nothing", b.Name)
		}
	}
}

func TestBulkSize(t *testing.T) {
	for _, b := range Bulks {
		const size = 4_000_000
		raw, truth := inBulk(t, b, 1, size)
		if n := len(raw); n < size*98/100 || n > size*110/100 {
			t.Errorf("%s: %d bytes, want about %d", b.Name, n, size)
		}
		if truth.Flows < int64(b.live) || len(truth.Told) == 0 || len(truth.Devices) != phones {
			t.Errorf("%s: %d flows, %d told, %d devices", b.Name, truth.Flows, len(truth.Told), len(truth.Devices))
		}
		if _, err := b.Write(io.Discard, 1, MinBulk-1); err == nil {
			t.Errorf("%s: a size too small is not refused", b.Name)
		}
	}
}

// TestBulkTruth has gopacket check every packet and put the streams in order,
// net/http read the requests in them, and counts what is told there.
func TestBulkTruth(t *testing.T) {
	for _, b := range Bulks {
		t.Run(b.Name, func(t *testing.T) {
			raw, truth := inBulk(t, b, 2, 3_000_000)
			packets := readBack(t, raw)
			if int64(len(packets)) != truth.Packets || !slices.IsSortedFunc(packets, func(a, b *Packet) int { return int(a.Time - b.Time) }) {
				t.Errorf("%d packets, want %d in order of time", len(packets), truth.Packets)
			}
			got := map[string]int64{}
			for name, stream := range streams(t, packets) {
				if strings.HasSuffix(name, ":80") {
					countTold(t, stream, got)
				}
			}
			want := map[string]int64{}
			for _, s := range truth.Told {
				want[written(s)] += s.Count
			}
			if !maps.Equal(got, want) {
				t.Errorf("on the wire: %v\nin the truth: %v", got, want)
			}
		})
	}
}

// written returns the text that spells what was told.
func written(s Told) string {
	i := slices.IndexFunc(forms, func(f form) bool { return f.name == s.Form })
	return forms[i].write(s.Value)
}

// countTold counts what the requests in a stream tell.
func countTold(t *testing.T, stream []byte, counts map[string]int64) {
	t.Helper()
	for r := bufio.NewReader(bytes.NewReader(stream)); ; {
		request, err := http.ReadRequest(r)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(request.Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range toldIn.FindAllSubmatch(unwrapped(t, request.Header, body), -1) {
			counts[string(m[1])]++
		}
	}
}

// toldIn finds what is told in JSON and forms.
var toldIn = regexp.MustCompile(`(?:^id=|"id":")([^"&]+)`)

// unwrapped undoes the encoding of a body.
func unwrapped(t *testing.T, head http.Header, body []byte) []byte {
	t.Helper()
	var r io.Reader = bytes.NewReader(body)
	var err error
	switch {
	case head.Get("Content-Encoding") == "gzip":
		r, err = gzip.NewReader(r)
	case head.Get("Content-Type") == "text/plain":
		r = base64.NewDecoder(base64.StdEncoding, r)
	}
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// TestUneven holds the carriage of bulk captures to its shares: 4 in 1000
// segments come late and 4 in 1000 twice.
func TestUneven(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var sent, late, twice int
	for range 2000 {
		order := Carriage{Order: Uneven}.arrange(flight, rng)
		seen := map[int]bool{}
		for i, k := range order {
			switch {
			case seen[k]:
				twice++
			case i > 0 && k < slices.Max(order[:i]):
				late++
			}
			seen[k] = true
		}
		if len(seen) != flight {
			t.Fatalf("%d of %d segments", len(seen), flight)
		}
		sent += flight
	}
	for what, n := range map[string]int{"late": late, "twice": twice} {
		if share := float64(n) / float64(sent); share < 0.003 || share > 0.005 {
			t.Errorf("%s: %.4f of the segments, want about 0.004", what, share)
		}
	}
}

// TestBulkMixture holds the mix to what it says: a tenth is IPv6, most
// payload is sealed.
func TestBulkMixture(t *testing.T) {
	raw, truth := inBulk(t, &mix, 3, 10_000_000)
	var v6 int64
	for _, p := range readBack(t, raw) {
		if p.Data[12] == 0x86 {
			v6++
		}
	}
	if share := float64(v6) / float64(truth.Packets); share < 0.05 || share > 0.16 {
		t.Errorf("%.2f of the packets are IPv6, want about 0.10", share)
	}
	if share := float64(truth.Sealed) / float64(len(raw)); share < 0.6 {
		t.Errorf("%.2f of the bytes are sealed in TLS, want most", share)
	}
}

// TestBulkHoldsLittle has the writer look at the memory in use.
func TestBulkHoldsLittle(t *testing.T) {
	for _, b := range Bulks {
		w := &memoryWriter{}
		if _, err := b.Write(w, 1, 20_000_000); err != nil {
			t.Fatal(err)
		}
		if w.most > 20<<20 {
			t.Errorf("%s: %d bytes in use while 20 MB are written", b.Name, w.most)
		}
	}
}

// memoryWriter keeps the most memory that was in use when it was called.
type memoryWriter struct{ calls, most uint64 }

func (w *memoryWriter) Write(b []byte) (int, error) {
	if w.calls++; w.calls%4 == 0 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		w.most = max(w.most, m.HeapAlloc)
	}
	return len(b), nil
}

func TestWriteBulk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	truth, err := WriteBulk(dir, &smallflows, 1, MinBulk)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range truth.Devices {
		got, err := device.Read(filepath.Join(dir, want.Name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Encode(), want.Encode()) || len(got.Values) != 9 {
			t.Errorf("%s: read back as %s", want.Name, got.Encode())
		}
	}
	if _, err := WriteBulk(dir, &smallflows, 1, MinBulk); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a folder that exists: %v", err)
	}
}

// TestQUICKeys holds the keys to those of RFC 9001, appendix A.1.
func TestQUICKeys(t *testing.T) {
	first, err := hex.DecodeString("8394c8f03e515708")
	if err != nil {
		t.Fatal(err)
	}
	prk, err := hkdf.Extract(sha256.New, first, quicSalt)
	if err != nil {
		t.Fatal(err)
	}
	key := quicExpand(prk, "client in", sha256.Size)
	for label, want := range map[string]string{
		"quic key": "1f369613dd76d5467730efcbe3b1a22d", "quic iv": "fa044b2f42a3fd3b46fb255c", "quic hp": "9f50449e04a0e810283a1e9933adedd2",
	} {
		if got := hex.EncodeToString(quicExpand(key, label, len(want)/2)); got != want {
			t.Errorf("%s is %s, want %s", label, got, want)
		}
	}
}

// TestBulkTshark has another reader of captures look for anything malformed
// and for wrong checksums, and count requests and the names in QUIC.
func TestBulkTshark(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("SKIPPED: tshark is not installed, so no other reader checks the bulk captures (Debian: apt-get install tshark)")
	}
	for _, b := range Bulks {
		t.Run(b.Name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "bulk")
			truth, err := WriteBulk(dir, b, 4, 5_000_000)
			if err != nil {
				t.Fatal(err)
			}
			frames := shark(t, tshark, filepath.Join(dir, captureName), "tcp.checksum.status", "udp.checksum.status", "ip.checksum.status", "_ws.malformed", "http.request.method", "quic.version", "tls.handshake.extensions_server_name")
			if int64(len(frames)) != truth.Packets {
				t.Errorf("%d frames, want %d", len(frames), truth.Packets)
			}
			requests, names := 0, 0
			for i, f := range frames {
				if f[0]+f[1] != "1" || f[2] == "0" || f[3] != "" {
					t.Fatalf("frame %d: %q", i+1, f)
				}
				if f[4] != "" {
					requests++
				}
				if f[5] != "" && f[6] != "" {
					names++
				}
			}
			if requests == 0 || b == &mix && names == 0 {
				t.Errorf("%d requests, %d names in QUIC", requests, names)
			}
		})
	}
}

func BenchmarkBulk(b *testing.B) {
	const size = 10_000_000
	for _, bulk := range Bulks {
		b.Run(bulk.Name, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				if _, err := bulk.Write(io.Discard, 1, size); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

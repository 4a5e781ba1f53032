package capture

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/telltale-audit/telltale/internal/packet"
)

func TestNotACapture(t *testing.T) {
	for _, c := range []struct {
		name, raw, why, hint string
	}{
		{"empty", "", "the file is empty", "pcap and pcapng"},
		{"text", "hello, world", "it starts with 68 65 6c 6c", "pcap and pcapng"},
		{"one byte", "\xd4", "it starts with d4", "pcap and pcapng"},
		{"har", `{"log": {"version": "1.2"}}`, "a HAR", "logs come later"},
		{"mitmproxy", "1936:9:websocket;0:~", "mitmproxy", "logs come later"},
		{"zip", "PK\x03\x04abc", "a zip", "unpack"},
		{"zstd", "\x28\xb5\x2f\xfd\x00", "the zstd stream is damaged", "unpack"},
		{"snoop", "snoop\x00\x00\x00", "a snoop", "editcap"},
		{"pcap header cut", "\xd4\xc3\xb2\xa1\x02\x00", "ends inside its header", "completely"},
		{"pcap version", "\xd4\xc3\xb2\xa1\x03\x00\x04\x00" + strings.Repeat("\x00", 16), "version 3.4 is not known", ""},
		{"pcapng header cut", string(written(t, Pcapng, 0)[:30]), "ends inside its header", "completely"},
		{"pcapng length", "\x0a\x0d\x0d\x0a\x00\x00\x00\x00\x4d\x3c\x2b\x1a", "damaged", ""},
		{"pcapng order", "\x0a\x0d\x0d\x0a\x1c\x00\x00\x00\x00\x00\x00\x00", "damaged", ""},
		{"gzip", "\x1f\x8bnot really", "gzip file is damaged", ""},
		{"gzip cut", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", "the gzip stream is damaged", "unpack"},
		{"zstd of text", string(zstdOf(t, []byte("hello, world"), 1<<20)), "it starts with 68 65 6c 6c", ""},
		{"zstd window", string(zstdOf(t, written(t, Pcap, 100), 2*maxZstdWindow)), "window", "unpack"},
		{"gzip of text", string(zipped(t, []byte("hello, world"))), "it starts with 68 65 6c 6c", ""},
	} {
		_, err := open("name", strings.NewReader(c.raw), nil)
		var e *FormatError
		if !errors.As(err, &e) {
			t.Errorf("%s: error %v", c.name, err)
			continue
		}
		if !strings.Contains(e.Why, c.why) || !strings.Contains(e.Hint, c.hint) || e.Name != "name" || !strings.HasPrefix(e.Error(), "name: ") {
			t.Errorf("%s: %q, hint %q", c.name, e, e.Hint)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	if _, err := Open(t.TempDir() + "/none"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	var e *fs.PathError
	if _, err := Open(t.TempDir()); !errors.As(err, &e) {
		t.Errorf("opened a directory: %v", err)
	}
}

func zipped(t testing.TB, raw []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zstdOf(t testing.TB, raw []byte, window int) []byte {
	t.Helper()
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out, zstd.WithWindowSize(window), zstd.WithSingleSegment(false))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write(raw[:len(raw)/2]); err != nil {
		t.Fatal(err)
	}
	if err := z.Flush(); err != nil { // else a small input gets a small window
		t.Fatal(err)
	}
	if _, err := z.Write(raw[len(raw)/2:]); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestCompressed reads compressed captures, whole, cut short and with something
// behind. The hash is that of the file as it is.
func TestCompressed(t *testing.T) {
	for _, format := range formats {
		capture := written(t, format, 6000)
		checkCompressed(t, zipped(t, capture))
		checkCompressed(t, zstdOf(t, capture, maxZstdWindow))
	}
}

func checkCompressed(t *testing.T, raw []byte) {
	t.Helper()
	got, f := read(t, bytes.NewReader(raw))
	samePackets(t, got, samples(6000))
	checkRaw(t, f, raw)
	if f.Input().Damage != nil {
		t.Errorf("%v", f.Input().Damage)
	}
	got, f = read(t, bytes.NewReader(raw[:len(raw)*2/3]))
	samePackets(t, got, samples(len(got)))
	checkRaw(t, f, raw[:len(raw)*2/3])
	if len(got) < 1000 || f.Input().Damage == nil {
		t.Errorf("cut: %d packets, damage %v", len(got), f.Input().Damage)
	}
	behind := append(bytes.Clone(raw), bytes.Repeat([]byte("behind"), 1<<17)...)
	got, f = read(t, bytes.NewReader(behind))
	samePackets(t, got, samples(6000))
	checkRaw(t, f, behind)
	if len(f.Input().Damage) != 1 {
		t.Errorf("something behind: damage %v", f.Input().Damage)
	}
}

func checkRaw(t *testing.T, f *File, raw []byte) {
	t.Helper()
	sum := sha256.Sum256(raw)
	if in := f.Input(); in.SHA256 != hex.EncodeToString(sum[:]) || in.Size != int64(len(raw)) {
		t.Errorf("size %d of %d, hash %s", in.Size, len(raw), in.SHA256)
	}
}

// TestHashAside has another goroutine hash: the same packets and hashes come of it,
// whoever reads has but one batch, and the file is as good as any or broken, or
// compressed.
func TestHashAside(t *testing.T) {
	raw := written(t, Pcapng, 20_000)
	for name, raw := range map[string][]byte{
		"pcap": written(t, Pcap, 20_000), "pcapng": raw, "gzip": zipped(t, raw), "zstd": zstdOf(t, raw, 1<<20),
		"damaged": append(written(t, Pcap, 3), bytes.Repeat([]byte{0xff}, 3*window)...),
	} {
		r := bytes.NewReader(raw)
		f, err := open("test", r, io.NopCloser(r), HashAside)
		if err != nil {
			t.Fatal(name, err)
		}
		n := 0
		for b := new(Batch); err == nil; n += len(b.Packets) {
			err = f.Read(t.Context(), b)
			for i := range b.Packets {
				if !samePacket(b.Packets[i], sample(n+i)) {
					t.Fatalf("%s: packet %d differs", name, n+i)
				}
			}
		}
		if n != 20_000 && name != "damaged" {
			t.Errorf("%s: %d packets", name, n)
		}
		checkRaw(t, f, raw)
	}
}

// TestHashOfDamaged hashes a file to its end, however broken.
func TestHashOfDamaged(t *testing.T) {
	raw := append(written(t, Pcap, 3), bytes.Repeat([]byte{0xff}, 3*window)...)
	_, f := read(t, bytes.NewReader(raw))
	checkRaw(t, f, raw)
	if n := f.Skipped()["corrupt_block"]; n != 3*window {
		t.Errorf("skipped %d bytes", n)
	}
	if f.Input().LinkTypes[0] != packet.LinkEthernet.String() {
		t.Error(f.Input().LinkTypes)
	}
}

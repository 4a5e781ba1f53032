package capture

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
)

var _ Source = (*File)(nil)

var formats = []Format{Pcap, PcapNano, Pcapng}

const start = int64(1_552_000_000_123_456_000) // in March 2019

// sample returns packet i of a made-up capture.
func sample(i int) Packet {
	data := fmt.Appendf(nil, "packet %d ", i)
	data = append(data, bytes.Repeat([]byte{byte(i), 0, 0xff}, i%97)...)
	return Packet{
		Data: data, Time: start + int64(i)*1_000_000_000, Number: int64(i) + 1, WireLen: len(data), Link: packet.LinkEthernet,
	}
}

// written returns a capture of n sample packets.
func written(t testing.TB, format Format, n int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, format, packet.LinkEthernet, "SIMULATED by telltale lab incident")
	for i := 0; err == nil && i < n; i++ {
		err = w.Write(sample(i).Time, sample(i).Data, "simulated")
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// read returns copies of all packets of a capture.
func read(t testing.TB, r io.Reader) ([]Packet, *File) {
	t.Helper()
	f, err := open("test", r, io.NopCloser(r))
	if err != nil {
		t.Fatal(err)
	}
	packets, err := drain(f)
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return packets, f
}

func drain(f *File) ([]Packet, error) {
	var all []Packet
	var b Batch
	for {
		if err := f.Read(context.Background(), &b); err != nil {
			return all, err
		}
		for _, p := range b.Packets {
			p.Data = bytes.Clone(p.Data)
			all = append(all, p)
		}
		clear(b.buf) // the batch is the caller's
	}
}

// samePackets compares packets, data included.
func samePackets(t *testing.T, got, want []Packet) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d packets, want %d", len(got), len(want))
	}
	for i := range got {
		if !samePacket(got[i], want[i]) {
			t.Fatalf("packet %d:\ngot  %+v\nwant %+v", i, got[i], want[i])
		}
	}
}

func samePacket(a, b Packet) bool {
	return bytes.Equal(a.Data, b.Data) && a.Time == b.Time && a.Number == b.Number && a.WireLen == b.WireLen && a.Link == b.Link
}

func samples(n int) []Packet {
	all := make([]Packet, n)
	for i := range all {
		all[i] = sample(i)
	}
	return all
}

func TestRoundTrip(t *testing.T) {
	for _, format := range formats {
		raw := written(t, format, 5000) // more than one window
		name := filepath.Join(t.TempDir(), "made.up")
		if err := os.WriteFile(name, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if f.Simulated() != (format == Pcapng) {
			t.Errorf("%s: simulated %v", format, f.Simulated())
		}
		got, err := drain(f)
		if !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		samePackets(t, got, samples(5000))
		sum := sha256.Sum256(raw)
		in := f.Input()
		kind := "pcap"
		if format == Pcapng {
			kind = "pcapng"
		}
		if in.Name != "made.up" || in.SHA256 != hex.EncodeToString(sum[:]) || in.Size != int64(len(raw)) || in.Format != kind ||
			!slices.Equal(in.LinkTypes, []string{"ethernet"}) || in.Packets != 5000 ||
			in.First != telltale.Time(start) || in.Last != telltale.Time(sample(4999).Time) || in.Damage != nil || f.Skipped() != nil {
			t.Errorf("%s: %+v, skipped %v", format, in, f.Skipped())
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestChunks holds every format to this: however the bytes come, the packets
// and the input record are the same.
func TestChunks(t *testing.T) {
	for _, format := range formats {
		raw := written(t, format, 300)
		raw = slices.Concat(raw[:5000], []byte("damage"), raw[5000:len(raw)-5])
		want, file := read(t, bytes.NewReader(raw))
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"one byte": iotest.OneByteReader, "half": iotest.HalfReader, "error with data": iotest.DataErrReader,
		} {
			got, f := read(t, wrap(bytes.NewReader(raw)))
			samePackets(t, got, want)
			if a, b := fmt.Sprint(f.Input(), f.Skipped()), fmt.Sprint(file.Input(), file.Skipped()); a != b {
				t.Errorf("%s, %s:\ngot  %s\nwant %s", format, name, a, b)
			}
		}
	}
}

// TestBorrowed reads into several batches in turn: none disturbs another.
func TestBorrowed(t *testing.T) {
	f, err := open("test", bytes.NewReader(written(t, Pcapng, 20_000)), nil)
	if err != nil {
		t.Fatal(err)
	}
	var batches [3]Batch
	n := 0
	for i := 0; ; i++ {
		b := &batches[i%3]
		if f.Read(t.Context(), b) != nil {
			break
		}
		n += len(b.Packets)
		for j := range batches {
			for _, p := range batches[j].Packets {
				if !samePacket(p, sample(int(p.Number)-1)) {
					t.Fatalf("packet %d changed", p.Number)
				}
			}
		}
	}
	if n != 20_000 {
		t.Errorf("%d packets", n)
	}
}

// TestLive reads from a pipe: a packet arrives without waiting for more.
func TestLive(t *testing.T) {
	for _, format := range formats {
		r, w := io.Pipe()
		raw := written(t, format, 2)
		last := written(t, format, 1)
		go w.Write(raw[:len(last)])
		f, err := open("-", r, r)
		if err != nil {
			t.Fatal(err)
		}
		var b Batch
		if err := f.Read(t.Context(), &b); err != nil || !samePacket(b.Packets[0], sample(0)) {
			t.Fatal(err, b.Packets)
		}
		go func() { w.Write(raw[len(last):]); w.Close() }()
		if err := f.Read(t.Context(), &b); err != nil || !samePacket(b.Packets[0], sample(1)) {
			t.Fatal(err, b.Packets)
		}
		if err := f.Read(t.Context(), &b); !errors.Is(err, io.EOF) || len(b.Packets) > 0 {
			t.Fatal(err)
		}
	}
}

func TestCancel(t *testing.T) {
	f, err := open("test", bytes.NewReader(written(t, Pcap, 10)), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var b Batch
	if err := f.Read(ctx, &b); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	got, _ := drain(f) // nothing was lost
	samePackets(t, got, samples(10))
}

// TestCancelInside cancels while a packet longer than the window is read.
func TestCancelInside(t *testing.T) {
	large := bytes.Repeat([]byte("large"), 1<<18)
	raw := appendRecord(newPcapHead(magicMicro, 1), start, 1000, large)
	binary.LittleEndian.PutUint32(raw[16:], uint32(len(large))) // snaplen
	ctx, cancel := context.WithCancel(t.Context())
	read := 0
	f, err := open("test", readerFunc(func(p []byte) (int, error) {
		n := copy(p, raw[read:])
		if read += n; read > len(raw)/2 {
			cancel()
		}
		if n == 0 {
			return 0, io.EOF
		}
		return n, nil
	}), nil)
	if err != nil {
		t.Fatal(err)
	}
	var b Batch
	if err := f.Read(ctx, &b); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	used := Batch{buf: make([]byte, window)} // smaller than what is carried over
	if err := f.Read(t.Context(), &used); err != nil {
		t.Fatal(err)
	}
	if got := used.Packets; len(got) != 1 || !bytes.Equal(got[0].Data, large) {
		t.Fatalf("%d packets, damage %v", len(got), f.Input().Damage)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestReadError passes the operating system's error on, after the packets.
func TestReadError(t *testing.T) {
	broken := errors.New("device gone")
	f, err := open("test", io.MultiReader(bytes.NewReader(written(t, Pcap, 10)), iotest.ErrReader(broken)), nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := drain(f)
	if len(got) != 10 || !errors.Is(err, broken) {
		t.Fatal(len(got), err)
	}
}

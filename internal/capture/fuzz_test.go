package capture

import (
	"bytes"
	"compress/gzip"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/telltale-audit/telltale/internal/oracle"
)

// fixedFile is what a file takes however short it is, in bytes: its window,
// the batch, and what the tests keep; fixedPacked what a compression takes on
// top, which is its window above all.
const (
	fixedFile   = 4 * window
	fixedPacked = 2*maxZstdWindow + 1<<20
)

// FuzzRead holds the reading of any file to its work: memory by the length of
// the file, whatever lengths it declares, and batches that end. What is read
// is what [FuzzOpen] looks at.
func FuzzRead(f *testing.F) {
	for _, format := range formats {
		f.Add(written(f, format, 9), uint16(40), byte(0xff))
	}
	f.Fuzz(func(t *testing.T, raw []byte, at uint16, x byte) {
		if int(at) < len(raw) {
			raw = bytes.Clone(raw)
			raw[at] ^= x
		}
		for _, c := range compressions {
			if bytes.HasPrefix(raw, c.magic) {
				return // see FuzzPacked
			}
		}
		oracle.Allocates(t, fixedFile, len(raw), func() { readThrough(t, raw) })
	})
}

// readThrough reads a file to its end: every packet takes a byte of it.
func readThrough(t *testing.T, raw []byte) {
	file, err := open("fuzz", bytes.NewReader(raw), nil)
	if err != nil {
		return
	}
	var b Batch
	for n := 0; file.Read(t.Context(), &b) == nil; {
		if n += len(b.Packets); n > len(raw) {
			t.Fatalf("%d packets in %d bytes", n, len(raw))
		}
	}
}

// FuzzPacked gives the readers of compressed files damaged streams. A sound
// one holds the packets that the file inside holds; a damaged one what comes
// before the damage; and memory goes by what was inflated and the window that
// is allowed, whatever the stream asks for.
func FuzzPacked(f *testing.F) {
	p, rng := newPacker(f), rand.New(rand.NewPCG(2, 2))
	for range 6 {
		f.Add(written(f, formats[rng.IntN(len(formats))], rng.IntN(30)), rng.IntN(2) == 0, uint16(rng.Uint32()), byte(rng.IntN(2)))
	}
	f.Fuzz(func(t *testing.T, raw []byte, zst bool, at uint16, x byte) {
		packed := p.pack(raw, zst)
		want := inside(t, raw)
		if x != 0 {
			packed[int(at)%len(packed)] ^= x
		}
		var got []Packet
		oracle.Allocates(t, fixedFile+fixedPacked, len(raw)+len(packed), func() { got = inside(t, packed) })
		if x == 0 {
			samePackets(t, got, want)
		}
	})
}

// inside returns the packets of a file, nil where it is none.
func inside(t *testing.T, raw []byte) []Packet {
	file, err := open("fuzz", bytes.NewReader(raw), nil)
	if err != nil {
		return nil
	}
	packets, _ := drain(file)
	for i, p := range packets {
		if p.Number != int64(i)+1 {
			t.Fatalf("packet %d has the number %d", i+1, p.Number)
		}
	}
	return packets
}

// A packer compresses again and again with what it made once.
type packer struct {
	gzip *gzip.Writer
	zstd *zstd.Encoder
}

func newPacker(f *testing.F) packer {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		f.Fatal(err)
	}
	return packer{gzip.NewWriter(nil), z}
}

func (p packer) pack(raw []byte, zst bool) []byte {
	if zst {
		return p.zstd.EncodeAll(raw, nil)
	}
	var out bytes.Buffer
	p.gzip.Reset(&out)
	_, _ = p.gzip.Write(raw) // into memory
	_ = p.gzip.Close()
	return out.Bytes()
}

// FuzzUnpack gives the readers of compressed files arbitrary streams behind
// the bytes that they are known by.
func FuzzUnpack(f *testing.F) {
	for _, format := range formats {
		raw := written(f, format, 3)
		f.Add(bytes.TrimPrefix(zipped(f, raw), gzipMagic))
		f.Add(zstdOf(f, raw, 1<<20)[4:])
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, c := range compressions {
			inside(t, append(bytes.Clone(c.magic), raw...))
		}
	})
}

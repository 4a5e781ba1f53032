package decode

import (
	"bytes"
	"errors"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// zstdDecoder inflates Zstandard (RFC 8878).
var zstdDecoder = &Decoder{Name: "zstd", Next: nextZstd, needs: magics, Open: openZstd, Close: closeRead, Encode: encodeZstd}

// brotliDecoder inflates Brotli (RFC 7932). Nothing tells it from other bytes, so
// it is not in [All]: only Content-Encoding asks for it.
var brotliDecoder = &Decoder{Name: "br", Open: openBrotli, Close: closeRead, Encode: encodeBrotli}

var zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}

// maxZstdWindow is how far back an object may refer, in bytes: the memory that it
// takes, and what the format asks every reader for (RFC 8878, 3.1.1.1.2). Brotli
// cannot ask for more than 16 MiB.
const maxZstdWindow = 8 << 20

// isZstd reports whether b begins as a frame of Zstandard.
func isZstd(b []byte) bool { return len(b) >= 9 && bytes.HasPrefix(b, zstdMagic) }

// isSkippable reports whether b begins as a frame that says nothing, which may
// stand before one of Zstandard (RFC 8878, 3.1.2).
func isSkippable(b []byte) bool {
	return len(b) >= 8 && b[0]&0xf0 == 0x50 && bytes.HasPrefix(b[1:], []byte{0x2a, 0x4d, 0x18})
}

// nextZstd implements [Decoder.Next]. It looks for the last byte of the magic,
// which no text has.
func nextZstd(b []byte, at int) int {
	for next := at; ; {
		n := bytes.IndexByte(b[min(next, len(b)):], zstdMagic[3])
		if n < 0 {
			return len(b)
		}
		if start := next + n - 3; start >= at && isZstd(b[start:]) {
			return start
		}
		next += n + 1
	}
}

// A packedReader inflates by a library, which reads from src.
type packedReader struct {
	src    bytes.Reader
	brotli *brotli.Reader
	zstd   *zstd.Decoder
	now    io.Reader // one of these, nil while the object at hand is deflate's kin
}

// read inflates to b and returns how much that was.
func (p *packedReader) read(b []byte) (n int, err error) {
	for empty := 0; n == 0 && err == nil; empty++ {
		if n, err = p.now.Read(b); empty == maxEmpty {
			err = errNoObject
		}
	}
	return n, err
}

// maxEmpty is how often a library may return nothing before it is given up.
const maxEmpty = 16

// openZstd implements [Decoder.Open].
func openZstd(s *stream) (err error) {
	p := &s.packed
	p.src.Reset(s.in)
	if p.zstd == nil {
		p.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxZstdWindow))
	}
	if err == nil {
		err = p.zstd.Reset(&p.src)
	}
	p.now = p.zstd
	return err
}

// openBrotli implements [Decoder.Open].
func openBrotli(s *stream) error {
	p := &s.packed
	p.src.Reset(s.in)
	if p.brotli == nil {
		p.brotli = new(brotli.Reader)
	}
	p.now = p.brotli
	return p.brotli.Reset(&p.src)
}

// isCut reports whether the object o, which a library reads, goes on in bytes that
// are to come: what it had read of it, it can not go on from.
func (s *stream) isCut(o object) bool {
	return s.packed.now != nil && !s.ended && s.packed.src.Len() == 0 && o.view.mayGoOn()
}

// closeRead implements [Decoder.Close]: the library has seen to the end.
func closeRead(*stream) error { return io.EOF }

// packedRun is [inflater.run] by a library.
func (s *stream) packedRun(out []byte, o int) (int, error) {
	n, err := s.packed.read(out[o:])
	if err != nil && !errors.Is(err, io.EOF) {
		err = errNoObject
	}
	return o + n, err
}

// encodeZstd implements [Decoder.Encode].
func encodeZstd(b []byte) []byte {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil
	}
	out := w.EncodeAll(b, nil)
	_ = w.Close() // into memory: cannot fail
	return out
}

// encodeBrotli implements [Decoder.Encode].
func encodeBrotli(b []byte) []byte {
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, brotli.DefaultCompression)
	_, _ = w.Write(b) // into memory: cannot fail
	_ = w.Close()
	return out.Bytes()
}

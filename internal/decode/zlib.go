package decode

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
)

// zlibDecoder inflates zlib (RFC 1950).
var zlibDecoder = &Decoder{
	Name: "zlib",
	Next: func(b []byte, at int) int {
		return nextMagic(b, at, 0x78, isZlib)
	},
	needs:  controls | zlibSeconds | carets,
	Open:   openZlib,
	Close:  closeZlib,
	Encode: encodeZlib,
}

// deflateDecoder inflates bare deflate (RFC 1951). Nothing tells it from other
// bytes, so it is not in [All]: only Content-Encoding asks for it.
var deflateDecoder = &Decoder{Name: "deflate", Open: openDeflate, Close: closeDeflate}

// isZlib reports whether b begins as a zlib object of a 32 KiB window
// without a dictionary, with a legal block.
func isZlib(b []byte) bool {
	return len(b) >= 7 && b[0] == 0x78 && b[1]&0x20 == 0 && (int(b[0])<<8|int(b[1]))%31 == 0 && isBlock(b[2:])
}

// isBlock reports whether b begins as a block of deflate (RFC 1951, 3.2.3).
func isBlock(b []byte) bool {
	switch b[0] >> 1 & 3 {
	case 0: // stored
		return b[1] == ^b[3] && b[2] == ^b[4]
	case 1: // fixed codes
		return true
	case 2: // 257 to 286 literals, 1 to 30 distances
		return b[0]>>3 <= 29 && b[1]&31 <= 29
	}
	return false
}

// zlibHead is how long a zlib header is.
const zlibHead = 2

// openZlib implements [Decoder.Open].
func openZlib(s *stream) error {
	s.reset(zlibHead)
	s.sum = s.adler
	return nil
}

// closeZlib implements [Decoder.Close].
func closeZlib(s *stream) error {
	tail := s.in[s.at:]
	s.at += min(len(tail), 4)
	if len(tail) < 4 || binary.BigEndian.Uint32(tail) != s.adler.Sum32() {
		return errNoObject
	}
	return io.EOF
}

// openDeflate implements [Decoder.Open].
func openDeflate(s *stream) error {
	s.reset(0)
	s.sum = nil
	return nil
}

// closeDeflate implements [Decoder.Close].
func closeDeflate(*stream) error { return io.EOF }

// encodeZlib implements [Decoder.Encode].
func encodeZlib(b []byte) []byte {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	_, _ = w.Write(b) // into memory: cannot fail
	_ = w.Close()
	return out.Bytes()
}

package decode

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"io"
)

// zlibDecoder inflates zlib (RFC 1950).
var zlibDecoder = &Decoder{
	Name: "zlib",
	Next: func(b []byte, at int) int {
		return nextMagic(b, at, 0x78, isZlib)
	},
	Open:   openZlib,
	Encode: encodeZlib,
}

// deflateDecoder inflates bare deflate (RFC 1951). Nothing tells it from other
// bytes, so it is not in [All]: only Content-Encoding asks for it.
var deflateDecoder = &Decoder{Name: "deflate", Open: openDeflate}

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

// openZlib implements [Decoder.Open].
func openZlib(s *stream, b []byte) (io.Reader, error) {
	s.begin(b)
	if s.zlib != nil {
		return s.zlib, s.zlib.(zlib.Resetter).Reset(&s.in, nil)
	}
	var err error
	s.zlib, err = zlib.NewReader(&s.in)
	return s.zlib, err
}

// openDeflate implements [Decoder.Open].
func openDeflate(s *stream, b []byte) (io.Reader, error) {
	s.begin(b)
	if s.flate != nil {
		return s.flate, s.flate.(flate.Resetter).Reset(&s.in, nil)
	}
	s.flate = flate.NewReader(&s.in)
	return s.flate, nil
}

// encodeZlib implements [Decoder.Encode].
func encodeZlib(b []byte) []byte {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	_, _ = w.Write(b) // into memory: cannot fail
	_ = w.Close()
	return out.Bytes()
}

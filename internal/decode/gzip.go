package decode

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"hash/crc32"
	"io"
)

// gzipDecoder inflates gzip (RFC 1952); members that follow each other are
// one object.
var gzipDecoder = &Decoder{
	Name: "gzip",
	Next: func(b []byte, at int) int {
		return nextMagic(b, at, gzipMagic[0], isGzip)
	},
	needs:  magics,
	Open:   openGzip,
	Close:  closeGzip,
	Encode: encodeGzip,
}

var gzipMagic = []byte{0x1f, 0x8b, 8}

// isGzip reports whether b begins as a gzip member whose flags are legal.
func isGzip(b []byte) bool {
	return len(b) >= 10 && bytes.HasPrefix(b, gzipMagic) && b[3]&0xe0 == 0
}

// nextMagic returns the first place in b[at:] where is holds, len(b) if there
// is none; mark is its first byte.
func nextMagic(b []byte, at int, mark byte, is func([]byte) bool) int {
	for ; at < len(b); at++ {
		n := bytes.IndexByte(b[at:], mark)
		if n < 0 {
			break
		}
		if at += n; is(b[at:]) {
			return at
		}
	}
	return len(b)
}

// openGzip implements [Decoder.Open].
func openGzip(s *stream) error {
	end, ok := gzipHeader(s.in, 0)
	if !ok {
		s.at = end
		return errNoObject
	}
	s.reset(end)
	s.sum = s.crc
	return nil
}

// The flags of a gzip member, and how long a name or comment may be.
const (
	gzipCheck   = 1 << 1
	gzipExtra   = 1 << 2
	gzipName    = 1 << 3
	gzipComment = 1 << 4
	maxName     = 4 << 10
)

// gzipHeader returns the end of the member's header at b[at:], or where it stops
// being one (RFC 1952, 2.3).
func gzipHeader(b []byte, at int) (end int, ok bool) {
	if len(b)-at < 10 || !bytes.HasPrefix(b[at:], gzipMagic) {
		return at, false
	}
	start, flags := at, b[at+3]
	at += 10
	if flags&gzipExtra != 0 {
		if len(b)-at < 2 {
			return len(b), false
		}
		at += 2 + int(b[at]) + int(b[at+1])<<8
	}
	for _, flag := range []byte{gzipName, gzipComment} {
		if flags&flag == 0 {
			continue
		}
		rest := b[min(at, len(b)):]
		n := bytes.IndexByte(rest[:min(len(rest), maxName)], 0)
		if n < 0 {
			return min(at+maxName, len(b)), false
		}
		at += n + 1
	}
	if flags&gzipCheck != 0 {
		if len(b)-at < 2 || uint16(crc32.ChecksumIEEE(b[start:at])) != binary.LittleEndian.Uint16(b[at:]) {
			return min(at, len(b)), false
		}
		at += 2
	}
	return min(at, len(b)), at <= len(b)
}

// closeGzip implements [Decoder.Close].
func closeGzip(s *stream) error {
	sum, size := s.crc.Sum32(), uint32(s.out-s.member)
	tail := s.in[s.at:]
	s.at += min(len(tail), 8)
	if len(tail) < 8 || binary.LittleEndian.Uint32(tail) != sum || binary.LittleEndian.Uint32(tail[4:]) != size {
		return errNoObject
	}
	end, ok := gzipHeader(s.in, s.at)
	if !ok {
		return io.EOF
	}
	s.member = s.out
	s.part(s.at)
	s.reset(end)
	return nil
}

// encodeGzip implements [Decoder.Encode].
func encodeGzip(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b) // into memory: cannot fail
	_ = w.Close()
	return out.Bytes()
}

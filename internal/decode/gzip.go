package decode

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
)

// gzipDecoder inflates gzip (RFC 1952); members that follow each other are
// one object.
var gzipDecoder = &Decoder{
	Name: "gzip",
	Next: func(b []byte, at int) int {
		return nextMagic(b, at, gzipMagic[0], isGzip)
	},
	Open:   openGzip,
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
func openGzip(s *stream, b []byte) (io.Reader, error) {
	s.begin(b)
	if err := s.gzip.Reset(&s.in); err != nil {
		return nil, err
	}
	s.gzip.Multistream(false)
	return (*members)(s), nil
}

// members reads the gzip members of a stream as one.
type members stream

// Read implements [io.Reader].
func (m *members) Read(p []byte) (int, error) {
	n, err := m.gzip.Read(p)
	if !errors.Is(err, io.EOF) {
		return n, err
	}
	at := m.in.Size() - int64(m.in.Len())
	if m.gzip.Reset(&m.in) != nil {
		_, _ = m.in.Seek(at, io.SeekStart) // back to where it was: cannot fail
		return n, io.EOF
	}
	m.gzip.Multistream(false)
	next := part{m.out + n, int(at)}
	if last := len(m.parts) - 1; m.parts[last].out == next.out {
		m.parts[last] = next
	} else {
		m.parts = append(m.parts, next)
	}
	return n, nil
}

// encodeGzip implements [Decoder.Encode].
func encodeGzip(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b) // into memory: cannot fail
	_ = w.Close()
	return out.Bytes()
}

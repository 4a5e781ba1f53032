package decode

import (
	"bytes"
	"compress/gzip"
	"io"
	"slices"
)

// A stream inflates one object, in windows. There is one for each layer.
type stream struct {
	in     bytes.Reader
	gzip   gzip.Reader
	zlib   io.ReadCloser
	flate  io.ReadCloser
	window []byte
	ended  bool   // the object ended as it should
	out    int    // bytes inflated so far
	parts  []part // gzip members
}

// A part is a member of an object: its first byte inflated, its first byte
// in the input.
type part struct{ out, at int }

// used returns how many bytes of the input b were read.
func (s *stream) used(b []byte) int { return len(b) - s.in.Len() }

// fill reads from r until the window is full, or holds limit bytes more. It
// reports whether there may be more.
func (s *stream) fill(r io.Reader, limit int) bool {
	for len(s.window) < maxWindow && limit > 0 {
		if len(s.window) == cap(s.window) {
			s.window = slices.Grow(s.window, max(16<<10, len(s.window)))
		}
		room := s.window[len(s.window):min(cap(s.window), maxWindow, len(s.window)+limit)]
		n, err := r.Read(room)
		s.window = s.window[:len(s.window)+n]
		s.out += n
		limit -= n
		if err != nil {
			s.ended = err == io.EOF
			return false
		}
	}
	return true
}

// way returns the way back from the window to the input's bytes from start
// on, of which used were read.
func (s *stream) way(w *Way, start, used int) {
	base := s.out - len(s.window)
	for i, p := range s.parts {
		end := used
		if i+1 < len(s.parts) {
			end = s.parts[i+1].at
		}
		w.add(max(0, p.out-base), start+p.at, p.at-end)
	}
}

// carry moves the last bytes of the window, from at on, to its start, and
// forgets the members before them.
func (s *stream) carry(at int) {
	s.window = s.window[:copy(s.window, s.window[at:])]
	base := s.out - len(s.window)
	n := 0
	for n+1 < len(s.parts) && s.parts[n+1].out <= base {
		n++
	}
	s.parts = slices.Delete(s.parts, 0, n)
}

// begin makes s ready for the object at the start of b.
func (s *stream) begin(b []byte) {
	s.in.Reset(b)
	s.window, s.out, s.ended = s.window[:0], 0, false
	s.parts = append(s.parts[:0], part{})
}

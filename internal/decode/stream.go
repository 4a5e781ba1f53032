package decode

import (
	"errors"
	"hash"
	"hash/adler32"
	"hash/crc32"
	"io"
	"slices"
)

// A stream inflates one object, in windows. There is one for each layer.
type stream struct {
	inflater
	packed  packedReader
	decoder *Decoder
	room    []byte // what was inflated last: the window, and what matches reach before it
	from    int    // of room, where the window begins
	window  []byte
	ended   bool // the object ended as it should
	waits   bool // all that is at hand was read, and more is to come
	resumed bool // the object began in an earlier walk, or window
	out     int  // bytes inflated so far
	member  int  // of them by the members of gzip before the one at hand
	parts   []part
	seen    int    // bytes of the window that were shown before, of an object that was left
	inner   Inflow // the object in this one that goes on from window to window

	crc, adler hash.Hash32
	sum        hash.Hash32 // of the object: one of these, or nil

	zipSum   uint32 // what the CRC of a member of ZIP is to be
	zipLater bool   // it stands behind the member
}

// A part is a member of an object, or of a long one what stands in a few
// kilobytes of it: its first byte inflated, its first byte in the input.
type part struct{ out, at int }

// errNoObject says that an object does not begin or end as one does.
var errNoObject = errors.New("not an object")

// begin makes s ready for d's object at the start of b, which goes on behind if
// more is to come.
func (s *stream) begin(d *Decoder, b []byte, more bool) error {
	if s.crc == nil {
		s.crc, s.adler = crc32.NewIEEE(), adler32.New()
	}
	s.decoder, s.in, s.at, s.have, s.more = d, b, 0, 0, more
	s.room, s.from, s.window, s.out, s.member = s.room[:0], 0, nil, 0, 0
	s.ended, s.waits, s.resumed, s.seen, s.inner = false, false, false, 0, Inflow{}
	s.parts, s.packed.now, s.sum = append(s.parts[:0], part{}), nil, nil
	return d.Open(s)
}

// reset begins the deflate stream at s.in[at:].
func (s *stream) reset(at int) {
	s.crc.Reset()
	s.adler.Reset()
	s.inflater.reset(s.in, at, len(s.room))
}

// run inflates to out[o:] and returns where that ends, as [inflater.run] does.
func (s *stream) run(out []byte, o int) (int, error) {
	if s.packed.now != nil {
		return s.packedRun(out, o)
	}
	return s.inflater.run(out, o)
}

// used returns how many bytes of the input were read, the last maybe in part.
func (s *stream) used() int {
	if s.packed.now != nil {
		return len(s.in) - s.packed.src.Len()
	}
	return s.inflater.used()
}

// fill inflates until the window is full, or holds limit bytes more. It reports
// whether there may be more.
func (s *stream) fill(limit int) bool {
	for s.waits = false; len(s.window) < maxWindow && limit > 0; {
		s.grow()
		old, most := len(s.room), limit
		if s.resumed {
			s.part(s.used())
			most = min(most, partSize-s.out%partSize)
		}
		end, err := s.run(s.room[:min(cap(s.room), s.from+maxWindow, old+most)], old)
		s.room = s.room[:end]
		s.window = s.room[s.from:]
		if s.sum != nil {
			s.sum.Write(s.room[old:])
		}
		s.out += end - old
		limit -= end - old
		if errors.Is(err, io.EOF) {
			err = s.decoder.Close(s)
		}
		if err != nil {
			s.ended, s.waits = errors.Is(err, io.EOF), errors.Is(err, errWait)
			return false
		}
	}
	return true
}

// partSize is how much of a long object is one part, in bytes inflated.
const partSize = 32 << 10

// part begins a part at s.in[at:].
func (s *stream) part(at int) {
	next := part{s.out, at}
	if last := len(s.parts) - 1; s.parts[last].out == next.out {
		s.parts[last] = next
	} else {
		s.parts = append(s.parts, next)
	}
}

// resume goes on with an object whose bytes up to b are read.
func (s *stream) resume(b []byte, more bool) {
	read := s.at
	for i := range s.parts {
		s.parts[i].at -= read
	}
	s.resumed = true
	s.inflater.resume(b, more)
}

// grow makes room if there is none.
func (s *stream) grow() {
	if len(s.room) == cap(s.room) {
		more := min(max(16<<10, len(s.room)), maxBack+maxWindow-len(s.room))
		s.room = append(make([]byte, 0, len(s.room)+more), s.room...)
	}
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
	at += s.from
	gone := max(0, at-maxBack) // matches do not reach there
	s.room = s.room[:copy(s.room, s.room[gone:])]
	s.from, s.floor = at-gone, max(0, s.floor-gone)
	s.window = s.room[s.from:]
	base := s.out - len(s.window)
	n := 0
	for n+1 < len(s.parts) && s.parts[n+1].out <= base {
		n++
	}
	s.parts = slices.Delete(s.parts, 0, n)
}

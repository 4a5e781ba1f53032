package decode

import (
	"slices"

	"github.com/telltale-audit/telltale"
)

// An Inflow is an inflating object that goes on from one walk over a field to
// the next, so that a long one is inflated in pieces. It keeps what deflate may
// copy from and the end of what was shown: less than 200 KiB for each layer. The
// zero Inflow has no object.
type Inflow struct {
	object object              // nil view
	stream *stream             // nil if nothing of the object was read yet
	next   int64               // the first byte not read yet, as [Hints.Base] counts
	lost   telltale.SkipReason // why the rest of it is not inflated, "" if it is
	until  bool                // and that only until another object begins
	open   bool
	ended  bool // the object that a header spoke of has come to its end
}

// goesOn reports whether there is an object.
func (f *Inflow) goesOn() bool { return f != nil && f.open }

// isDone reports whether the object that a header spoke of has ended.
func (f *Inflow) isDone() bool { return f != nil && f.ended }

// Size returns how much memory f holds, in bytes.
func (f *Inflow) Size() int {
	if f.stream == nil {
		return 0
	}
	return streamSize + cap(f.stream.room) + f.stream.inner.Size()
}

// streamSize is what a stream takes without its window.
const streamSize = 2*4*tableSize + 1<<10

// From returns the place of the first byte of the field that says something
// which a later walk shows, not before that of at.
func (f *Inflow) From(at int64) int64 {
	if f.stream == nil {
		return at
	}
	return min(at, f.next+int64(f.stream.parts[0].at-f.stream.at))
}

// mayGoOn reports whether objects at the end of v may go on in a later view.
func (v *View) mayGoOn() bool { return v.inflow != nil && v.more }

// leave leaves the object o of v to a later view; s has read it up to now, nil
// if it is not begun.
func (v *View) leave(o object, s *stream) {
	f, at := v.inflow, o.start
	if s != nil {
		at += s.at
		s.room = slices.Clone(s.room)
		s.window = s.room[s.from:]
		s.in = nil
	}
	v.held = len(v.Data) - at
	o.view = nil
	*f = Inflow{object: o, stream: s, next: v.base + int64(at), open: true}
}

// giveUp leaves all that follows the object at the end of v undone, or only what
// lies before the next object, if nobody said that this one is there.
func (v *View) giveUp(why telltale.SkipReason, said bool) {
	if v.mayGoOn() {
		*v.inflow = Inflow{next: v.base + int64(len(v.Data)), lost: why, until: !said, open: true}
	}
}

// resume goes on with the object that an earlier view left, and returns where
// in v it ends.
func (w *Walker) resume(v *View) (end int) {
	f := *v.inflow
	*v.inflow = Inflow{}
	o, s := f.object, f.stream
	o.view, o.start = v, int(f.next-v.base)
	switch {
	case o.start < 0 || o.start > len(v.Data): // what lies between never came
		f.lost, o.start = telltale.SkipUndecodable, v.Seen
		fallthrough
	case f.lost != "":
		w.skip(v, o.start, len(v.Data), f.lost)
		v.giveUp(f.lost, true)
		return len(v.Data)
	case s == nil:
		return max(w.inflate(o), o.start)
	}
	w.layers[v.layer] = s
	s.resume(o.data(), v.mayGoOn())
	old := s.out
	more := s.fill(min(w.mayInflate(v), maxInflated-s.out))
	return w.windows(o, s, more, old)
}

// passes reports whether bytes of v are passed over until another object begins,
// and from where on. That it takes from f.
func (f *Inflow) passes(v *View) (from int, ok bool) {
	if !f.until {
		return 0, false
	}
	if from = int(f.next - v.base); from < v.Seen || from > len(v.Data) {
		from = v.Seen
	}
	*f = Inflow{}
	return from, true
}

// isSure reports whether the object of v inflated last is one beyond doubt: its sum
// was right, or it has made much.
func (w *Walker) isSure(v *View) bool {
	s := w.layers[v.layer]
	if v.inflow.goesOn() {
		s = v.inflow.stream
	}
	return s != nil && s.isSure()
}

// isSure is [Walker.isSure] of the object of s.
func (s *stream) isSure() bool { return s.ended || s.out >= sureSize }

// sureSize is how many bytes no other bytes inflate to by chance.
const sureSize = 4 << 10

// GoesOn reports whether a body that begins with b and has these
// Content-Encodings, which may be none, is inflated in pieces: all of deflate's
// kin, on the outside, are.
func GoesOn(encodings []string, b []byte) bool {
	if len(encodings) == 0 {
		return !isZstd(b)
	}
	switch encodings[len(encodings)-1] {
	case "gzip", "x-gzip", "deflate":
		return true
	}
	return false
}

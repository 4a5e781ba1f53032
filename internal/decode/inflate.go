package decode

import (
	"github.com/telltale-audit/telltale"
)

// worthwhile reports whether the beginning in the window is an object's, and
// not what other bytes happen to inflate to.
func (s *stream) worthwhile(o object, more bool) bool {
	switch {
	case len(s.window) == 0:
		return false
	case o.isBare():
		return s.endsBare()
	case more, s.ended, o.hinted, s.isCut(o) && s.out >= sureSize:
		return true
	}
	truncated := s.waits || s.used() == len(s.in)
	return truncated && (o.decoder == gzipDecoder || o.decoder == zipDecoder) || looksDecoded(s.window)
}

// contextSize is how much of a window is shown again before the next.
const contextSize = 512

// probeSize is how much of an object is inflated to see that it is one.
const probeSize = 512

// A job is a view to look for objects in, once all views beside it have been
// shown.
type job struct {
	view   *View
	hinted *Decoder // by Content-Encoding, nil if none
}

// addJob notes that v may have objects in it.
func (w *Walker) addJob(v *View) {
	j := job{view: v}
	if v.inflow.goesOn() {
		w.jobs = append(w.jobs, j)
		return
	}
	if v.from.mode == modeBare {
		w.jobs = append(w.jobs, j)
		return
	}
	if v.Seen == 0 && len(v.encodings) == 0 && isUnread(v.Data) {
		w.skip(v, 0, len(v.Data), telltale.SkipUndecodable)
		v.giveUp(telltale.SkipUndecodable, true)
		return
	}
	if n := len(v.encodings); n > 0 && len(v.Data) > 0 && !v.inflow.isDone() {
		j.hinted = encodingDecoder(v.encodings[n-1], v.Data)
		if j.hinted == nil && !isText(v.Data) {
			w.skip(v, 0, len(v.Data), telltale.SkipUndecodable)
		}
	}
	if j.hinted != nil || w.found.hasObject(v.Data[v.Seen:]) {
		w.jobs = append(w.jobs, j)
	}
}

// hasObject reports whether an object may begin in b, whose marks f has.
func (f *Found) hasObject(b []byte) bool {
	for _, d := range All {
		if d.Next != nil && d.mayBeIn(f.marks) && d.Next(b, 0) < len(b) {
			return true
		}
	}
	return false
}

// objects finds the objects in data in the order of their starts.
type objects struct {
	data []byte
	next []int // place, by decoder of All
}

// from returns the place of the first object in data[at:] and its decoder,
// len(data) if there is none. No call may ask for an earlier place than the
// one before.
func (o *objects) from(at int) (d *Decoder, start int) {
	start = len(o.data)
	for i, c := range All {
		if c.Next == nil {
			continue
		}
		if o.next[i] < at || at == 0 {
			o.next[i] = c.Next(o.data, at)
		}
		if o.next[i] < start {
			d, start = c, o.next[i]
		}
	}
	return d, start
}

// encodingDecoder returns the decoder for b with a Content-Encoding (RFC
// 9110, 8.4.1), nil if there is none.
func encodingDecoder(name string, b []byte) *Decoder {
	switch {
	case (name == "gzip" || name == "x-gzip") && isGzip(b):
		return gzipDecoder
	case name == "deflate" && isZlib(b):
		return zlibDecoder
	case name == "deflate":
		return deflateDecoder
	case name == "zstd" && (isZstd(b) || isSkippable(b)):
		return zstdDecoder
	case name == "br":
		return brotliDecoder
	}
	return nil
}

// inflateAll does the jobs from the first one on, and those they bring. What
// begins inside an object was inflated with it.
func (w *Walker) inflateAll(first int) {
	for i, last := first, len(w.jobs); i < last; i++ {
		j := w.jobs[i]
		at, lost := j.view.Seen, false
		switch n := len(j.view.encodings); {
		case j.view.inflow.goesOn():
			if at, lost = j.view.inflow.passes(j.view); !lost {
				at = w.resume(j.view)
			}
		case j.hinted != nil:
			at = w.inflate(object{j.view, j.hinted, 0, true, j.view.encodings[:n-1]})
		case j.view.from.mode == modeBare:
			at = w.inflate(object{j.view, deflateDecoder, 0, false, nil})
		}
		w.inflateFrom(j.view, at, lost)
	}
}

// inflateFrom inflates the objects in v.Data[at:]. If the object before is lost,
// its rest is passed over: all that lies before the next one.
func (w *Walker) inflateFrom(v *View, at int, lost bool) {
	all, from := objects{v.Data, make([]int, len(All))}, at
	for d, start := all.from(at); d != nil; d, start = all.from(at) {
		switch at = w.inflate(object{v, d, start, false, nil}); {
		case at == start:
			at++
		case lost && w.isSure(v):
			w.skip(v, from, start, telltale.SkipUndecodable)
			lost = false
		}
	}
	if lost {
		w.skip(v, from, len(v.Data), telltale.SkipUndecodable)
		v.giveUp(telltale.SkipUndecodable, false)
	}
}

// An object is a candidate of an inflating decoder.
type object struct {
	view      *View
	decoder   *Decoder
	start     int      // where its first byte not read yet is
	hinted    bool     // by Content-Encoding
	encodings []string // then, those within
}

// isBare reports whether nothing but its own bytes says that o is deflate.
func (o object) isBare() bool { return !o.hinted && o.decoder == deflateDecoder }

// data returns the bytes that the object is at the start of.
func (o object) data() []byte { return o.view.Data[o.start:] }

// inflate shows what an object inflates to and returns its end, or its start
// if it is none, or may be none.
func (w *Walker) inflate(o object) (end int) {
	v := o.view
	if w.made >= w.mayMake() {
		w.skip(v, o.start, len(v.Data), telltale.SkipInflateBudget)
		return len(v.Data)
	}
	s := w.layer(v)
	err := s.begin(o.decoder, o.data(), v.mayGoOn())
	if w.remembers(o) {
		s.remember(w.before)
	}
	room := w.mayInflate(v)
	more := err == nil && s.fill(max(room, probeSize))
	switch {
	case err == nil && (s.waits && s.out == 0 || !more && s.isCut(o) && len(v.Data)-o.start <= maxKeep):
		v.leave(o, nil)
		return len(v.Data)
	case err != nil || !s.worthwhile(o, more):
		w.made += openCost + s.used()
		w.work += openCost + s.used()
		w.forgets(o)
		switch {
		case o.hinted && !s.ended && !isText(v.Data):
			w.skip(v, 0, len(v.Data), telltale.SkipUndecodable)
		case !o.hinted && s.isCut(o) && s.out == 0: // not even its first block is at hand
			w.skip(v, o.start, len(v.Data), telltale.SkipUndecodable)
			v.giveUp(telltale.SkipUndecodable, false)
			return len(v.Data)
		}
		return o.start
	case room <= 0:
		w.skip(v, o.start, len(v.Data), telltale.SkipInflateBudget)
		return len(v.Data)
	}
	end = w.windows(o, s, more, 0)
	if !o.hinted && !s.isSure() && !v.inflow.goesOn() {
		return w.doubt(o, end, s.out)
	}
	return end
}

// doubt returns from where on the next object is sought behind one that was shown but
// may be none, and ends at end: within it, as the real one may begin there. Of bytes
// that are made of little else, some are passed over, which is noted.
func (w *Walker) doubt(o object, end, out int) int {
	if w.doubted += openCost + end - o.start + out; w.doubted <= w.root+doubtBase {
		return o.start
	}
	w.skip(o.view, o.start, end, telltale.SkipInflateBudget)
	return end
}

// layer returns the stream of the objects in v.
func (w *Walker) layer(v *View) *stream {
	if w.layers[v.layer] == nil {
		w.layers[v.layer] = new(stream)
	}
	return w.layers[v.layer]
}

// mayInflate returns how many bytes objects in v may inflate to.
func (w *Walker) mayInflate(v *View) int {
	room := maxInflated - w.inflated
	switch {
	case v.depth == maxDepth || v.layer == maxLayers:
		return 0
	case v.layer > 0:
		return min(room, layerRatio*w.root+layerBase-w.layered)
	}
	return room
}

// openCost is what trying a place that has no object counts for, in bytes
// made, over the bytes read.
const openCost = 256

// windows shows what s inflates, of which it has the first window that was not
// shown, and old bytes were accounted for; it notes what is left when the budget is
// spent or the object is corrupt, and leaves to later walks what goes on. It
// returns the end of what it read.
func (w *Walker) windows(o object, s *stream, more bool, old int) (end int) {
	v, seen := o.view, s.seen
	for {
		w.inflated += s.out - old
		if v.layer > 0 {
			w.layered += s.out - old
		}
		old = s.out
		spent := (more || s.waits) && min(w.mayInflate(v), maxInflated-s.out) <= 0
		shown, held := w.window(o, s, seen, (more || s.waits) && !spent)
		used := o.start + s.used()
		switch {
		case spent:
			w.skip(v, max(min(used, len(v.Data)-1), 0), len(v.Data), telltale.SkipInflateBudget)
			v.giveUp(telltale.SkipInflateBudget, true)
			w.forgets(o)
			return used
		case !more && !s.waits:
			if w.remembers(o) {
				w.before.keep(s.room)
			}
			if o.hinted && !s.ended {
				if used < len(v.Data) {
					w.skip(v, used, len(v.Data), telltale.SkipUndecodable)
				}
				v.giveUp(telltale.SkipUndecodable, true)
			}
			if !o.hinted && s.isCut(o) {
				v.giveUp(telltale.SkipUndecodable, false)
			}
			if o.hinted && s.ended && v.inflow != nil {
				v.inflow.ended = true
			}
			return used
		}
		seen = min(shown, max(contextSize, held))
		s.carry(shown - seen)
		if s.waits {
			s.seen = seen
			v.leave(o, s)
			w.layers[v.layer] = nil
			return len(v.Data)
		}
		more = s.fill(min(w.mayInflate(v), maxInflated-s.out))
	}
}

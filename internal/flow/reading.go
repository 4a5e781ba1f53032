package flow

import (
	"slices"

	"github.com/telltale-audit/telltale"
)

// context is how many bytes around a copy are told with it, each side: more
// than an identifier takes in any form but a digest of it.
const context = 128

// maxReadings is how many directions of a table have another reading at a
// time.
const maxReadings = 64

// A reading is how a direction goes on for a receiver that prefers the latest
// copy of every byte: the end of that stream, so that what is cut into many
// copies is read in one piece.
type reading struct {
	count   int64 // of readings begun up to it
	flow    *Flow
	dir     telltale.Direction
	tail    []byte  // at most 2*context bytes
	end     int64   // offset after the tail
	altEnd  int64   // offset after the last byte of it that is a copy
	odd     bool    // urgent bytes lie in the tail, which have no offsets
	seen    int64   // what ends at or before this offset was told
	packets []int64 // that brought the copies, latest last
}

// readings are a table's, used in turn.
type readings struct {
	all   [maxReadings]*reading
	count int64
	text  []byte // of the copy that is being told
	from  int    // where it begins in the text
}

// of returns the reading with the given count, nil if it is gone.
func (r *readings) of(count int64) *reading {
	if count == 0 || r.all[count%maxReadings].count != count {
		return nil
	}
	return r.all[count%maxReadings]
}

// beginReading gives a direction a reading, in place of the oldest one.
func (t *Table) beginReading(f *Flow, d telltale.Direction) *reading {
	r := &t.others
	r.count++
	i := r.count % maxReadings
	if r.all[i] == nil {
		r.all[i] = new(reading)
	}
	t.tellReading(r.all[i], r.all[i].end)
	*r.all[i] = reading{count: r.count, flow: f, dir: d, tail: r.all[i].tail[:0], packets: r.all[i].packets[:0]}
	f.streams[d].other = r.count
	return r.all[i]
}

// stray tells of bytes that have no place in the stream.
func (t *Table) stray(f *Flow, d telltale.Direction, in piece) {
	if len(in.data) > 0 {
		t.handler.Alt(f, d, Copy{Data: in.data, To: len(in.data), At: in.at, New: len(in.data), Packets: []int64{in.packet}})
	}
}

// alt tells of the bytes [from, to) of the segment in, which the main view
// does not hold: with what comes before and after them in the segment, in the
// direction's other reading, and in the main view.
func (t *Table) alt(f *Flow, d telltale.Direction, in piece, from, to int64) {
	t.tell(f, d, in, int(from-in.at), int(to-in.at), from, to)
}

// inline tells of byte i of the segment in, an urgent one whose place is
// between the byte before an offset and the one at it.
func (t *Table) inline(f *Flow, d telltale.Direction, in piece, i int, at int64) {
	t.tell(f, d, in, i, i+1, at, at)
}

// tell tells of in.data[i:j], which takes the place of [from, to) in the main
// view.
func (t *Table) tell(f *Flow, d telltale.Direction, in piece, i, j int, from, to int64) {
	if i == j {
		return
	}
	s := &f.streams[d]
	r := t.others.of(s.other)
	if r == nil {
		r = t.beginReading(f, d)
	}
	r.odd = r.odd || from == to
	rest := t.behind(r, from, to)
	if len(rest) == 0 || j < len(in.data) {
		t.tellReading(r, from)
		rest = nil
	}
	text := t.lead(r, s, in.at, context-min(i, context))
	text = append(text, in.data[max(0, i-context):i]...)
	c := Copy{From: len(text), To: len(text) + j - i, At: from, New: j - i}
	text = append(text, in.data[i:min(j+context, len(in.data))]...)
	text = append(text, rest...)
	if end := to + int64(len(in.data)-j+len(rest)); len(text) < c.To+context && end < s.next && end >= 0 {
		text = t.follow(text, s, end, c.To+context-len(text))
	}
	r.packets = append(r.packets[max(0, len(r.packets)-15):], in.packet)
	c.Data, c.Packets, t.others.text, t.others.from = text, r.packets, text, c.From
	if len(rest) > 0 {
		r.tail = append(r.tail[:0], text[:c.To+len(rest)]...)
		t.handler.Alt(f, d, c)
		return
	}
	r.altEnd, r.seen = to, to+int64(len(text)-c.To)
	r.end = to
	if r.seen >= s.next && to <= s.next { // the main view goes on from there
		r.end = s.next
	}
	text = text[:c.To+int(r.end-to)]
	r.tail = append(r.tail[:0], text[max(0, len(text)-2*context):]...)
	t.handler.Alt(f, d, c)
}

// lead returns up to n bytes that come before an offset: in the other reading
// where it has come there, else in the main view.
func (t *Table) lead(r *reading, s *stream, at int64, n int) []byte {
	text := t.others.text[:0]
	if at <= 0 || n <= 0 {
		return text
	}
	if r != nil {
		ahead := at - r.end
		switch {
		case ahead <= 0 && -ahead <= int64(len(r.tail)):
			return t.leadIn(text, r, s, at, n)
		case ahead > 0 && ahead < int64(n):
			text = append(text, r.tail...)
			if whole := t.follow(text, s, r.end, int(ahead)); len(whole) == len(text)+int(ahead) {
				return whole[max(0, len(whole)-n):]
			}
			text = text[:0]
		}
	}
	text = slices.Grow(text[:0], n)[:n]
	return text[n-t.recent.before(text, s.last, at):]
}

// leadIn is lead where the other reading has come to the offset. What it does
// not hold any more is the main view's.
func (t *Table) leadIn(text []byte, r *reading, s *stream, at int64, n int) []byte {
	had := r.tail[:len(r.tail)-int(r.end-at)]
	more := n - len(had)
	if more <= 0 || r.odd {
		return append(text, had[max(0, -more):]...)
	}
	text = slices.Grow(text, n)[:n]
	copy(text[more:], had)
	return text[more-t.recent.before(text[:more], s.last, at-int64(len(had))):]
}

// behind returns how the other reading goes on behind a copy of [from, to)
// that lies amid the copies before it, as where these come from last to first;
// nothing where it does not. It moves the reading's end to where that ends.
func (t *Table) behind(r *reading, from, to int64) []byte {
	if r.odd || to > r.end || from >= r.altEnd || from < r.end-int64(len(r.tail)) {
		return nil
	}
	rest := r.tail[len(r.tail)-int(r.end-to):]
	if over := len(rest) - context; over > 0 {
		t.tellReading(r, r.end)
		rest, r.tail = rest[:context], r.tail[:len(r.tail)-over]
		r.end -= int64(over)
		r.altEnd = min(r.altEnd, r.end)
	}
	return rest
}

// follow appends up to n bytes of the main view from an offset on, or nothing
// where not all of them are remembered.
func (t *Table) follow(text []byte, s *stream, at int64, n int) []byte {
	n = int(min(int64(n), s.next-at))
	if n <= 0 {
		return text
	}
	had := len(text)
	text = append(text, make([]byte, n)...)
	if t.recent.before(text[had:], s.last, at+int64(n)) < n {
		return text[:had]
	}
	return text
}

// readOn goes on with the piece that the main view has next where a copy ends.
func (t *Table) readOn(f *Flow, d telltale.Direction, next *piece) {
	r := t.others.of(f.streams[d].other)
	if r == nil || r.end < next.at || r.end >= next.end() || r.end-r.altEnd >= context {
		return
	}
	data := next.data[r.end-next.at:]
	data = data[:min(int64(len(data)), context-(r.end-r.altEnd))]
	r.tail = append(r.tail, data...)
	r.end += int64(len(data))
	r.packets = append(r.packets[max(0, len(r.packets)-15):], next.packet)
	if r.end-r.altEnd == context {
		t.tellReading(r, r.end)
	}
	r.tail = r.tail[max(0, len(r.tail)-2*context):]
}

// tellReading tells of what begins in a copy and goes on in the main view, up
// to an offset. It waits until no other copy can come between.
func (t *Table) tellReading(r *reading, to int64) {
	to = min(to, r.end)
	if r.flow == nil || to <= max(r.seen, r.altEnd) {
		return
	}
	at := func(offset int64) int { return max(0, len(r.tail)-int(r.end-offset)) }
	c := Copy{Data: r.tail[:at(to)], To: at(r.altEnd), From: at(max(r.seen, r.altEnd)), At: max(r.seen, r.altEnd), Packets: r.packets}
	r.seen = to
	if c.To > 0 {
		t.handler.Alt(r.flow, r.dir, c)
	}
}

// endReading tells what is left of a direction's reading.
func (t *Table) endReading(f *Flow, d telltale.Direction) {
	s := &f.streams[d]
	if r := t.others.of(s.other); r != nil {
		t.tellReading(r, r.end)
		r.flow, r.count = nil, 0
	}
	s.other = 0
}

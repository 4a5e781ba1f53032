package pipeline

import (
	"hash/maphash"
	"slices"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/dissect"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
)

// Bounds of what is kept where a stream is cut for want of room, so that a
// value that lies on the cut is seen all the same.
const (
	tailSize = 48      // bytes of a tail: a value and how its name ends
	headSize = 64      // bytes after it that are searched with it
	maxTails = 8 << 10 // that a shard keeps of flows that gave way, the latest
)

// A tail is how the bytes before a cut ended.
type tail struct {
	id     uint64 // of what comes next in the stream; see shard.tailID
	end    int64  // stream offset behind it; 0 where that is the beginning of another flow
	packet int64  // that supplied its last byte
	size   uint8
	bytes  [tailSize]byte
}

func (t *tail) data() []byte { return t.bytes[:t.size] }

// add makes the tail that of its bytes and b.
func (t *tail) add(b []byte) {
	b = b[max(0, len(b)-tailSize):]
	keep := min(int(t.size), tailSize-len(b))
	copy(t.bytes[:], t.bytes[int(t.size)-keep:t.size])
	t.size = uint8(keep + copy(t.bytes[keep:], b))
}

// tails are those of flows that gave way: a ring, and where each lies in it.
type tails struct {
	seed maphash.Seed
	ring []tail
	next int
	of   map[uint64]int
}

func (ts *tails) put(t tail) {
	if ts.of == nil {
		ts.of = map[uint64]int{}
	}
	if len(ts.ring) < maxTails {
		ts.ring = append(ts.ring, tail{})
	} else if old := ts.ring[ts.next].id; ts.of[old] == ts.next {
		delete(ts.of, old)
	}
	ts.ring[ts.next] = t
	ts.of[t.id] = ts.next
	ts.next = (ts.next + 1) % maxTails
}

// take returns the tail of that id, nil where there is none. It serves once.
func (ts *tails) take(id uint64) *tail {
	i, ok := ts.of[id]
	if !ok {
		return nil
	}
	delete(ts.of, id)
	t := ts.ring[i]
	return &t
}

// tailID names the place in a stream: who sends it to whom, and the sequence
// number. The seed keeps an outsider from choosing those that are the same.
func (s *shard) tailID(f *flow.Flow, d telltale.Direction, seq uint32) uint64 {
	k := f.Key
	if d == telltale.ToClient {
		k.Src, k.Dst, k.SrcPort, k.DstPort = k.Dst, k.Src, k.DstPort, k.SrcPort
	}
	return maphash.Comparable(s.tails.seed, struct {
		flow.Key
		seq uint32
	}{k, seq})
}

// leaveTail keeps how a direction ends whose flow gives way in the middle of
// a message.
func (c *conv) leaveTail(d telltale.Direction) {
	h := &c.half[d]
	if c.f.Ended != telltale.EndedEvicted || c.f.Proto != packet.TCP || h.delivered == 0 || h.sealed != "" {
		return
	}
	c.readRest(d)
	seq, ok := c.f.SeqAt(d, h.at+int64(len(h.pending)))
	if !ok {
		return
	}
	var t tail
	switch col := h.open; {
	case len(h.pending) > 0:
		if h.cut != nil {
			t.add(h.cut.data())
		}
		t.add(h.pending)
	case col != nil && !col.whole:
		t.addCut(col)
	}
	if t.size == 0 {
		return
	}
	t.id, t.packet = c.s.tailID(c.f, d, seq), c.f.LastPacket(d)
	c.s.tails.put(t)
}

// addCut makes the tail that of what a collector holds, and of what it held
// before it was searched in parts.
func (t *tail) addCut(col *collector) {
	if cut := col.cut; cut != nil && col.follows(cut) {
		t.add(cut.data())
	}
	t.add(col.body)
}

// follows reports whether the collector's window begins where the tail ends.
func (col *collector) follows(t *tail) bool {
	if len(col.body) == 0 {
		return t.end == col.end()
	}
	first := col.place(nil, telltale.Range{Start: col.base, End: col.base + 1})
	return len(first) == 1 && first[0].Start == t.end
}

// takeTail looks whether a flow whose first bytes come goes on where another
// gave way.
func (c *conv) takeTail(d telltale.Direction) {
	if seq, ok := c.f.SeqAt(d, 0); ok {
		c.half[d].cut = c.s.tails.take(c.s.tailID(c.f, d, seq))
	}
}

// cutHere keeps the tail of a window that is about to be searched and dropped
// as if nothing followed it.
func (c *conv) cutHere(col *collector) {
	if col.whole || len(col.body) == 0 {
		return
	}
	n := col.base + int64(len(col.body))
	last := col.place(nil, telltale.Range{Start: n - 1, End: n})
	if len(last) == 0 {
		return
	}
	t := new(tail)
	t.addCut(col)
	t.end, t.packet = last[0].End, c.f.LastPacket(col.m.Dir)
	col.next = t
}

// searchCut looks at what lies across a cut: at the tail before it, and how
// the window after it begins. Only what lies on both sides is news.
func (c *conv) searchCut(col *collector) {
	t := col.cut
	if t == nil || len(col.body) == 0 {
		return
	}
	col.cut = nil
	if !col.follows(t) {
		return
	}
	head := col.body[:min(len(col.body), headSize)]
	packets := c.f.PacketsIn([]int64{t.packet}, col.m.Dir, t.end, t.end+int64(len(head)))
	c.searchAside(col.m.Dir, &flow.Copy{
		Data: slices.Concat(t.data(), head), From: int(t.size), To: int(t.size), At: t.end, Packets: packets,
	}, telltale.ViewMain)
}

// beginCut has the first message of a flow that goes on where another gave
// way know how that ended.
func (c *conv) beginCut(col *collector) {
	h := &c.half[col.m.Dir]
	if h.cut != nil && col.m.Start == 0 && col.m.Proto == dissect.Unknown.Name {
		col.cut = h.cut
	}
	h.cut = nil
}

// alone cuts the excerpt down to the value: what lies around it may be part of
// another value that only its own message shows whole.
func (s *Sighting) alone() {
	mark := s.WireMark
	s.Wire, s.WireMark = s.Wire[mark.Start:mark.End], telltale.Range{End: mark.End - mark.Start}
	s.WireBlank = []telltale.Range{s.WireMark}
	mark = s.DecodedMark
	s.Decoded, s.DecodedMark = s.Decoded[mark.Start:mark.End], telltale.Range{End: mark.End - mark.Start}
}

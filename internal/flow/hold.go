package flow

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"sort"

	"github.com/telltale-audit/telltale"
)

// pieceCost is what a held piece costs beside its bytes. It bounds the number
// of pieces, and so the work to keep them sorted.
const pieceCost = 256

// maxHoles is how many of its latest holes a direction remembers.
const maxHoles = 16

// A hold keeps what is out of order in one direction: copies of the pieces
// that came before their time, and the holes that were given up.
type hold struct {
	node   node[hold] // in the table's holders while it costs anything
	flow   *Flow
	dir    telltale.Direction
	pieces []*piece // by offset, disjoint, all ahead of the stream's next byte
	front  []*piece // the room before pieces, of the same array: what comes last to first is laid there
	lost   []broken // by offset, bytes that pieces have another copy of
	doubts []piece  // segments in doubt, as they came
	urgent []urgent // by sequence number
	cost   int64
	holes  []telltale.Range // ascending
	sure   int64            // holes has every hole from this offset on
}

// holdOf returns the direction's hold, which it makes if need be.
func (f *Flow) holdOf(d telltale.Direction) *hold {
	s := &f.streams[d]
	if s.hold == nil {
		s.hold = &hold{flow: f, dir: d}
	}
	return s.hold
}

// addHole remembers a hole, and forgets the oldest half if there are too many.
func (h *hold) addHole(r telltale.Range) {
	if len(h.holes) == maxHoles {
		h.sure = h.holes[maxHoles/2-1].End
		h.holes = append(h.holes[:0], h.holes[maxHoles/2:]...)
	}
	h.holes = append(h.holes, r)
}

// missed reports whether any of the bytes [start, end), all before the next
// byte, may have been given up for missing.
func (h *hold) missed(start, end int64) bool {
	if start < h.sure {
		return true
	}
	i := sort.Search(len(h.holes), func(i int) bool { return h.holes[i].End > start })
	return i < len(h.holes) && h.holes[i].Start < end
}

// holdBack keeps a copy of a piece until the bytes before it come. Where
// memory ends, they are given up: first those of this direction, then those
// that are waited for longest.
func (t *Table) holdBack(f *Flow, d telltale.Direction, in piece) {
	if len(in.data) == 0 {
		return
	}
	h := f.holdOf(d)
	t.insert(h, in)
	t.relieve(h)
}

// relieve gives up what waits until the limits are kept.
func (t *Table) relieve(h *hold) {
	for h.cost > t.limits.Stream {
		t.release(h)
	}
	for t.held > t.mayHold() {
		t.release(t.holders.first())
	}
}

// insert puts in among the held pieces. Of two copies of a byte that of the
// segment that begins earlier counts, of two that begin together the longer
// one, else the first, as in Linux's queue.
func (t *Table) insert(h *hold, in piece) {
	whole := in
	i := sort.Search(len(h.pieces), func(i int) bool { return h.pieces[i].end() > in.at })
	for ; len(in.data) > 0; i++ {
		t.stats.Steps++
		if i == len(h.pieces) || h.pieces[i].at >= in.end() {
			t.keep(h, i, in)
			return
		}
		held := h.pieces[i]
		if held.at > in.at {
			part := in.before(held.at)
			t.keep(h, i, part)
			in = in.from(part.end())
			continue
		}
		part := in.before(held.end())
		if held.origin < in.origin || held.origin == in.origin && held.until >= in.until {
			t.settle(h, whole, part, *held)
		} else {
			t.replace(h, i, part)
		}
		in = in.from(part.end())
	}
}

// replace puts part in the place of held piece i, which begins with it.
func (t *Table) replace(h *hold, i int, part piece) {
	held := *h.pieces[i]
	old := held.before(part.end())
	t.lose(h, i, old, part)
	part.data = append(old.data[:0], part.data...)
	h.pieces[i] = &part
	if rest := held.from(part.end()); len(rest.data) > 0 {
		t.stats.Steps += int64(len(h.pieces) - i)
		if len(h.pieces) == cap(h.pieces) {
			h.front = nil
		}
		h.pieces = slices.Insert(h.pieces, i+1, &rest)
		t.cost(h, pieceCost)
	}
}

// keep copies a piece into the hold, as number i.
func (t *Table) keep(h *hold, i int, in piece) {
	t.weigh(h, &in, 1)
	in.data = bytes.Clone(in.data)
	t.stats.Steps += int64(h.lay(i, &in))
}

// lay puts a piece in as number i. It moves those before it or those behind
// it, whichever are fewer, and returns how many.
func (h *hold) lay(i int, p *piece) (moved int) {
	n := len(h.pieces)
	if 2*i >= n {
		if n == cap(h.pieces) && h.front != nil {
			moved = h.grow()
		}
		h.pieces = slices.Insert(h.pieces, i, p)
		return moved + n - i
	}
	if len(h.front) == 0 {
		moved = h.grow()
	}
	free := len(h.front) - 1
	h.front, h.pieces = h.front[:free], h.front[free:free+n+1]
	copy(h.pieces, h.pieces[1:i+1])
	h.pieces[i] = p
	return moved + i
}

// grow makes room on both sides of the pieces, in proportion to them, so that
// what comes in any order moves them seldom. It returns how many it moved.
func (h *hold) grow() (moved int) {
	n := len(h.pieces)
	room := 1 + n/2
	all := make([]*piece, n+2*room)
	h.front, h.pieces = all[:room], append(all[room:room], h.pieces...)
	return n
}

// first removes the first piece from the hold.
func (t *Table) first(h *hold) piece {
	p := h.pieces[0]
	h.pieces[0] = nil
	h.pieces = h.pieces[1:]
	if h.front != nil {
		h.front = h.front[:len(h.front)+1]
	}
	if len(h.pieces) == 0 {
		h.pieces, h.front = nil, nil
	}
	t.weigh(h, p, -1)
	return *p
}

// weigh counts that the hold has a piece more, or one less.
func (t *Table) weigh(h *hold, p *piece, n int64) { t.cost(h, n*(pieceCost+int64(len(p.data)))) }

// cost counts that the hold costs n more.
func (t *Table) cost(h *hold, n int64) {
	if h.cost == 0 {
		t.holders.push(&h.node, h)
	}
	h.cost += n
	t.held += n
	if h.cost == 0 {
		h.node.unlink()
	}
}

// drain delivers the held pieces that are next. by is the piece delivered
// just before, which may have brought some of their bytes itself.
func (t *Table) drain(f *Flow, d telltale.Direction, by piece) {
	s := &f.streams[d]
	for i := 0; i < len(s.hold.pieces) && s.hold.pieces[i].at < s.next; i++ {
		t.lose(s.hold, i, s.hold.pieces[i].before(s.next), by)
	}
	for len(s.hold.pieces) > 0 {
		t.skipCut(f, d, s.hold.pieces[0].at)
		if s.hold.pieces[0].at > s.next {
			return
		}
		p := t.first(s.hold)
		p = p.from(min(max(p.at, s.next), p.end()))
		t.deliver(f, d, &p)
	}
}

// release gives up the oldest doubt of a hold, or the first hole that it
// waits for.
func (t *Table) release(h *hold) {
	if len(h.doubts) > 0 {
		t.decide(h)
		return
	}
	if len(h.pieces) > 0 {
		t.miss(h.flow, h.dir, h.pieces[0].at)
		t.drain(h.flow, h.dir, piece{})
	}
	before := h.flow.streams[h.dir].next
	if len(h.pieces) == 0 {
		before = math.MaxInt64
	}
	t.tellLost(h, before)
}

// flush decides all doubts of a direction, gives up every hole and delivers
// all that it holds.
func (t *Table) flush(f *Flow, d telltale.Direction) {
	if h := f.streams[d].hold; h != nil {
		slices.SortStableFunc(h.doubts, func(a, b piece) int { return cmp.Compare(a.at, b.at) })
		for h.cost > 0 {
			t.release(h)
		}
	}
	t.endReading(f, d)
}

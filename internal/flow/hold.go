package flow

import (
	"bytes"
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
	node   node[hold] // in the table's holders while there are pieces
	flow   *Flow
	dir    telltale.Direction
	pieces []*piece // by offset, disjoint, all ahead of the stream's next byte
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
	for h.cost > t.limits.Stream {
		t.release(h)
	}
	for t.held > t.limits.Hold {
		t.release(t.holders.first())
	}
}

// insert puts in among the held pieces. Of bytes that are held already, the
// first copy stays.
func (t *Table) insert(h *hold, in piece) {
	i := sort.Search(len(h.pieces), func(i int) bool { return h.pieces[i].end() > in.at })
	for ; len(in.data) > 0; i++ {
		var part piece
		if i < len(h.pieces) && h.pieces[i].at <= in.at {
			part = in.before(h.pieces[i].end())
			t.settle(h.flow, h.dir, part, *h.pieces[i])
		} else {
			part = in
			if i < len(h.pieces) {
				part = in.before(h.pieces[i].at)
			}
			t.keep(h, i, part)
		}
		in = in.from(part.end())
	}
}

// keep copies a piece into the hold, as number i.
func (t *Table) keep(h *hold, i int, in piece) {
	if len(h.pieces) == 0 {
		t.holders.push(&h.node, h)
	}
	in.data = bytes.Clone(in.data)
	h.pieces = slices.Insert(h.pieces, i, &in)
	h.cost += pieceCost + int64(len(in.data))
	t.held += pieceCost + int64(len(in.data))
}

// take removes the first piece from the hold.
func (t *Table) take(h *hold) piece {
	p := h.pieces[0]
	h.pieces[0] = nil
	h.pieces = h.pieces[1:]
	h.cost -= pieceCost + int64(len(p.data))
	t.held -= pieceCost + int64(len(p.data))
	if len(h.pieces) == 0 {
		h.node.unlink()
		h.pieces = nil
	}
	return *p
}

// settle accounts for in, bytes of which the main view has or will have
// another copy that lies in kept.
func (t *Table) settle(f *Flow, d telltale.Direction, in, kept piece) {
	other := kept.from(in.at).before(in.end())
	if bytes.Equal(in.data, other.data) {
		t.stats.Repeated += int64(len(in.data))
	} else {
		t.alt(f, d, in)
	}
}

// drain delivers the held pieces that are next. by is the piece delivered
// just before, which may have brought some of their bytes itself.
func (t *Table) drain(f *Flow, d telltale.Direction, by piece) {
	s := &f.streams[d]
	for len(s.hold.pieces) > 0 {
		t.skipCut(f, d, s.hold.pieces[0].at)
		if s.hold.pieces[0].at > s.next {
			return
		}
		p := t.take(s.hold)
		if p.at < s.next {
			old := p.before(s.next)
			t.settle(f, d, old, by)
			p = p.from(old.end())
		}
		t.deliver(f, d, p)
		if len(p.data) > 0 {
			by = p
		}
	}
}

// release gives up the first hole that a hold waits for.
func (t *Table) release(h *hold) {
	t.miss(h.flow, h.dir, h.pieces[0].at)
	t.drain(h.flow, h.dir, piece{})
}

// flush gives up every hole of a direction and delivers all that it holds.
func (t *Table) flush(f *Flow, d telltale.Direction) {
	for h := f.streams[d].hold; h != nil && len(h.pieces) > 0; {
		t.release(h)
	}
}

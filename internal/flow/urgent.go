package flow

import (
	"hash/maphash"
	"slices"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
)

// maxUrgent is how many urgent bytes a direction remembers.
const maxUrgent = 16

// An urgent byte is handed out of band: a socket reads the stream without it
// (RFC 6093 section 3.4). Other receivers leave it in, so it is told as a copy
// amid its neighbours.
type urgent struct {
	seq  uint32
	told bool
	was  byte
	amid uint64 // hash of what its segment had around it
}

// urgentBefore returns how many urgent bytes that are remembered lie before a
// sequence number.
func (h *hold) urgentBefore(seq uint32) int64 {
	n := int64(0)
	for i := range h.urgent {
		if int32(seq-h.urgent[i].seq) > 0 {
			n++
		}
	}
	return n
}

// markUrgent notes the urgent byte that a segment points to, unless it was
// delivered. As in all systems the pointer names the byte after it (RFC 6093
// section 3.1).
func (t *Table) markUrgent(f *Flow, d telltale.Direction, h *packet.Header) {
	s := &f.streams[d]
	u := h.Seq + uint32(max(h.Urgent, 1)) - 1
	hold := f.holdOf(d)
	i, known := slices.BinarySearchFunc(hold.urgent, u, func(a urgent, u uint32) int { return int(int32(a.seq - u)) })
	if known || s.at(u) < s.next {
		return
	}
	held := hold.pieces
	for _, p := range held {
		t.weigh(hold, p, -1)
	}
	hold.pieces, hold.front = nil, nil
	hold.urgent = slices.Insert(hold.urgent, i, urgent{seq: u})
	s.urgent = true
	if len(hold.urgent) > maxUrgent {
		hold.urgent = hold.urgent[1:]
		s.base++ // what it did to the numbers after it stays done
	}
	for _, p := range held {
		p.whole(s.at(p.seq))
		t.take(f, d, p)
	}
}

// amidUrgent returns byte i of p amid what p has around it.
func (p *piece) amidUrgent(i int) Copy {
	from, to := max(0, i-context), min(len(p.data), i+1+context)
	return Copy{Data: p.data[from:to], From: i - from, To: i - from + 1}
}

// withoutUrgent takes a piece up to and with its last urgent byte, and returns
// the rest.
func (t *Table) withoutUrgent(f *Flow, d telltale.Direction, in piece) piece {
	s := &f.streams[d]
	whole := in
	for i := range s.hold.urgent {
		u := &s.hold.urgent[i]
		n := int64(int32(u.seq - in.seq))
		if n < 0 || n >= int64(len(in.data)) {
			continue
		}
		if n > 0 {
			t.arrive(f, d, in.before(in.at+n))
		}
		b := in.data[n]
		in = in.from(in.at + n + 1)
		in.at-- // the byte has no offset
		around := whole.amidUrgent(int(u.seq - whole.seq))
		known, amid := u.told && u.was == b, u.amid
		u.told, u.was, u.amid = true, b, maphash.Bytes(t.seed, around.Data)
		switch {
		case !known:
			t.inline(f, d, whole, int(u.seq-whole.seq), in.at)
		case amid != u.amid && len(around.Data) > 1:
			t.stats.Repeated++
			around.At, around.Packets = in.at, []int64{in.packet}
			t.handler.Alt(f, d, around)
		default:
			t.stats.Repeated++
		}
	}
	return in
}

package flow

import (
	"bytes"
	"slices"
	"sort"
)

// A broken piece is one of which another copy was taken, ahead of the main view.
// What could be read across its ends, in its own segment or in what was held
// until then, can't be put together again later: it is kept as it was.
type broken struct {
	piece
	around []byte // the piece amid up to context bytes, each side
	before int    // how many of these lie before it
	by     int64  // number of the packet that had the other copy
}

// weight is what b costs, as [Table.weigh] counts it.
func (b *broken) weight() *piece { return &piece{data: b.around} }

// settle accounts for part of the segment in, of which the held piece kept has the
// copy that counts.
func (t *Table) settle(h *hold, in, part, kept piece) {
	if kept.has(&part) {
		t.stats.Repeated += int64(len(part.data))
		return
	}
	around, before := in.amid(&part)
	t.breakUp(h, broken{piece: part, around: around, before: before, by: kept.packet})
}

// lose accounts for part of held piece i, of which kept has the copy that counts.
func (t *Table) lose(h *hold, i int, part, kept piece) {
	if kept.has(&part) {
		t.stats.Repeated += int64(len(part.data))
		return
	}
	around, before := t.heldAmid(h, i, &part, kept.packet)
	t.breakUp(h, broken{piece: part, around: around, before: before, by: kept.packet})
}

// breakUp keeps what differs until the main view has come there: then it is told,
// and with it what lies around.
func (t *Table) breakUp(h *hold, b broken) {
	b.data = b.around[b.before : b.before+len(b.data)]
	t.weigh(h, b.weight(), 1)
	i := sort.Search(len(h.lost), func(i int) bool { return h.lost[i].at > b.at })
	t.stats.Steps += int64(len(h.lost) - i)
	h.lost = slices.Insert(h.lost, i, b)
}

// has reports whether p holds the same bytes as part, which lies within it.
func (p piece) has(part *piece) bool {
	return bytes.Equal(part.data, p.from(part.at).before(part.end()).data)
}

// amid returns a copy of part amid what lies around it in p, and how much of
// that lies before it.
func (p *piece) amid(part *piece) ([]byte, int) {
	from, to := max(p.at, part.at-context), min(p.end(), part.end()+context)
	return bytes.Clone(p.data[from-p.at : to-p.at]), int(part.at - from)
}

// heldAmid returns a copy of part, of held piece i, amid what was held next to it
// until packet number by came, and how much of that lies before it.
func (t *Table) heldAmid(h *hold, i int, part *piece, by int64) ([]byte, int) {
	all := slices.Clone(h.lead(part, by))
	if len(all) == 0 {
		first, from := i, part.at-context
		for first > 0 && h.pieces[first].at > from && h.pieces[first-1].end() == h.pieces[first].at {
			first--
		}
		t.stats.Steps += int64(i - first)
		for _, p := range h.pieces[first:i] {
			all = append(all, p.from(min(max(p.at, from), p.end())).data...)
		}
	}
	before := len(all)
	for at, end := part.at, part.end()+context; i < len(h.pieces) && h.pieces[i].at <= at && at < end; i++ {
		next := h.pieces[i].from(at)
		all = append(all, next.before(end).data...)
		at = next.end()
		t.stats.Steps++
	}
	return all, before
}

// maxBroken is how many broken pieces are looked at for what lay before one.
const maxBroken = 16

// lead returns what lay before part until a packet came, where that has broken it
// already, or where it is of the same segment.
func (h *hold) lead(part *piece, by int64) []byte {
	i := sort.Search(len(h.lost), func(i int) bool { return h.lost[i].at > part.at })
	for least := max(0, i-maxBroken); i > least; i-- {
		b := &h.lost[i-1]
		n := part.at - b.at + int64(b.before)
		if (b.packet == part.packet || b.by == by) && n <= int64(len(b.around)) {
			return b.around[max(0, n-context):n]
		}
	}
	return nil
}

// tellLost tells of the broken pieces that end at or before an offset.
func (t *Table) tellLost(h *hold, before int64) {
	for len(h.lost) > 0 && h.lost[0].end() <= before {
		b := h.lost[0]
		t.stats.Steps += int64(len(h.lost))
		h.lost = slices.Delete(h.lost, 0, 1)
		t.weigh(h, b.weight(), -1)
		t.alt(h.flow, h.dir, b.piece, b.at, b.end())
		t.tellAround(h, &b)
	}
}

// tellAround tells a broken piece amid what lay around it, unless that was told
// with the piece itself.
func (t *Table) tellAround(h *hold, b *broken) {
	end := b.before + len(b.data)
	told, from := t.others.text, t.others.from
	if !bytes.HasSuffix(told[:from], b.around[:b.before]) || !bytes.HasPrefix(told[from+len(b.data):], b.around[end:]) {
		t.handler.Alt(h.flow, h.dir, Copy{Data: b.around, From: b.before, To: end, At: b.at, Packets: []int64{b.packet}})
	}
}

package pipeline

import (
	"slices"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/detect"
	"github.com/telltale-audit/telltale/internal/dissect"
)

// Bounds of what is kept of messages that bring one thing in pieces.
const (
	maxSources = 64   // packets
	maxNoted   = 1024 // ranges of hits
)

// pieces are what is kept of messages that bring one thing in pieces, as the
// hello of QUIC over several packets: where their bytes came from, which the flow
// forgets, and what was found in them.
type pieces struct {
	from []source
	told []noted
	size int // ranges in told
}

// A source is a packet and the stream bytes that it supplied.
type source struct {
	telltale.Range
	packet, time int64
}

// noted is a hit that was told.
type noted struct {
	kind   telltale.Kind
	level  telltale.Level
	ranges []telltale.Range
}

// piecesOf returns what is kept of the messages that m has parts in common with,
// nil where it stands alone.
func piecesOf(m *dissect.Message) *pieces {
	if m.Parts == nil {
		return nil
	}
	if m.Parts.State == nil {
		m.Parts.State = new(pieces)
	}
	return m.Parts.State.(*pieces)
}

// isNews notes a hit, and reports whether the same bytes were not told to be that
// before, as surely. Beyond a bound they are told once more.
func (p *pieces) isNews(h *detect.Hit, ranges []telltale.Range) bool {
	if p == nil {
		return true
	}
	for _, o := range p.told {
		if o.kind == h.Kind && o.level.AtLeast(h.Level) && slices.Equal(o.ranges, ranges) {
			return false
		}
	}
	if p.size+len(ranges) <= maxNoted {
		p.told = append(p.told, noted{h.Kind, h.Level, slices.Clone(ranges)})
		p.size += len(ranges)
	}
	return true
}

// leavePieces keeps where the bytes of a message that ends came from. If values lie
// in earlier ones too, it came in the packets of those as well.
func (c *conv) leavePieces(col *collector) {
	p, r := piecesOf(col.m), telltale.Range{Start: col.m.Start, End: col.end()}
	for _, n := range c.f.PacketsIn(nil, col.m.Dir, r.Start, r.End) {
		if len(p.from) == maxSources {
			c.s.w.tally.suppress(packetsForgotten, 1)
			continue
		}
		p.from = append(p.from, source{r, n, c.f.TimeOf(col.m.Dir, r.Start, r.End)})
	}
	if out := col.out; out != nil {
		for _, s := range out.Sightings {
			out.Packets = append(out.Packets, s.Packets...)
		}
		slices.Sort(out.Packets)
		out.Packets = slices.Compact(out.Packets)
	}
}

// packetsIn appends to dst the packets of earlier messages that r lies in, and
// returns the time of the last if that is later than at.
func (p *pieces) packetsIn(dst []int64, at int64, r telltale.Range) ([]int64, int64) {
	if p == nil {
		return dst, at
	}
	for _, s := range p.from {
		if s.Overlaps(r) {
			dst, at = append(dst, s.packet), max(at, s.time)
		}
	}
	return dst, at
}

// joined returns where bytes r of a field in runs lie in the stream.
func joined(runs []dissect.Run, r telltale.Range) (out []telltale.Range) {
	start := int64(0)
	for _, u := range runs {
		from, to := max(r.Start-start, 0), min(r.End-start, int64(u.N))
		if from < to {
			out = append(out, telltale.Range{Start: u.At + from, End: u.At + to})
		}
		start += int64(u.N)
	}
	return out
}

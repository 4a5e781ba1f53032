package decode

import (
	"cmp"
	"slices"

	"github.com/telltale-audit/telltale"
)

// A rangeSet is a set of bytes of the root.
type rangeSet struct{ list []telltale.Range }

// maxRanges is how many ranges a rangeSet tells apart; of more, it also has
// what lies between.
const maxRanges = 1024

// add puts the bytes r into s.
func (s *rangeSet) add(r telltale.Range) {
	s.list = append(s.list, r)
	if len(s.list) < 2*maxRanges {
		return
	}
	s.merge()
	if n := len(s.list); n > maxRanges {
		s.list = append(s.list[:0], telltale.Range{Start: s.list[0].Start, End: s.list[n-1].End})
	}
}

// merge sorts the ranges and joins those that touch.
func (s *rangeSet) merge() {
	slices.SortFunc(s.list, func(a, b telltale.Range) int { return cmp.Compare(a.Start, b.Start) })
	out := s.list[:0]
	for _, r := range s.list {
		if n := len(out); n > 0 && r.Start <= out[n-1].End {
			out[n-1].End = max(out[n-1].End, r.End)
			continue
		}
		out = append(out, r)
	}
	s.list = out
}

// size returns the number of bytes in s.
func (s *rangeSet) size() (n int64) {
	s.merge()
	for _, r := range s.list {
		n += r.Len()
	}
	return n
}

// A loss is what a walk left unread, by reason.
type loss struct {
	depth, inflate, unknown rangeSet
}

// of returns the set for a reason.
func (l *loss) of(why telltale.SkipReason) *rangeSet {
	switch why {
	case telltale.SkipInflateBudget:
		return &l.inflate
	case telltale.SkipUndecodable:
		return &l.unknown
	}
	return &l.depth
}

// reset empties l.
func (l *loss) reset() {
	l.depth.list, l.inflate.list, l.unknown.list = l.depth.list[:0], l.inflate.list[:0], l.unknown.list[:0]
}

// tally returns the bytes lost for each reason, nil if none. A byte that was
// lost for several counts once.
func (l *loss) tally() map[telltale.SkipReason]int64 {
	if len(l.depth.list)+len(l.inflate.list)+len(l.unknown.list) == 0 {
		return nil
	}
	skipped := map[telltale.SkipReason]int64{}
	var all rangeSet
	var before int64
	for _, why := range []telltale.SkipReason{telltale.SkipUndecodable, telltale.SkipInflateBudget, telltale.SkipDecodeDepth} {
		all.list = append(all.list, l.of(why).list...)
		if n := all.size(); n > before {
			skipped[why] = n - before
			before = n
		}
	}
	return skipped
}

package detect

import (
	"cmp"
	"slices"
)

// settle decides between candidates of one view that overlap: the same bytes
// are one identifier. The surer stays, then the longer, then the first of the
// list of detectors.
func settle(list []*candidate) []*candidate {
	sortCandidates(list, func(a, b *candidate) int { return cmp.Compare(a.span.Start, b.span.Start) })
	out := list[:0]
	for _, c := range list {
		for len(out) > 0 && out[len(out)-1].span.Overlaps(c.span) {
			if better(out[len(out)-1], c) {
				break
			}
			out = out[:len(out)-1]
		}
		if len(out) == 0 || !out[len(out)-1].span.Overlaps(c.span) {
			out = append(out, c)
		}
	}
	return out
}

// better reports whether a is to be kept rather than b, which has the same
// bytes and comes later.
func better(a, b *candidate) bool {
	if a.spelled() != b.spelled() && a.hit.Kind == b.hit.Kind && a.hit.Value == b.hit.Value {
		return b.spelled()
	}
	if pa, pb := a.probability(), b.probability(); pa != pb {
		return pa > pb
	}
	return a.span.Len() >= b.span.Len()
}

// merge keeps one candidate of each value that several views, or a view and a
// spelling, show in the same bytes of the wire: the one whose encodings were
// undone, then the surest, then the one that the fewest decodings show.
func merge(list []*candidate) []*candidate {
	sortCandidates(list, func(a, b *candidate) int {
		return cmp.Or(
			cmp.Compare(a.hit.Kind, b.hit.Kind), cmp.Compare(a.hit.Value, b.hit.Value),
			cmp.Compare(a.hit.Ranges[0].Start, b.hit.Ranges[0].Start))
	})
	out := list[:0]
	for _, c := range list {
		if n := len(out); n > 0 && sameValue(out[n-1], c) {
			if plainer(c, out[n-1]) {
				out[n-1] = c
			}
			continue
		}
		out = append(out, c)
	}
	clear(list[len(out):])
	return out
}

// An opened is a value that a key names, and that says something else decoded.
type opened struct {
	view  int // that it stands in
	start int // where it begins there
	name  *keyName
}

func (o opened) compare(p opened) int {
	return cmp.Or(cmp.Compare(o.view, p.view), cmp.Compare(o.start, p.start))
}

// unwrap drops from list what was opened, as it stands before it was: the kinds that
// the key names are looked for in what it says. What its own form speaks for stays.
func unwrap(list []*candidate, all []opened) []*candidate {
	if len(all) == 0 {
		return list
	}
	slices.SortFunc(all, opened.compare)
	return slices.DeleteFunc(list, func(c *candidate) bool {
		if c.confirms || c.lr[groupStructure] > 1 {
			return false
		}
		i, _ := slices.BinarySearchFunc(all, opened{view: c.view, start: c.start}, opened.compare)
		for ; i < len(all) && all[i].view == c.view && all[i].start < c.end; i++ {
			if all[i].name.announces(c.hit.Kind) {
				return true
			}
		}
		return false
	})
}

// sameStart reports whether a and b read the same value from the same place of
// a view on.
func sameStart(a, b *candidate) bool {
	return a.span.Start == b.span.Start && a.hit.Kind == b.hit.Kind && a.hit.Value == b.hit.Value
}

func sameValue(a, b *candidate) bool {
	return a.hit.Kind == b.hit.Kind && a.hit.Value == b.hit.Value && a.hit.Ranges[0].Overlaps(b.hit.Ranges[0])
}

// plainer reports whether a shows the value better than b.
func plainer(a, b *candidate) bool {
	if a.spelled() != b.spelled() {
		return !a.spelled()
	}
	if pa, pb := a.probability(), b.probability(); pa != pb {
		return pa > pb
	}
	return a.depth < b.depth
}

// spelled reports whether a spelling was found that hides the value, and nobody
// undid it.
func (c *candidate) spelled() bool { return c.form != "" && !c.own }

// sortCandidates sorts list, which mostly is in order, stably.
func sortCandidates(list []*candidate, order func(a, b *candidate) int) {
	if !slices.IsSortedFunc(list, order) {
		slices.SortStableFunc(list, order)
	}
}

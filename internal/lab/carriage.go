package lab

import (
	"math/rand/v2"
	"slices"

	"github.com/telltale-audit/telltale"
)

// A Carriage says how a stream is cut into segments and in which order the
// capture sees them. The zero Carriage is the ordinary one: segments as large
// as the path allows, in order, each once. The stream is the same in every
// carriage.
type Carriage struct {
	Segment int   // bytes a segment; 0, or more than the path allows: as many as it allows
	Order   Order // in which order the capture sees the segments
	Repeat  int   // every Repeat-th segment is captured twice; 0: none, 1: all
	Acks    int   // the receiver acknowledges every so many segments; 0: each flight as a whole
}

// Order is the order in which a capture sees segments.
type Order uint8

// The orders there are. Reordered shuffles segments within short stretches,
// and always puts a later segment first where there are two. Uneven is what
// an ordinary path does: one segment in 250 comes after the one behind it, and
// one in 250 comes twice.
const (
	InOrder Order = iota
	Reordered
	Uneven
)

const (
	flight  = 64 // segments sent before the sender waits for an acknowledgement
	stretch = 8  // segments that may change places when reordered
	uneven  = 250
	late    = 3 // places by which a repeated segment comes after the first copy
)

// cut returns the segments of the stream bytes r, each at most size long.
// A lost range is a segment of its own.
func cut(r telltale.Range, size int64, lost []telltale.Range) []telltale.Range {
	var segments []telltale.Range
	for at := r.Start; at < r.End; {
		end := min(at+size, r.End)
		for _, l := range lost {
			if l.Start > at && l.Start < end {
				end = l.Start
			}
			if l.Start <= at && at < l.End {
				end = min(end, l.End)
			}
		}
		segments = append(segments, telltale.Range{Start: at, End: end})
		at = end
	}
	return segments
}

// arrange returns the order in which n segments of one flight are seen, as
// indexes; a repeated segment is there twice.
func (c Carriage) arrange(n int, rng *rand.Rand) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	switch c.Order {
	case InOrder:
	case Uneven:
		return unevenly(order, rng)
	case Reordered:
		for i := 0; i < n; i += stretch {
			shuffle(order[i:min(i+stretch, n)], rng)
		}
	}
	if c.Repeat < 1 {
		return order
	}
	return repeat(order, c.Repeat)
}

// shuffle moves the elements of p so that they are not all in place.
func shuffle(p []int, rng *rand.Rand) {
	first := p[0]
	rng.Shuffle(len(p), func(i, j int) { p[i], p[j] = p[j], p[i] })
	if p[0] == first && len(p) > 1 {
		p[0], p[len(p)-1] = p[len(p)-1], p[0]
	}
}

// repeat puts a second copy of every nth element a few places after the first.
func repeat(order []int, n int) []int {
	var out, pending []int
	for i, k := range order {
		out = append(out, k)
		if (i+1)%n == 0 {
			pending = append(pending, k)
		}
		if len(pending) == late {
			out = append(out, pending[0])
			pending = pending[1:]
		}
	}
	return append(out, pending...)
}

// unevenly moves a few elements behind the next one, and repeats a few.
func unevenly(order []int, rng *rand.Rand) []int {
	for i := 1; i < len(order); i++ {
		if rng.IntN(uneven) == 0 {
			order[i-1], order[i] = order[i], order[i-1]
		}
	}
	for i := 0; i < len(order); i++ {
		if rng.IntN(uneven) == 0 {
			again := min(i+late, len(order))
			order = slices.Insert(order, again, order[i])
			i++
		}
	}
	return order
}

// arrivals are the segments of a flight that came so far.
type arrivals struct {
	had   []bool
	n     int // all that came
	whole int // how many of the first came, without one missing
}

func (a *arrivals) add(k int) {
	a.n++
	a.had[k] = true
	for a.whole < len(a.had) && a.had[a.whole] {
		a.whole++
	}
}

// due reports whether it is time for an acknowledgement before the last one,
// where one is sent for every so many segments.
func (a *arrivals) due(every int) bool {
	return every > 0 && a.n%every == 0 && a.whole > 0 && a.whole < len(a.had)
}

package detect

import (
	"cmp"
	"slices"
)

// A told is a place of a view where a seed stands as it is.
type told struct {
	seed       int
	start, end int
	keyed      bool // and the key says so
}

// A toldList holds what was told of a view, so that the same bytes are not judged
// again as something that could only be less sure.
type toldList struct {
	list []told
	at   int  // in list, where the token asked for last begins
	off  bool // in tests: judge all the same
}

func (l *toldList) reset() { l.list, l.at = l.list[:0], 0 }

func (l *toldList) add(t told) { l.list = append(l.list, t) }

// has reports whether the seed was told last, from start to end or farther.
func (l *toldList) has(seed, start, end int) bool {
	n := len(l.list)
	return n > 0 && l.list[n-1].seed == seed && l.list[n-1].start == start && l.list[n-1].end >= end
}

// sort makes the list ready to be asked.
func (l *toldList) sort() {
	order := func(a, b told) int { return cmp.Compare(a.start, b.start) }
	if !slices.IsSortedFunc(l.list, order) {
		slices.SortStableFunc(l.list, order)
	}
}

// covers reports whether the token is a seed that was told, and its key was found
// with it. Tokens that it is asked for one after the other ascend, or else it may
// say no.
func (l *toldList) covers(t token) bool {
	if l.off {
		return false
	}
	for l.at < len(l.list) && l.list[l.at].start < t.start {
		l.at++
	}
	for i := l.at; i < len(l.list) && l.list[i].start == t.start; i++ {
		if l.list[i].end == t.end && (t.key == nil || l.list[i].keyed) {
			return true
		}
	}
	return false
}

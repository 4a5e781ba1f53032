package flow

import (
	"slices"
	"sort"

	"github.com/telltale-audit/telltale"
)

// maxRuns is how many runs a direction remembers at most.
const maxRuns = 32 << 10

// Where the directions of a table remember more than maxTableRuns together, a
// flow whose packet comes keeps its latest fewRuns.
const (
	maxTableRuns = maxRuns + maxRuns/4
	fewRuns      = 16
)

// A run is a piece of the main view that one packet supplied.
type run struct {
	at, n        int64
	packet, time int64
}

// runs are the runs of one direction, ascending by offset.
type runs struct {
	all  []run
	from int // the runs before this one are forgotten
}

// add appends a run, and forgets the oldest if there are too many.
func (r *runs) add(next run) {
	if len(r.all)-r.from == maxRuns {
		r.from++
	}
	// Moving at most as many runs as were forgotten keeps this linear.
	if len(r.all) == cap(r.all) && 2*r.from >= len(r.all) {
		r.all = append(r.all[:0], r.all[r.from:]...)
		r.from = 0
	}
	r.all = append(r.all, next)
}

// trim forgets all but the latest fewRuns, and their memory.
func (r *runs) trim() {
	if live := r.known(); len(live) > fewRuns {
		r.all, r.from = slices.Clone(live[len(live)-fewRuns:]), 0
	}
}

// remembered returns how many runs are known of both directions.
func (f *Flow) remembered() int {
	return len(f.streams[0].runs.known()) + len(f.streams[1].runs.known())
}

// remember counts the runs of f after a packet, and bounds what all flows of
// the table remember together.
func (t *Table) remember(f *Flow) {
	n := f.remembered()
	t.runs += n - int(f.counted)
	f.counted = int32(n)
	if t.runs <= maxTableRuns || n <= 2*fewRuns {
		return
	}
	f.streams[0].runs.trim()
	f.streams[1].runs.trim()
	left := f.remembered()
	t.stats.Steps += int64(n)
	f.counted = int32(left)
	t.runs -= n - left
	t.stats.Forgotten += int64(n - left)
}

// known returns the runs that are remembered.
func (r *runs) known() []run { return r.all[r.from:] }

// forget drops the runs that end at or before an offset.
func (r *runs) forget(before int64) {
	live := r.known()
	r.from += sort.Search(len(live), func(i int) bool { return live[i].at+live[i].n > before })
	if r.from == len(r.all) {
		r.all, r.from = r.all[:0], 0
	}
}

// emptied returns r without runs. It keeps a little of its memory for the
// next flow, so that one-shot flows allocate nothing.
func (r *runs) emptied() runs {
	if cap(r.all) > 8 {
		return runs{}
	}
	return runs{all: r.all[:0]}
}

// PacketsIn appends to dst the numbers of the packets that supplied the bytes
// [start, end) of the main view, ascending and each once. Bytes that were
// forgotten, missing or not yet delivered have no packet.
func (f *Flow) PacketsIn(dst []int64, d telltale.Direction, start, end int64) []int64 {
	live := f.streams[d].runs.known()
	live = live[sort.Search(len(live), func(i int) bool { return live[i].at+live[i].n > start }):]
	had := len(dst)
	for _, r := range live {
		if r.at >= end {
			break
		}
		dst = append(dst, r.packet)
	}
	// Held segments are delivered late: offsets ascend, numbers need not.
	slices.Sort(dst[had:])
	return dst[:had+len(slices.Compact(dst[had:]))]
}

// TimeOf returns the latest capture time, in ns since the Unix epoch, of the
// packets that supplied the bytes [start, end) of the main view. Where none is
// remembered it is that of the last packet before them, or the flow's Start.
func (f *Flow) TimeOf(d telltale.Direction, start, end int64) int64 {
	live := f.streams[d].runs.known()
	i := sort.Search(len(live), func(i int) bool { return live[i].at+live[i].n > start })
	before := f.Start
	if i > 0 {
		before = live[i-1].time
	}
	if i == len(live) || live[i].at >= end {
		return before
	}
	latest := live[i].time
	for ; i < len(live) && live[i].at < end; i++ {
		latest = max(latest, live[i].time)
	}
	return latest
}

// Forget says that the owner will not ask about bytes before an offset again.
func (f *Flow) Forget(d telltale.Direction, before int64) {
	if s := &f.streams[d]; !s.keeps {
		s.runs.forget(before)
	}
}

// Keep says whether bytes of a direction that came before others may still be asked
// about when those no longer are: until that is over nothing is forgotten.
func (f *Flow) Keep(d telltale.Direction, keep bool) { f.streams[d].keeps = keep }

// Seal says whether the bytes of a direction from an offset on are sealed:
// then nobody reads them, and neither their checksums are verified nor copies
// of them compared.
func (f *Flow) Seal(d telltale.Direction, from int64, sealed bool) {
	s := &f.streams[d]
	if sealed && !s.sealed {
		s.seal = from
	}
	s.sealed = sealed
}

// LastPacket returns the number of the packet that supplied the latest bytes of
// a direction's main view, 0 where that is forgotten.
func (f *Flow) LastPacket(d telltale.Direction) int64 {
	known := f.streams[d].runs.known()
	if len(known) == 0 {
		return 0
	}
	return known[len(known)-1].packet
}

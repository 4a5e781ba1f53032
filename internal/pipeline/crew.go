package pipeline

import (
	"cmp"
	"slices"

	"github.com/telltale-audit/telltale/internal/flow"
)

// A crew is the workers of a run and the shards that they share.
type crew struct {
	shards  shards
	workers []*worker
}

// shards are the virtual shards of a run, each made when its first packet comes.
type shards [Shards]*shard

func newCrew(cfg Config) *crew {
	c := &crew{workers: make([]*worker, min(max(cfg.Workers, 1), Shards))}
	for i := range c.workers {
		c.workers[i] = newWorker(cfg, &c.shards)
	}
	return c
}

// batch works off l, in goroutines where there are several workers, and returns
// the function that waits for its end.
func (c *crew) batch(l *load) (wait func()) {
	return c.each(func(w *worker) { w.batch(l) })
}

// finish ends every flow as the capture ends.
func (c *crew) finish(at flow.Instant) {
	var all load
	for home, s := range c.shards {
		if s != nil {
			all.turns = append(all.turns, uint8(home))
		}
	}
	c.each(func(w *worker) { w.finish(&all, at) })()
}

// each runs f for every worker and returns the function that waits for all of
// them. A panic that no direction contained goes on in the goroutine that waits,
// where the program meets it.
func (c *crew) each(f func(*worker)) (wait func()) {
	if len(c.workers) == 1 {
		f(c.workers[0])
		return func() {}
	}
	done := make(chan any, len(c.workers))
	for _, w := range c.workers {
		go func() {
			defer func() { done <- recover() }()
			f(w)
		}()
	}
	return func() {
		var failed any
		for range c.workers {
			if p := <-done; p != nil {
				failed = p
			}
		}
		if failed != nil {
			panic(failed)
		}
	}
}

// merge takes what all workers found and puts it in order: by closing
// packet, then flow, then as found. At the capture's end all share one
// closing packet, and flows leave in the order they began.
func (c *crew) merge() []*Event {
	n := 0
	for _, w := range c.workers {
		n += len(w.events)
	}
	order := make([]place, 0, n)
	for _, w := range c.workers {
		for _, e := range w.events {
			order = append(order, place{e.At, e})
		}
		clear(w.events) // what has left may be let go of
		w.events = w.events[:0]
	}
	slices.SortFunc(order, place.compare)
	all := make([]*Event, n)
	for i, p := range order {
		all[i] = p.event
	}
	return all
}

// A place is where an event stands among others: nearly always the packet alone
// says it, and the event, which lies elsewhere, need not be fetched.
type place struct {
	at    int64
	event *Event
}

func (p place) compare(o place) int {
	if c := cmp.Compare(p.at, o.at); c != 0 {
		return c
	}
	a, b := p.event, o.event
	return cmp.Or(cmp.Compare(a.Flow.ID, b.Flow.ID), cmp.Compare(a.Flow.Part, b.Flow.Part), cmp.Compare(a.seq, b.seq))
}

// close adds what the workers and the shards counted to t.
func (c *crew) close(t *Tally) {
	for _, w := range c.workers {
		w.tally.Work.Looked = w.search.Work()
		t.add(w.tally)
	}
	for _, s := range c.shards {
		if s != nil {
			s.count(t)
		}
	}
}

package pipeline

import (
	"cmp"
	"math"
	"slices"

	"github.com/telltale-audit/telltale/internal/detect"
	"github.com/telltale-audit/telltale/internal/flow"
)

// worker carries some of the virtual shards. Everything it owns is used by
// one goroutine at a time.
type worker struct {
	cfg    Config
	search *detect.Search
	shards [Shards]*shard // made when their first packet comes
	tally  *Tally
	events []*Event // found since the last merge
	now    int64    // number of the packet in hand; math.MaxInt64 at the end
	free   []*collector
}

func newWorker(cfg Config) *worker {
	return &worker{cfg: cfg, search: cfg.Engine.NewSearch(), tally: newTally()}
}

// batch takes the packets of l whose shards belong to worker i of n.
func (w *worker) batch(l *load, i, n int) {
	for k, home := range l.home {
		if home == noShard || int(home)%n != i {
			continue
		}
		p := &l.batch.Packets[k]
		w.now = p.Number
		w.shard(home).table.Packet(&l.headers[k], p)
	}
}

func (w *worker) shard(home uint8) *shard {
	if w.shards[home] == nil {
		w.shards[home] = newShard(w)
	}
	return w.shards[home]
}

// finish ends every flow as the capture ends.
func (w *worker) finish() {
	w.now = math.MaxInt64
	for _, s := range w.shards {
		if s != nil {
			s.table.Finish()
		}
	}
}

// close adds what the worker and its shards counted to t.
func (w *worker) close(t *Tally) {
	t.add(w.tally)
	for _, s := range w.shards {
		if s == nil {
			continue
		}
		st := s.table.Stats()
		t.Payload.Repeated += st.Repeated
		t.Unchecked += st.Unchecked
		t.Missing.Gap += st.Gap
	}
}

// emit keeps an event for the merge, stamped with the packet that closed it.
func (w *worker) emit(e *Event) {
	e.At = w.now
	if e.Message != nil {
		e.Message.Names = e.Flow.Names
	}
	e.seq = len(w.events)
	w.events = append(w.events, e)
}

// merge takes what all workers found and puts it in order: by closing
// packet, then flow, then as found. At the capture's end all share one
// closing packet, and flows leave in the order they began.
func merge(workers []*worker) []*Event {
	var all []*Event
	for _, w := range workers {
		all = append(all, w.events...)
		w.events = w.events[:0]
	}
	slices.SortFunc(all, func(a, b *Event) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Flow.ID, b.Flow.ID), cmp.Compare(a.seq, b.seq))
	})
	return all
}

// shard is one virtual shard: a flow table whose flows it reads.
type shard struct {
	w     *worker
	table *flow.Table
	held  int // bytes that its flows hold: open messages and what waits to be used
}

// hold counts that something of a flow which held *weight bytes holds now.
func (s *shard) hold(weight *int, now int) {
	s.held += now - *weight
	*weight = now
}

// patience is how many bytes of a direction may wait for more: the fewer the
// more the shard holds.
func (s *shard) patience() int { return maxPending >> min(9, 3*(s.held/maxShardHeld)) }

// limits are a shard's part of the program's memory: 262,144 flows and
// 64 MiB of bytes out of order in all.
var limits = flow.Limits{}

func newShard(w *worker) *shard {
	s := &shard{w: w}
	s.table = flow.NewTable(s, limits)
	return s
}

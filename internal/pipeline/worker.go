package pipeline

import (
	"cmp"
	"math"
	"slices"

	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/detect"
	"github.com/telltale-audit/telltale/internal/dissect"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
)

// worker carries some of the virtual shards. Everything it owns is used by
// one goroutine at a time.
type worker struct {
	cfg    Config
	search *detect.Search
	shards [Shards]*shard                     // made when their first packet comes
	inner  [packet.MaxDepth + 1]packet.Header // of the packets inside the one in hand, by their depth
	tally  *Tally
	events []*Event // found since the last merge
	now    int64    // number of the packet in hand; math.MaxInt64 at the end

	// Memory that is used again.
	collectors spares[*collector]
	convs      spares[*conv]
	parsers    map[*dissect.Dissector]*spares[dissect.Parser]
	lones      map[*dissect.Dissector]dissect.Parser
	strings    intern
	certs      map[[32]byte]*certificate
}

func newWorker(cfg Config) *worker {
	return &worker{
		cfg: cfg, search: cfg.Engine.NewSearch(), tally: newTally(),
		parsers: map[*dissect.Dissector]*spares[dissect.Parser]{}, lones: map[*dissect.Dissector]dissect.Parser{}, strings: intern{}, certs: map[[32]byte]*certificate{},
	}
}

// batch takes the packets of l whose shards belong to worker i of n.
func (w *worker) batch(l *load, i, n int) {
	for home := i; home < Shards; home += n {
		for _, k := range l.of[home] {
			w.packet(uint8(home), &l.headers[k], &l.batch.Packets[k], l.at[k])
		}
	}
}

// packet hands a packet, or those of a Wi-Fi frame, to their shard.
func (w *worker) packet(home uint8, h *packet.Header, p *capture.Packet, at flow.Instant) {
	w.now = p.Number
	defer w.contain(home)
	s := w.shard(home)
	s.table.At(at)
	if h.Aggregate() {
		w.frame(*h, p, home)
	} else {
		s.take(h, p)
	}
}

// frame takes those packets of a Wi-Fi frame that belong to a shard. Its
// header stays as it is: other shards read on from it.
func (w *worker) frame(h packet.Header, p *capture.Packet, home uint8) {
	for more := true; more; more = h.Next(p.Data, &h) {
		if (toFlow(&h) || broken(&h)) && shardOf(&h) == home {
			in := h // a shard may change it
			w.shard(home).take(&in, p)
		}
	}
}

func (w *worker) shard(home uint8) *shard {
	if w.shards[home] == nil {
		w.shards[home] = newShard(w)
	}
	return w.shards[home]
}

// finish ends every flow as the capture ends.
func (w *worker) finish(at flow.Instant) {
	w.now = math.MaxInt64
	for home, s := range w.shards {
		if s != nil {
			w.finishShard(uint8(home), s, at)
		}
	}
}

func (w *worker) finishShard(home uint8, s *shard, at flow.Instant) {
	defer w.contain(home)
	s.table.At(at)
	s.fragments.Flush()
	s.table.Finish()
}

// close adds what the worker and its shards counted to t.
func (w *worker) close(t *Tally) {
	for _, s := range w.shards {
		if s != nil {
			s.count(w.tally)
		}
	}
	t.add(w.tally)
}

// packetsForgotten is the rule that leaves packets of long messages out of
// what lists them.
const packetsForgotten = "packets_beyond_bound"

// The rules that close a flow for want of room while it might have gone on. A
// value that lies on the cut through a message is not seen; what comes later
// is a flow of its own.
const (
	halfOpenEvicted  = "half_open_flows_evicted"
	datagramsEvicted = "datagram_flows_evicted"
	streamsEvicted   = "stream_flows_evicted"
)

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
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Flow.ID, b.Flow.ID), cmp.Compare(a.Flow.Part, b.Flow.Part), cmp.Compare(a.seq, b.seq))
	})
	return all
}

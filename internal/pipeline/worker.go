package pipeline

import (
	"math"

	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/detect"
	"github.com/telltale-audit/telltale/internal/dissect"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
)

// worker carries virtual shards, one after the other: in each batch those that no
// other worker has taken. Everything it owns is used by one goroutine at a time.
type worker struct {
	cfg    Config
	search *detect.Search
	shards *shards                            // of the run
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

func newWorker(cfg Config, shards *shards) *worker {
	return &worker{
		cfg: cfg, search: cfg.Engine.NewSearch(), shards: shards, tally: newTally(),
		parsers: map[*dissect.Dissector]*spares[dissect.Parser]{}, lones: map[*dissect.Dissector]dissect.Parser{}, strings: intern{}, certs: map[[32]byte]*certificate{},
	}
}

// batch takes shard after shard of l until none is left.
func (w *worker) batch(l *load) {
	for home, ok := l.take(); ok; home, ok = l.take() {
		for _, k := range l.of[home] {
			w.packet(home, &l.headers[k], &l.batch.Packets[k], l.at[k])
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

// shard returns a shard, which the worker carries from here on.
func (w *worker) shard(home uint8) *shard {
	s := w.shards[home]
	if s == nil {
		s = newShard()
		w.shards[home] = s
	}
	s.w = w
	return s
}

// finish ends every flow as the capture ends. It takes the shards as batch does.
func (w *worker) finish(l *load, at flow.Instant) {
	w.now = math.MaxInt64
	for home, ok := l.take(); ok; home, ok = l.take() {
		w.finishShard(home, at)
	}
}

func (w *worker) finishShard(home uint8, at flow.Instant) {
	defer w.contain(home)
	s := w.shard(home)
	s.table.At(at)
	s.fragments.Flush()
	s.table.Finish()
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

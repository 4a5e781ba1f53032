// Package pipeline is the wiring of one input: packets from a source go to
// virtual shards by IP pair, there through the flow table, the dissectors and
// the search for identifiers, and what was found leaves in one order.
//
// The number of workers never shows in the result. A virtual shard owns its
// flow table and is carried by exactly one worker through a batch; workers finish
// a batch together, and what they found in it is merged by closing packet before
// the next batch's finds follow.
package pipeline

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"sync/atomic"

	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/detect"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
)

// Shards is the number of virtual shards. Caps belong to a shard, so it is
// fixed: a run on more cores finds and drops exactly the same.
const Shards = 64

// Config says how an input is run through.
type Config struct {
	Workers  int            // goroutines that carry the shards; at least 1
	Messages bool           // an Event for every message, not only for those with sightings
	Prints   bool           // fingerprints of greetings with their flows
	Crashes  bool           // an Event for parsers that fail, with what they were given
	Whole    bool           // messages with sightings leave with their bytes, as far as there is room
	Engine   *detect.Engine // what to search for
}

// A Sink takes events in their final order. Put blocks: that is the
// back-pressure.
type Sink interface {
	Put(ctx context.Context, events []*Event) error
}

// Run reads src to its end and puts what it finds into sink. The Tally
// accounts for all that was read, also where an error ended the run.
func Run(ctx context.Context, src capture.Source, cfg Config, sink Sink) (*Tally, error) {
	c := newCrew(cfg)
	tally := newTally()
	var clock flow.Clock
	err := c.batches(ctx, src, &clock, tally, sink)
	c.finish(clock.Now())
	if e := sink.Put(ctx, c.merge()); err == nil {
		err = e
	}
	c.close(tally)
	tally.settle()
	return tally, err
}

// batches runs the source dry. While the workers are in one batch, what they
// found in the last one goes to the sink and the next one is read. Events are
// owned, so that nothing of theirs is the workers' any more.
func (c *crew) batches(ctx context.Context, src capture.Source, clock *flow.Clock, tally *Tally, sink Sink) error {
	now, next := new(load), new(load)
	var found []*Event
	err := now.read(ctx, src, clock, tally)
	for len(now.batch.Packets) > 0 {
		done := c.batch(now)
		put := sink.Put(ctx, found)
		next.batch.Packets = next.batch.Packets[:0]
		if err == nil {
			err = next.read(ctx, src, clock, tally)
		}
		done()
		now.poison()
		found = c.merge()
		err = failed(err, put) // what was read already is still run through: it is counted
		now, next = next, now
	}
	err = failed(err, sink.Put(ctx, found))
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// failed returns the source's error or, where that is none or the end, the
// sink's.
func failed(read, put error) error {
	if put != nil && (read == nil || errors.Is(read, io.EOF)) {
		return put
	}
	return read
}

// load is a batch with its headers decoded and sorted by shard: a shard's
// packets are worked off together, while its flows are in the cache.
type load struct {
	batch   capture.Batch
	headers []packet.Header
	at      []flow.Instant  // when each packet comes
	of      [Shards][]int32 // indexes of each shard's packets, ascending
	turns   []uint8         // shards that have some, those with most first
	taken   atomic.Int32    // of turns
}

// take returns the next shard that no worker has taken.
func (l *load) take() (home uint8, ok bool) {
	i := int(l.taken.Add(1)) - 1
	if i >= len(l.turns) {
		return 0, false
	}
	return l.turns[i], true
}

// order makes the shards' turns. Those with most packets come first, so that
// workers end together.
func (l *load) order() {
	l.turns = l.turns[:0]
	for home := range l.of {
		if len(l.of[home]) > 0 {
			l.turns = append(l.turns, uint8(home))
		}
	}
	slices.SortFunc(l.turns, func(a, b uint8) int { return len(l.of[b]) - len(l.of[a]) })
	l.taken.Store(0)
}

// read fills l with the next batch that has packets, or with none at the
// source's end.
func (l *load) read(ctx context.Context, src capture.Source, clock *flow.Clock, tally *Tally) error {
	var err error
	for err == nil {
		if err = ctx.Err(); err != nil {
			break
		}
		if err = src.Read(ctx, &l.batch); len(l.batch.Packets) > 0 {
			break
		}
	}
	n := len(l.batch.Packets)
	if cap(l.headers) < n {
		l.headers, l.at = make([]packet.Header, n), make([]flow.Instant, n)
	}
	l.headers, l.at = l.headers[:n], l.at[:n]
	for s := range l.of {
		l.of[s] = l.of[s][:0]
	}
	for i := range l.batch.Packets {
		p, h := &l.batch.Packets[i], &l.headers[i]
		l.at[i] = clock.Advance(p.Time)
		if !readHeaders(h, p) {
			tally.Faults++
		}
		switch {
		case !tally.packet(p, h):
		case h.Aggregate():
			l.sortFrame(*h, p, int32(i))
		default:
			l.sort(h, int32(i))
		}
	}
	l.order()
	return err
}

// readHeaders reads a packet's headers. It reports false where that failed by a
// fault of ours: such a packet is malformed.
func readHeaders(h *packet.Header, p *capture.Packet) (sound bool) {
	defer func() {
		if recover() != nil {
			*h = packet.Header{Status: packet.Malformed, PayloadEnd: len(p.Data)}
		}
	}()
	h.Decode(p.Link, p.Data, p.WireLen)
	return true
}

// sort notes that packet number i of the batch belongs to h's shard.
func (l *load) sort(h *packet.Header, i int32) {
	s := shardOf(h)
	if of := l.of[s]; len(of) == 0 || of[len(of)-1] != i {
		l.of[s] = append(of, i)
	}
}

// sortFrame notes the shards of all packets in a Wi-Fi frame.
func (l *load) sortFrame(h packet.Header, p *capture.Packet, i int32) {
	for more := true; more; more = h.Next(p.Data, &h) {
		if toFlow(&h) || broken(&h) {
			l.sort(&h, i)
		}
	}
}

// shardOf chooses a virtual shard by the unordered pair of addresses. The
// hash has no seed: which packets share a shard's caps must not change from
// run to run.
func shardOf(h *packet.Header) uint8 {
	x := mix(&h.Src) ^ mix(&h.Dst)
	x *= 0x9e3779b97f4a7c15
	return uint8(x >> 58)
}

func mix(a *packet.Addr) uint64 {
	const odd = 0x9fb21c651e98df25
	x := (binary.LittleEndian.Uint64(a[8:]) ^ binary.LittleEndian.Uint64(a[:])*odd) * odd
	return x ^ x>>29
}

package pipeline

import (
	"hash/maphash"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/detect"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
)

// Bounds of what a shard keeps of fragmented packets.
const (
	maxFragments = 32 << 20 / Shards // bytes of parts that wait for others
	maxJoined    = 4096              // joined packets whose parts are remembered

	maxJoinedParts = 16 << 10 // and the parts of all of them
)

// shard is one virtual shard: a flow table whose flows it reads.
type shard struct {
	w           *worker // that carries it at the moment
	twins       twins
	table       *flow.Table
	fragments   *packet.Fragments
	joined      map[int64][]int64 // packets by the number of the one that completed them
	joinedParts int               // in joined
	outer       *FlowInfo         // of the tunnel that the packet in hand came through, if any
	crashes     int               // that were told
	tails       tails             // of flows that gave way
	agents      detect.Agents     // what programs said of themselves
	held        int               // bytes that its flows hold: open messages and what waits to be used
	kept        int               // bytes of messages as they were on the wire
}

func newShard() *shard {
	s := &shard{joined: map[int64][]int64{}, twins: twins{seed: maphash.MakeSeed()}, tails: tails{seed: maphash.MakeSeed()}}
	s.table = flow.NewTable(s, flow.Limits{})
	s.fragments = packet.NewFragments(maxFragments, s.first, s.alone)
	return s
}

// hold counts that something of a flow which held *weight bytes holds now.
func (s *shard) hold(weight *int, now int) {
	s.table.Own(now - *weight)
	s.held += now - *weight
	*weight = now
}

// isFull reports whether the shard holds half as much as it may: what can be
// done without is let go, so that the rest has room.
func (s *shard) isFull() bool { return s.held > s.table.MayOwn()/2 }

// patience is how many bytes of a direction may wait for more: the fewer the
// more the shard holds.
func (s *shard) patience() int { return maxPending >> min(9, 3*(2*s.held/s.table.MayOwn())) }

// count adds to t what the shard's own tables counted.
func (s *shard) count(t *Tally) {
	st := s.table.Stats()
	t.Payload.Repeated += st.Repeated + s.fragments.Repeated()
	t.Unchecked += st.Unchecked
	t.Missing.Gap += st.Gap
	t.Work.Steps += st.Steps + s.fragments.Steps()
	t.suppress(packetsForgotten, st.Forgotten)
	t.suppress(halfOpenEvicted, st.HalfOpen)
	t.suppress(datagramsEvicted, st.Datagrams)
	t.suppress(streamsEvicted, st.Streams)
}

// take takes a packet as it was captured. One that was captured before is the
// same packet; what is TCP of it has its place in a stream all the same, where
// its bytes are compared. Bytes behind a broken header are counted where it is read.
func (s *shard) take(h *packet.Header, p *capture.Packet) {
	if isEAPOL(h) {
		s.eapol(h, p)
		return
	}
	if h.Again = !broken(h) && s.twins.again(h, p); h.Again {
		s.w.tally.suppress(capturedAgain, 1)
	}
	if h.Again && (h.Proto != packet.TCP || h.Status != packet.OK) {
		s.w.tally.Payload.Repeated += payload(h)
		return
	}
	s.packet(h, p)
}

// capturedAgain is the rule that counts a packet once which was captured at
// several places.
const capturedAgain = "captured_again"

// packet hands a packet to its flow, and what it carries to theirs: a tunnel
// is a flow whose payload is what lies behind the packets inside, if anything.
func (s *shard) packet(h *packet.Header, p *capture.Packet) {
	switch {
	case h.Status == packet.Fragment:
		s.fragment(h, p)
		return
	case broken(h):
		data := *p
		data.Data = p.Data[h.PayloadStart:h.PayloadEnd]
		s.table.Stray(h, &data, 0, len(data.Data))
		return
	case h.Status != packet.OK:
		s.w.tally.Payload.Skipped[h.Status.Skip()] += payload(h)
		return
	}
	inner := &s.w.inner[h.Depth] // of its own it would be an allocation a packet
	if !h.Inner(p.Data, inner) {
		if h.TooDeep(p.Data) {
			s.w.tally.suppress(tunnelsNotFollowed, 1)
		}
		s.table.Packet(h, p)
		return
	}
	s.w.tally.Missing.Snaplen += int64(max(0, inner.Lacks-h.Lacks)) // counted for h if it was cut off both
	outer := h.Around(inner)
	s.w.tally.Payload.In -= payload(h) - payload(inner) - payload(&outer)
	around := s.outer
	s.outer = s.conv(s.table.Packet(&outer, p)).info
	s.packet(inner, p)
	s.outer = around
}

// tunnelsNotFollowed is the rule that reads as raw bytes what lies in more
// tunnels than are followed.
const tunnelsNotFollowed = "tunnels_beyond_bound"

func payload(h *packet.Header) int64 {
	return int64(h.PayloadEnd - h.PayloadStart + h.SurplusEnd - h.SurplusStart)
}

// fragment keeps a part of a packet until it can be put together.
func (s *shard) fragment(h *packet.Header, p *capture.Packet) {
	if whole := s.fragments.Add(h, p.Data, p.Number, p.Time); whole != nil {
		s.join(whole, p.Number)
	}
}

// first takes the beginning of a packet whose other parts did not come.
func (s *shard) first(w *packet.Whole) { s.join(w, w.Packets[0]) }

// join hands on a packet that was put together, under a number of one of the
// packets that supplied it.
func (s *shard) join(w *packet.Whole, number int64) {
	if s.joinedParts += len(w.Packets); len(s.joined) >= maxJoined || s.joinedParts > maxJoinedParts {
		s.w.tally.suppress(packetsForgotten, int64(s.joinedParts-len(w.Packets)))
		clear(s.joined)
		s.joinedParts = len(w.Packets)
	}
	s.joined[number] = w.Packets
	s.w.tally.Payload.In -= int64(len(w.Data)) - payload(&w.Header)
	s.packet(&w.Header, &capture.Packet{
		Data: w.Data, Time: w.Time, Number: number, WireLen: w.Before + len(w.Data), Link: w.Header.Link,
	})
}

// alone searches a part whose other parts did not come, or that contradicts
// them, by itself. It counts as skipped: what it belonged to was not read.
func (s *shard) alone(p packet.Part) {
	s.w.tally.Payload.Skipped[telltale.SkipFragIncomplete] += int64(len(p.Data))
	s.table.Stray(&p.Header, &capture.Packet{
		Data: p.Whole, Time: p.Time, Number: p.Packet, WireLen: len(p.Whole), Link: p.Header.Link,
	}, p.At, len(p.Data))
}

// parts replaces packets that were put together by the packets they came in.
func (s *shard) parts(numbers []int64) []int64 {
	if len(s.joined) == 0 {
		return numbers
	}
	for i, n := range numbers {
		if parts := s.joined[n]; len(parts) > 0 {
			numbers[i] = parts[0]
			numbers = append(numbers, parts[1:]...)
		}
	}
	return numbers
}

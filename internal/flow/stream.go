package flow

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
)

// reach is how far from the next expected byte a segment may lie, either way,
// and still be taken for a part of the stream.
const reach = 16 << 20

// A stream is one direction of a flow. Numbers are sequence numbers unless
// they are offsets.
type stream struct {
	next   int64  // offset of the next byte of the main view
	cutEnd int64  // if more than next: the bytes up to here were cut off a packet
	last   int64  // its latest piece in the table's recent data
	other  int64  // its reading in the table's readings
	hold   *hold  // what is out of order; nil if nothing ever was
	base   uint32 // number of offset 0; valid iff based
	top    uint32 // what follows the last byte that was ever sent; valid iff based
	acked  uint32 // what the other side acknowledged last; valid iff heard

	based, asks, heard, strayed, beyond, stamped, over bool

	shut   bool // the receiver's window is closed
	signed bool // its segments carry signatures
	sealed bool // its owner does not read it
	keeps  bool // its runs are not forgotten
	urgent bool // its hold knows of urgent bytes
	fin    bool
	said   uint8 // segments that were read, up to often
	sums   sums

	runs   runs
	seal   int64  // offset from which on it is sealed; valid iff sealed
	stamp  uint32 // the sender's latest timestamp; valid iff stamped
	asked  uint32 // base of a new connection that a SYN asks for; valid iff asks
	far    uint32 // what would follow the latest far segment; valid iff strayed
	end    uint32 // where FIN or RST ended it; valid iff over
	unseen uint32 // what it acknowledged last though nobody had sent it; valid iff beyond
	agreed uint32 // what the other side acknowledged last, unless that is in doubt; valid iff based
}

// A piece is stream bytes that came in one packet.
type piece struct {
	at           int64
	data         []byte
	packet, time int64
	cut          int64  // how many bytes after data the capture length cut off
	origin       int64  // where the segment begins that it is a part of
	until        int64  // and where that ends
	seq          uint32 // of its first byte
	ack          uint32 // what it acknowledges; valid iff acks
	acks         bool   // it counts as said once the segment is known to be read
	doubt        doubt
	late         bool // it waited: what cannot be compared is told again
}

// end returns the offset after the piece's last byte.
func (p *piece) end() int64 { return p.at + int64(len(p.data)) }

// before returns the part of p before an offset in it.
func (p piece) before(at int64) piece {
	if n := at - p.at; n < int64(len(p.data)) {
		p.data, p.cut = p.data[:n], 0
	}
	return p
}

// from returns the part of p from an offset in it.
func (p piece) from(at int64) piece {
	p.data, p.seq, p.at = p.data[at-p.at:], p.seq+uint32(at-p.at), at
	return p
}

// whole makes p, at an offset, a segment of its own.
func (p *piece) whole(at int64) {
	p.at = at
	p.origin, p.until = at, p.end()
}

// advance makes p, which must be next, part of the main view.
func (s *stream) advance(p *piece) {
	s.runs.add(run{at: p.at, n: int64(len(p.data)), packet: p.packet, time: p.time})
	s.next = p.end()
}

// ahead returns how far ahead of the next byte a sequence number is, -2^31
// to 2^31-1 (RFC 9293 section 3.4).
func (s *stream) ahead(seq uint32) int64 { return int64(int32(seq - s.base - uint32(s.next))) }

// believes reports whether a far segment is where the stream has come to, the
// capture having lost what lies between: if the other side acknowledged bytes
// as far, or, where it is not heard at all, if two segments follow each other.
func (s *stream) believes(seq uint32) bool {
	if s.heard {
		return s.ahead(s.acked) > reach
	}
	return s.strayed && s.far == seq
}

// at returns the offset of a sequence number: urgent bytes have none.
func (s *stream) at(seq uint32) int64 {
	at := s.next + s.ahead(seq)
	if s.urgent {
		at -= s.hold.urgentBefore(seq)
	}
	return at
}

// place finds the payload's place in the stream. What comes with an RST or
// with the SYN of another connection is no part of it, nor is what lies too
// far away.
func (t *Table) place(f *Flow, d telltale.Direction, h *packet.Header, in *piece) {
	s := &f.streams[d]
	ahead, after := s.ahead(in.seq), in.seq+uint32(int64(len(in.data))+in.cut)
	switch {
	case ahead == 0 && in.doubt == certain && s.hold == nil && h.Flags&(packet.SYN|packet.RST|packet.URG) == 0:
		t.deliver(f, d, in) // as nearly always
	case h.Flags&packet.RST != 0 || h.Flags&packet.SYN != 0 && in.seq != s.base || ahead < -reach:
		t.stray(f, d, *in)
	case ahead > reach && (in.doubt != certain || !s.believes(in.seq)):
		s.far, s.strayed = after, true
		t.stray(f, d, *in)
	case in.doubt != certain:
		t.wait(f, d, *in)
	case ahead > reach:
		s.agreed = s.acked
		t.flush(f, d)
		t.miss(f, d, in.at)
		t.enter(f, d, h, in)
	default:
		t.enter(f, d, h, in)
	}
	if s.ahead(after) > s.ahead(s.top) {
		s.top = after
	}
}

// enter takes a piece that nothing speaks against.
func (t *Table) enter(f *Flow, d telltale.Direction, h *packet.Header, in *piece) {
	s := &f.streams[d]
	if !s.heard && s.hold != nil && len(s.hold.doubts) > 0 {
		t.speakFor(f, d, in.at)
	}
	if h.Flags&packet.URG != 0 {
		t.markUrgent(f, d, h)
	}
	t.take(f, d, in)
}

// take takes a piece that the receiver read, all but its urgent bytes.
func (t *Table) take(f *Flow, d telltale.Direction, in *piece) {
	s := &f.streams[d]
	if s.urgent {
		*in = t.withoutUrgent(f, d, *in)
	}
	if len(in.data) > 0 || in.cut > 0 {
		t.arrive(f, d, *in)
	}
}

// arrive takes a piece of the stream: what is old is compared, what is next
// is delivered where it lies, what is ahead is held back.
func (t *Table) arrive(f *Flow, d telltale.Direction, in piece) {
	s := &f.streams[d]
	if in.at < s.next && len(in.data) > 0 {
		in = t.again(f, d, in)
	}
	t.skipCut(f, d, in.at)
	if in.at > s.next {
		t.holdBack(f, d, in)
		return
	}
	t.deliver(f, d, &in)
	if s.hold != nil {
		t.drain(f, d, in)
		t.tellLost(s.hold, s.next)
	}
}

// deliver makes a piece that is next part of the main view. Without data it
// only tells of what was cut off.
func (t *Table) deliver(f *Flow, d telltale.Direction, in *piece) {
	s := &f.streams[d]
	s.cutEnd = max(s.cutEnd, in.end()+in.cut)
	if len(in.data) == 0 {
		return
	}
	s.advance(in)
	s.said = min(s.said+1, often)
	if s.other != 0 {
		t.readOn(f, d, in)
	}
	if !s.sealed {
		t.recent.keep(&s.last, in.at, in.data)
	}
	t.handler.Data(f, d, in.at, in.data)
}

// again takes the part of a piece that lies before the next byte, and returns
// the rest.
func (t *Table) again(f *Flow, d telltale.Direction, in piece) piece {
	s := &f.streams[d]
	old := in.before(s.next)
	if t.repeats(s, in, old) {
		t.stats.Repeated += int64(len(old.data))
	} else {
		t.alt(f, d, in, in.at, old.end())
	}
	return in.from(old.end())
}

// repeats reports whether nothing speaks against old, the part of in before
// the next byte, being what was delivered: no byte known to differ, none from
// a hole or from before the start.
func (t *Table) repeats(s *stream, in, old piece) bool {
	if old.at < 0 || s.hold != nil && s.hold.missed(old.at, old.end()) {
		return false
	}
	known, same := t.recent.compare(s.last, old.at, old.data)
	if !same || in.late && known < int64(len(old.data)) {
		return false
	}
	if !s.sealed || old.at < s.seal {
		t.stats.Unchecked += int64(len(old.data)) - known
	}
	return true
}

// skipCut passes over bytes before an offset that are known to be cut off:
// waiting for them would be in vain.
func (t *Table) skipCut(f *Flow, d telltale.Direction, before int64) {
	if s := &f.streams[d]; min(before, s.cutEnd) > s.next {
		t.gap(f, d, min(before, s.cutEnd))
	}
}

// miss gives up on the bytes before an offset.
func (t *Table) miss(f *Flow, d telltale.Direction, before int64) {
	t.skipCut(f, d, before)
	if s := &f.streams[d]; before > s.next {
		t.stats.Gap += before - s.next
		t.gap(f, d, before)
	}
}

// mostLost bounds what may be missing at the end of a stream: where a sequence
// number lies farther ahead, nobody can tell that it is not from before.
const mostLost = 1 << 30

// missTail gives up on the bytes before a FIN, or on those that the other side
// acknowledged, though no later one came. A single one acknowledged may be a
// FIN that was not captured. What is never heard in a tunnel may go through
// another one.
func (t *Table) missTail(f *Flow, d telltale.Direction) {
	s := &f.streams[d]
	if !s.based || f.Depth > 0 && f.Packets[d] == 0 {
		return
	}
	end, least := s.agreed, int64(2)
	if s.fin && s.over && (s.ahead(s.end) <= reach || s.end-s.agreed+reach <= 2*reach) {
		end, least = s.end, 1
	}
	if at := s.at(end); at-s.next >= least && at-s.next <= mostLost {
		t.miss(f, d, at)
	}
}

// gap announces the hole from the next byte to an offset.
func (t *Table) gap(f *Flow, d telltale.Direction, to int64) {
	s := &f.streams[d]
	at := s.next
	s.next = to
	f.holdOf(d).addHole(telltale.Range{Start: at, End: to})
	t.handler.Gap(f, d, at, to-at)
}

// SeqAt returns the sequence number of an offset of a direction's main view.
// It reports false where urgent bytes, which have numbers but no offsets, may
// have made it another.
func (f *Flow) SeqAt(d telltale.Direction, at int64) (seq uint32, ok bool) {
	s := &f.streams[d]
	return s.base + uint32(at), s.based && !s.urgent
}

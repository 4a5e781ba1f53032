package flow

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
)

// reach is how far from the next expected byte a segment may lie, either way,
// and still be taken for a part of the stream.
const reach = 16 << 20

// A stream is one direction of a flow.
type stream struct {
	next                             int64 // offset of the next byte of the main view
	cutEnd                           int64 // if more than next: the bytes up to here were cut off a packet
	last                             int64 // its latest piece in the table's recent data
	hold                             *hold // what is out of order; nil if nothing ever was
	runs                             runs
	base                             uint32 // sequence number of offset 0; valid iff based
	asked                            uint32 // base of a new connection that a SYN asks for; valid iff asks
	acked                            uint32 // what the other side acknowledged last; valid iff heard
	far                              uint32 // what would follow the latest far segment; valid iff strayed
	based, asks, heard, strayed, fin bool
}

// A piece is stream bytes that came in one packet.
type piece struct {
	at           int64
	data         []byte
	packet, time int64
	cut          int64 // how many bytes after data the capture length cut off
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
	p.data, p.at = p.data[at-p.at:], at
	return p
}

// advance makes p, which must be next, part of the main view.
func (s *stream) advance(p piece) {
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

// place finds the payload's place in the stream. What comes with an RST or
// with the SYN of another connection is no part of it, nor is what lies too
// far away.
func (t *Table) place(f *Flow, d telltale.Direction, flags uint8, seq uint32, in piece) {
	s := &f.streams[d]
	ahead := s.ahead(seq)
	in.at = s.next + ahead
	switch {
	case flags&packet.RST != 0 || flags&packet.SYN != 0 && seq != s.base || ahead < -reach:
		t.alt(f, d, in)
	case ahead > reach && !s.believes(seq):
		s.far, s.strayed = seq+uint32(int64(len(in.data))+in.cut), true
		t.alt(f, d, in)
	case ahead > reach:
		t.flush(f, d)
		t.miss(f, d, in.at)
		t.arrive(f, d, in)
	default:
		t.arrive(f, d, in)
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
	t.deliver(f, d, in)
	if s.hold != nil {
		t.drain(f, d, in)
	}
}

// deliver makes a piece that is next part of the main view. Without data it
// only tells of what was cut off.
func (t *Table) deliver(f *Flow, d telltale.Direction, in piece) {
	s := &f.streams[d]
	s.cutEnd = max(s.cutEnd, in.end()+in.cut)
	if len(in.data) == 0 {
		return
	}
	s.advance(in)
	t.recent.keep(&s.last, in.at, in.data)
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
		t.alt(f, d, old)
	}
	return in.from(old.end())
}

// repeats reports whether nothing speaks against old, the part of in before
// the next byte, being what was delivered: no byte known to differ, none from
// a hole or from before the start.
func (t *Table) repeats(s *stream, in, old piece) bool {
	if len(in.data) == 1 && in.at == s.next-1 {
		return true // a keep-alive, whose byte means nothing (RFC 1122 section 4.2.3.6)
	}
	if old.at < 0 || s.hold != nil && s.hold.missed(old.at, old.end()) {
		return false
	}
	known, same := t.recent.compare(s.last, old.at, old.data)
	if !same {
		return false
	}
	t.stats.Unchecked += int64(len(old.data)) - known
	return true
}

// alt tells of bytes that the main view does not hold.
func (t *Table) alt(f *Flow, d telltale.Direction, in piece) {
	if len(in.data) > 0 {
		t.handler.Alt(f, d, in.at, in.data, in.packet)
	}
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

// gap announces the hole from the next byte to an offset.
func (t *Table) gap(f *Flow, d telltale.Direction, to int64) {
	s := &f.streams[d]
	at := s.next
	s.next = to
	f.holdOf(d).addHole(telltale.Range{Start: at, End: to})
	t.handler.Gap(f, d, at, to-at)
}

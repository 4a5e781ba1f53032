package flow

import (
	"bytes"
	"slices"
	"sort"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
)

// A doubt is why a receiver may not have read a segment. Such a segment waits
// until the other side acknowledges its bytes: if another copy of them came
// meanwhile, that one is the main view and this one an alternative.
type doubt uint8

const (
	certain     doubt = iota
	doubtOpened       // came with the SYN: read only if both sides agreed to TCP Fast Open (RFC 7413)
	doubtSum          // the checksum is wrong
	doubtAck          // acknowledges what the capture has not seen sent
	doubtOther        // see doubtful
)

// fewSums is how many wrong checksums it takes, with not one right, to say
// that a direction has none.
const fewSums = 4

// sums counts what the checksums of a direction said; it stops counting at
// 255.
type sums struct{ good, half, wrong uint8 }

func (s *sums) count(v packet.Sum) {
	n := [...]*uint8{packet.GoodSum: &s.good, packet.HalfSum: &s.half, packet.WrongSum: &s.wrong}[v]
	if n != nil && *n < 255 {
		*n++
	}
}

// absent reports whether the direction's checksums were not computed when
// the capture saw them, so that one that fails says nothing: half a sum is
// believed unless more whole ones were seen, any other where not one is right.
// For a stream it takes a few of these to be sure.
func (s *sums) absent(v packet.Sum, stream bool) bool {
	if v == packet.HalfSum {
		return s.half > s.good || s.good == 0
	}
	return s.good == 0 && (!stream || s.wrong >= fewSums)
}

// mostlyWrong reports whether most checksums of the direction fail.
func (s *sums) mostlyWrong() bool { return int(s.half)+int(s.wrong) > int(s.good) }

// verify reports whether a packet's checksum speaks for it, or at least not
// against it. Where the direction is sealed its payload is not touched.
func (s *stream) verify(h *packet.Header, data []byte) bool {
	if s.sealed && h.Flags&(packet.SYN|packet.FIN|packet.RST) == 0 {
		return true
	}
	v := h.Sum(data)
	if v == packet.NoSum {
		return true
	}
	s.sums.count(v)
	return v == packet.GoodSum || s.sums.absent(v, h.Proto == packet.TCP)
}

// doubtful returns why the receiver may not have read the segment in.
func (f *Flow) doubtful(d telltale.Direction, h *packet.Header, sound bool, in *piece) doubt {
	s, peer := &f.streams[d], &f.streams[d.Reverse()]
	switch {
	case !sound:
		return doubtSum
	case h.Disputed:
		return doubtOther
	case h.Flags&packet.RST != 0:
		return certain
	case h.Flags&packet.SYN != 0:
		return doubtOpened
	case h.Flags&packet.ACK == 0, // RFC 9293 section 3.10.7.4, fifth check
		h.Signed && !s.signed && s.next > 0,                  // RFC 2385 section 2.0
		h.Stamped && s.stamped && int32(s.stamp-h.Stamp) > 1, // RFC 7323 section 5.3
		s.over && in.end() > s.at(s.end),
		s.shut && in.end() > s.next:
		return doubtOther
	case peer.based && peer.ahead(h.Ack) > peer.sent() && s.strange(h):
		return doubtAck
	}
	return certain
}

// sent returns how far ahead of the next byte lies what may be acknowledged.
func (s *stream) sent() int64 {
	n := s.ahead(s.top)
	if s.fin {
		n++ // a FIN has a number too
	}
	return n
}

// strange reports whether a segment that acknowledges what nobody sent is the
// first one. Once more or further on, and it is the capture that has not seen it.
func (s *stream) strange(h *packet.Header) bool {
	further, known := int32(h.Ack-s.unseen), s.beyond && !h.Again
	s.unseen, s.beyond = h.Ack, true
	return !known || further < 0 || further > reach
}

// wait keeps a segment in doubt until its bytes are acknowledged.
func (t *Table) wait(f *Flow, d telltale.Direction, in piece) {
	h := f.holdOf(d)
	t.weigh(h, &in, 1)
	in.data = bytes.Clone(in.data)
	h.doubts = append(h.doubts, in)
	t.relieve(h)
}

// doubtFrom puts what is held from an offset on in doubt: a FIN came that ends
// the stream there.
func (t *Table) doubtFrom(h *hold, at int64) {
	n := len(h.pieces)
	i := sort.Search(n, func(i int) bool { return h.pieces[i].end() > at })
	t.stats.Steps += int64(n - i)
	for _, p := range h.pieces[i:] {
		rest := p.from(max(p.at, at))
		if rest.at > p.at {
			*p, i = p.before(at), i+1
			t.cost(h, pieceCost)
		}
		rest.doubt = doubtOther
		h.doubts = append(h.doubts, rest)
	}
	clear(h.pieces[i:])
	if h.pieces = h.pieces[:i]; i == 0 {
		h.pieces, h.front = nil, nil
	}
}

// acknowledged lets in what waits in a direction and is acknowledged and, as
// these were read, what they acknowledge in turn, and so on.
func (t *Table) acknowledged(f *Flow, d telltale.Direction) {
	for h := f.streams[d].hold; h != nil && len(h.doubts) > 0 && t.acknowledge(f, d); h = f.streams[d].hold {
		d = d.Reverse()
	}
}

// acknowledge lets in what waits and is acknowledged. Where that lies after a
// FIN or RST, these did not reach the receiver. It reports whether that
// acknowledges more of the other direction.
func (t *Table) acknowledge(f *Flow, d telltale.Direction) (more bool) {
	s := &f.streams[d]
	to := s.at(s.acked)
	if s.over && s.fin && s.acked == s.end+1 {
		to-- // that is the FIN, or a byte in its place
	}
	t.stats.Steps += int64(len(s.hold.doubts))
	for i := 0; i < len(s.hold.doubts); {
		if p := s.hold.doubts[i]; p.end() <= to {
			if s.over && p.end() > s.at(s.end) {
				s.over = false
				f.goOn()
			}
			more = f.streams[d.Reverse()].hear(&p) || more
			t.dispel(s.hold, i, true)
		} else {
			i++
		}
	}
	return more
}

// hear notes what a segment of the other direction acknowledges that was in
// doubt and is not any more. It reports whether that is new.
func (s *stream) hear(p *piece) bool {
	ahead := s.ahead(p.ack)
	if !p.acks || !s.based || ahead > s.sent() || s.heard && ahead <= s.ahead(s.acked) {
		return false
	}
	s.acked, s.heard = p.ack, true
	return true
}

// goOn takes back that the flow ended: the receiver read what came after that.
func (f *Flow) goOn() {
	if f.Ended == telltale.EndedRST {
		f.Ended = ""
	}
}

// speakFor lets in what waits before an offset: where the receiver is not
// heard, a sender that goes on from there has been told to.
func (t *Table) speakFor(f *Flow, d telltale.Direction, at int64) {
	h := f.streams[d].hold
	t.stats.Steps += int64(len(h.doubts))
	for i := 0; i < len(h.doubts); {
		if h.doubts[i].end() == at && h.doubts[i].at >= f.streams[d].next {
			t.dispel(h, i, true)
		} else {
			i++
		}
	}
}

// dispel ends the wait of doubt number i: it was read, or it was not.
func (t *Table) dispel(h *hold, i int, read bool) {
	p := h.doubts[i]
	t.stats.Steps += int64(len(h.doubts) - i)
	h.doubts = slices.Delete(h.doubts, i, i+1)
	t.weigh(h, &p, -1)
	s := &h.flow.streams[h.dir]
	p.whole(s.at(p.seq))
	if !read {
		t.alt(h.flow, h.dir, p, p.at, p.end())
		return
	}
	p.late = true
	t.take(h.flow, h.dir, &p)
}

// decide ends the wait of the oldest doubt though nobody acknowledged it.
func (t *Table) decide(h *hold) {
	s := &h.flow.streams[h.dir]
	p := &h.doubts[0]
	read := false
	switch p.doubt {
	case doubtSum:
		read = s.sums.mostlyWrong()
	case doubtOpened:
		read = !s.heard
	case doubtAck:
		read = p.at >= s.next // no other copy came, and the capture may not have seen all
	}
	t.dispel(h, 0, read)
}

package flow

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
)

// segment takes a TCP packet. sound says that its checksum is not against it.
func (t *Table) segment(f *Flow, d telltale.Direction, h *packet.Header, sound bool, in *piece) {
	s := &f.streams[d]
	if sound && h.Flags&packet.ACK != 0 {
		peer := &f.streams[d.Reverse()]
		peer.acked, peer.heard = h.Ack, true
		peer.shut = h.Window == 0 && h.Flags&(packet.SYN|packet.RST) == 0
		t.acknowledged(f, d.Reverse())
		if peer.cutEnd > peer.next && peer.at(peer.acked) >= peer.cutEnd {
			t.skipCut(f, d.Reverse(), peer.cutEnd) // the other side has it: it is not sent again, and this may answer it
		}
	}
	in.seq = h.Seq
	if !sound && h.Flags&packet.ACK != 0 {
		in.ack, in.acks = h.Ack, true
	}
	if h.Flags&packet.SYN != 0 {
		in.seq++
		if sound {
			f.synchronize(d, in.seq, h)
		}
	}
	has, ends := len(in.data) > 0 || in.cut > 0, h.Flags&(packet.FIN|packet.RST) != 0
	if has {
		s.begin(in.seq)
	}
	if has || ends {
		in.whole(s.at(in.seq))
	}
	if !sound || has || ends || h.Flags&packet.ACK == 0 {
		in.doubt = f.doubtful(d, h, sound, in)
	}
	why, end := in.doubt, in.seq+uint32(int64(len(in.data))+in.cut)
	if why == certain && h.Flags&packet.FIN != 0 && s.hold != nil && !s.over {
		t.doubtFrom(s.hold, s.at(end))
	}
	if has {
		t.place(f, d, h, in)
	}
	if !has && h.Flags&packet.FIN != 0 && why == certain && !s.heard && s.hold != nil {
		t.speakFor(f, d, in.at)
	}
	if why == certain && h.Flags&(packet.ACK|packet.RST) == packet.ACK {
		f.streams[d.Reverse()].agree(h.Ack)
	}
	if why == certain || sound && h.Flags&packet.SYN != 0 {
		if h.Stamped || h.Signed {
			s.date(h)
		}
		if ends {
			f.conclude(d, h, end)
		}
	}
}

// begin says where offset 0 is, unless that is known.
func (s *stream) begin(seq uint32) {
	if !s.based {
		s.base, s.top, s.agreed, s.based = seq, seq, seq, true
	}
}

// date keeps the sender's clock, and whether it signs from the beginning. A
// clock counts where the stream has come to (RFC 7323 section 4.3).
func (s *stream) date(h *packet.Header) {
	s.signed = s.signed || h.Signed && (h.Flags&packet.SYN != 0 || s.next == 0)
	newer := !s.stamped || int32(h.Stamp-s.stamp) > 0
	if h.Stamped && newer && (!s.based || s.ahead(h.Seq) <= 0) {
		s.stamp, s.stamped = h.Stamp, true
	}
}

// synchronize learns from a SYN where a stream begins; where it has an ACK
// and the other side's SYN was missed, also where that stream begins.
func (f *Flow) synchronize(d telltale.Direction, seq uint32, h *packet.Header) {
	s, peer := &f.streams[d], &f.streams[d.Reverse()]
	s.begin(seq)
	if h.Flags&packet.ACK != 0 {
		peer.begin(h.Ack)
	}
}

// renewed reports whether a packet begins another connection between the same
// ends. On a flow that ended with FIN, or was refused, any SYN with a new
// number does; else the other side must agree to it, as a SYN that it never
// got, behind a RST that it never got either, would hide all that follows.
func (f *Flow) renewed(d telltale.Direction, h *packet.Header) bool {
	s, peer := &f.streams[d], &f.streams[d.Reverse()]
	if h.Flags&packet.SYN == 0 {
		return f.Ended == telltale.EndedRST && (s.asks || peer.asks) && f.wentOn(d, h)
	}
	if s.based && s.base == h.Seq+1 {
		return false
	}
	if h.Flags&packet.ACK != 0 {
		return f.Ended != "" && s.based || peer.asks && peer.asked == h.Ack
	}
	s.asked, s.asks = h.Seq+1, s.based
	return f.Ended == telltale.EndedFIN || f.Ended != "" && !(s.based && peer.based)
}

// wentOn reports whether a packet is of the connection that a SYN behind a RST
// asked for, though the capture missed the answer: it acknowledges what that
// one has, and what the old one can't have or, where the other side is never
// heard, begins with it.
func (f *Flow) wentOn(d telltale.Direction, h *packet.Header) bool {
	s, peer := &f.streams[d], &f.streams[d.Reverse()]
	if s.asks && h.Seq == s.asked && f.Packets[d.Reverse()] == 0 {
		return true
	}
	if !peer.asks || h.Flags&packet.ACK == 0 {
		return false
	}
	far, ahead := peer.ahead(h.Ack), int32(h.Ack-peer.asked)
	return ahead >= 0 && ahead <= reach && (far < -reach || far > peer.ahead(peer.top)+1)
}

// conclude notes the end of a direction, at a sequence number, or of the flow.
func (f *Flow) conclude(d telltale.Direction, h *packet.Header, end uint32) {
	s, peer := &f.streams[d], &f.streams[d.Reverse()]
	if h.Flags&packet.FIN != 0 {
		s.fin = true
		s.close(end)
		if s.ahead(end) > s.ahead(s.top) {
			s.top = end // what lies before it was sent, though it was not captured
		}
	}
	if h.Flags&packet.RST != 0 {
		s.close(s.top)
		peer.close(peer.top)
	}
	switch {
	case f.Ended != "":
	case s.fin && peer.fin:
		f.Ended = telltale.EndedFIN
	case h.Flags&packet.RST != 0:
		f.Ended = telltale.EndedRST
	}
}

// agree notes what the other side acknowledged, up to the stream's end. A leap
// is a number from elsewhere, until segments come from there.
func (s *stream) agree(ack uint32) {
	if !s.over && ack-s.agreed+reach <= 2*reach {
		s.agreed = ack
	}
}

// close says that the stream seems to end at a sequence number.
func (s *stream) close(end uint32) {
	if s.based && !s.over {
		s.end, s.over = end, true
	}
}

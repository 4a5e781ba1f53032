package flow

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
)

// segment takes a TCP packet.
func (t *Table) segment(f *Flow, d telltale.Direction, h *packet.Header, in piece) {
	s, peer := &f.streams[d], &f.streams[d.Reverse()]
	if h.Flags&packet.ACK != 0 {
		peer.acked, peer.heard = h.Ack, true
	}
	seq := h.Seq
	if h.Flags&packet.SYN != 0 {
		seq++
		f.synchronize(d, seq, h)
	}
	if len(in.data) > 0 || in.cut > 0 {
		if !s.based {
			s.base, s.based = seq, true
		}
		t.place(f, d, h.Flags, seq, in)
	}
	f.conclude(d, h.Flags)
}

// synchronize learns from a SYN where a stream begins; where it has an ACK
// and the other side's SYN was missed, also where that stream begins.
func (f *Flow) synchronize(d telltale.Direction, seq uint32, h *packet.Header) {
	s, peer := &f.streams[d], &f.streams[d.Reverse()]
	if !s.based {
		s.base, s.based = seq, true
	}
	if h.Flags&packet.ACK != 0 && !peer.based {
		peer.base, peer.based = h.Ack, true
	}
}

// renewed reports whether a SYN begins another connection between the same
// ends. On a flow that has ended any new sequence number does; else the other
// side must agree to it, as a stray SYN would hide all that follows.
func (f *Flow) renewed(d telltale.Direction, h *packet.Header) bool {
	if h.Flags&packet.SYN == 0 {
		return false
	}
	s, peer := &f.streams[d], &f.streams[d.Reverse()]
	if s.based && s.base == h.Seq+1 {
		return false
	}
	if h.Flags&packet.ACK != 0 {
		return f.Ended != "" && s.based || peer.asks && peer.asked == h.Ack
	}
	s.asked, s.asks = h.Seq+1, s.based
	return f.Ended != ""
}

// conclude notes the end of a direction or of the flow.
func (f *Flow) conclude(d telltale.Direction, flags uint8) {
	s, peer := &f.streams[d], &f.streams[d.Reverse()]
	s.fin = s.fin || flags&packet.FIN != 0
	switch {
	case f.Ended != "":
	case s.fin && peer.fin:
		f.Ended = telltale.EndedFIN
	case flags&packet.RST != 0:
		f.Ended = telltale.EndedRST
	}
}

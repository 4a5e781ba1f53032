package flow

import (
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
)

func pure(h *packet.Header)   { h.Flags = packet.ACK }
func answer(h *packet.Header) { h.Flags = packet.ACK | packet.PSH }
func again(h *packet.Header)  { h.Seq, h.Flags, h.Ack = 99, packet.SYN, 0 }

// TestTail: what is missing at the end of a stream is a gap though no byte came
// behind it, if the other side acknowledged it or it lies before a FIN.
func TestTail(t *testing.T) {
	ack := func(to uint32) said { return said{ack: to, with: pure} }
	for _, c := range []struct {
		name  string
		said  []said
		want  string
		ended telltale.Ended
	}{
		{"nothing", nil, "|", telltale.EndedCapture},
		{"all acknowledged", []said{{seq: 100, data: "ab"}, ack(102)}, "ab|", telltale.EndedCapture},
		{"acknowledged", []said{{seq: 100, data: "ab"}, ack(106)}, "ab????|", telltale.EndedCapture},
		{"acknowledged from the first byte on", []said{ack(106)}, "??????|", telltale.EndedCapture},
		{"a FIN that was not captured", []said{{seq: 100, data: "ab"}, ack(103)}, "ab|", telltale.EndedCapture},
		{"acknowledged and FIN, no data", []said{ack(103), {seq: 103, with: ended}}, "???|", telltale.EndedCapture},
		{"before a FIN", []said{{seq: 100, data: "ab"}, {seq: 103, with: ended}}, "ab?|", telltale.EndedCapture},
		{"at a FIN", []said{{seq: 100, data: "ab"}, {seq: 102, with: ended}, ack(103)}, "ab|", telltale.EndedCapture},
		{"an answer, then both FINs", []said{{ack: 106, data: "ok", with: answer}, {seq: 106, with: ended}, {ack: 107, with: ended}}, "??????|", telltale.EndedFIN},
		{"a FIN does not say more than it is", []said{{seq: 100, data: "ab"}, {seq: 102, with: ended}, ack(900)}, "ab|", telltale.EndedCapture},
		{"a FIN that did not arrive", []said{{seq: 100, data: "a"}, {seq: 101, with: ended}, {seq: 101, data: "true"}, ack(105), ack(109)}, "atrue????|", telltale.EndedCapture},
		{"one segment that acknowledges what nobody sent", []said{{seq: 100, data: "ab"}, {ack: 700, data: "x", with: answer}}, "ab|", telltale.EndedCapture},
		{"a leap", []said{{seq: 100, data: "ab"}, ack(reach + 103)}, "ab|", telltale.EndedCapture},
		{"a FIN far ahead", []said{{seq: 100, data: "ab"}, {seq: reach + 103, with: ended}}, "ab|", telltale.EndedCapture},
		{"behind", []said{{seq: 100, data: "ab"}, ack(90)}, "ab|", telltale.EndedCapture},
		{"RST", []said{{seq: 100, data: "ab"}, ack(102), {ack: 700, with: func(h *packet.Header) { h.Flags = packet.RST | packet.ACK }}}, "ab|", telltale.EndedRST},
		{"acknowledged, then RST", []said{{seq: 100, data: "ab"}, ack(106), {ack: 106, with: func(h *packet.Header) { h.Flags = packet.RST }}}, "ab????|", telltale.EndedRST},
		{"after RST, numbers of another connection", []said{{seq: 100, data: "ab"}, {seq: 102, with: reset}, ack(5000)}, "ab|", telltale.EndedRST},
		{"keep-alive", []said{{seq: 100, data: "ab"}, {seq: 101}, ack(102), {seq: 101, data: "b"}, ack(102)}, "ab|", telltale.EndedCapture},
		{"SYN again", []said{{seq: 99, with: again}, {seq: 100, data: "ab"}, ack(102)}, "ab|", telltale.EndedCapture},
		{"an urgent byte has no offset", []said{{seq: 100, data: "aXb", with: pointing(2)}, {seq: 103, with: ended}}, "ab|1:X", telltale.EndedCapture},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, l := begin(t, Limits{})
			w.flagged(link(), packet.SYN, 99, 0)
			w.flagged(turned(link()), packet.SYN|packet.ACK, 499, 100)
			for _, s := range c.said {
				w.say(s)
			}
			o := l.only(w.table)
			if got := o.views(telltale.ToServer); got != c.want || o.Ended != c.ended {
				t.Errorf("got %s, ended %s; want %s, ended %s", got, o.Ended, c.want, c.ended)
			}
			if got := w.table.Stats().Gap; got != l.gap {
				t.Errorf("gaps of %d bytes counted, %d told", got, l.gap)
			}
		})
	}
}

// TestTailOneSided: a side that is never heard is known by what the other one
// acknowledges.
func TestTailOneSided(t *testing.T) {
	w, l := begin(t, Limits{})
	w.flagged(turned(link()), packet.SYN|packet.ACK, 499, 100)
	for i, ack := range []uint32{106, 112, 113} {
		w.say(said{ack: ack, data: "ok", with: func(h *packet.Header) {
			h.Seq += uint32(2 * i)
			if ack == 113 {
				h.Flags |= packet.FIN
			}
		}})
	}
	o := l.only(w.table)
	if got := o.views(telltale.ToServer) + " " + o.views(telltale.ToClient); got != "?????????????| okokok|" {
		t.Errorf("got %s", got)
	}
}

package flow

import (
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
)

// A said is a segment of the tests below: from the client, whose first byte
// is number 100, or an acknowledgement of the server's.
type said struct {
	seq  uint32
	data string
	ack  uint32 // not 0: the server acknowledges up to here
	with func(*packet.Header)
}

func (w *wire) say(s said) {
	h := link()
	if h.Seq, h.Ack = s.seq, 500; s.ack > 0 {
		h = turned(h)
		h.Seq, h.Ack = 500, s.ack
	}
	if s.with != nil {
		s.with(&h)
	}
	w.send(h, s.data)
}

func noACK(h *packet.Header)      { h.Flags = packet.PSH }
func signed(h *packet.Header)     { h.Signed = true }
func unseen(h *packet.Header)     { h.Ack = 700 }
func ended(h *packet.Header)      { h.Flags |= packet.FIN }
func reset(h *packet.Header)      { h.Flags = packet.RST }
func opens(h *packet.Header)      { h.Flags, h.Ack = packet.SYN, 0 }
func closedDoor(h *packet.Header) { h.Window = 0 }
func stamped(at uint32) func(*packet.Header) {
	return func(h *packet.Header) { h.Stamp, h.Stamped = at, true }
}

func pointing(to uint16) func(*packet.Header) {
	return func(h *packet.Header) { h.Urgent, h.Flags = to, h.Flags|packet.URG }
}

// TestDoubt: what a receiver may not have read is the main view only once it
// is acknowledged and no other copy came meanwhile.
func TestDoubt(t *testing.T) {
	for _, c := range []struct {
		name string
		said []said
		want string
	}{
		{"no ACK flag, then the true copy", []said{{seq: 100, data: "fake", with: noACK}, {seq: 100, data: "true"}, {ack: 104}}, "true|0:fake"},
		{"no ACK flag, acknowledged", []said{{seq: 100, data: "true", with: noACK}, {ack: 104}, {seq: 104, data: "more"}}, "truemore|"},
		{"no ACK flag, the same again", []said{{seq: 100, data: "true", with: noACK}, {seq: 100, data: "true"}, {ack: 104}}, "true|"},
		{"acknowledged in part", []said{{seq: 100, data: "fake", with: noACK}, {seq: 100, data: "tr"}, {ack: 102}, {seq: 102, data: "ue"}}, "true|0:fake"},
		{"signature", []said{{seq: 100, data: "a"}, {seq: 101, data: "fake", with: signed}, {seq: 101, data: "true"}}, "atrue|1:fake"},
		{"old timestamp", []said{{seq: 100, data: "a", with: stamped(90)}, {seq: 101, data: "fake", with: stamped(50)}, {seq: 101, data: "true", with: stamped(91)}}, "atrue|1:fake"},
		{"timestamps wrap", []said{{seq: 100, data: "a", with: stamped(1<<32 - 2)}, {seq: 101, data: "b", with: stamped(3)}}, "ab|"},
		{"acknowledges what nobody sent", []said{{ack: 100}, {seq: 100, data: "fake", with: unseen}, {seq: 100, data: "true"}}, "true|0:fake"},
		{"acknowledges what was not captured", []said{{ack: 100}, {seq: 100, data: "ab", with: unseen}, {seq: 102, data: "cd", with: unseen}, {ack: 104}}, "abcd|"},
		{"window closed", []said{{seq: 100, data: "a"}, {ack: 101, with: closedDoor}, {seq: 101, data: "X"}, {ack: 101}, {seq: 101, data: "true"}}, "atrue|1:X"},
		{"after FIN", []said{{seq: 100, data: "a", with: ended}, {ack: 102}, {seq: 102, data: "late"}}, "a|2:late"},
		{"after a FIN that did not arrive", []said{{seq: 100, data: "a"}, {seq: 101, with: ended}, {seq: 101, data: "true"}, {ack: 105}}, "atrue|"},
		{"held from behind a FIN that comes later", []said{{seq: 104, data: "late"}, {seq: 102, data: "cd", with: ended}, {seq: 100, data: "ab"}, {ack: 105}}, "abcd|4:late"},
		{"held from behind a FIN that is next", []said{{seq: 102, data: "late"}, {seq: 100, data: "ab", with: ended}, {ack: 103}}, "ab|2:late"},
		{"held over a FIN", []said{{seq: 103, data: "dlate"}, {seq: 102, data: "cd", with: ended}, {seq: 100, data: "ab"}, {ack: 105}}, "abcd|4:late"},
		{"held byte by byte from behind a FIN", []said{{seq: 102, data: "l"}, {seq: 103, data: "a"}, {seq: 100, data: "ab", with: ended}, {ack: 103}}, "ab|2:l 3:a"},
		{"held from behind a FIN that did not arrive", []said{{seq: 104, data: "more"}, {seq: 102, with: ended}, {seq: 100, data: "abtr"}, {ack: 108}}, "abtrmore|"},
		{"after RST", []said{{seq: 100, data: "a"}, {ack: 101, with: reset}, {seq: 101, data: "late"}}, "a|1:late"},
		{"after a RST that did not arrive", []said{{seq: 100, data: "a"}, {seq: 101, with: reset}, {seq: 101, data: "true"}, {ack: 105}, {seq: 105, data: "more"}}, "atruemore|"},
		{"urgent", []said{{seq: 100, data: "3569X38", with: pointing(5)}}, "356938|4:X"},
		{"urgent byte in the next segment", []said{{seq: 100, data: "3569", with: pointing(5)}, {seq: 104, data: "X38"}}, "356938|4:X"},
		{"urgent, repeated", []said{{seq: 100, data: "35X69", with: pointing(3)}, {seq: 105, data: "38"}, {seq: 100, data: "35X69"}}, "356938|2:X"},
		{"urgent, held", []said{{seq: 102, data: "X69"}, {seq: 100, data: "35", with: pointing(3)}, {seq: 105, data: "38"}}, "356938|2:X"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, l := begin(t, Limits{})
			w.flagged(link(), packet.SYN, 99, 0)
			w.flagged(turned(link()), packet.SYN|packet.ACK, 499, 100)
			for _, s := range c.said {
				w.say(s)
			}
			if got := l.only(w.table).views(telltale.ToServer); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestRenewal: a SYN behind a RST begins another connection once the other
// side agrees to it, or where only one side is heard at all. Neither need have
// reached the receiver.
func TestRenewal(t *testing.T) {
	const again = 70000 // first byte of another connection
	rst := said{seq: 101, with: reset}
	syn := said{seq: again - 1, with: opens}
	for _, c := range []struct {
		name string
		said []said
		want string
	}{
		{"neither arrived", []said{{seq: 100, data: "a"}, rst, syn, {seq: 101, data: "tr"}, {ack: 103}, {seq: 103, data: "ue"}, {ack: 105}}, "atrue|"},
		{"with data that did not arrive", []said{{seq: 100, data: "a"}, rst, syn, {seq: again, data: "fake"}, {seq: 101, data: "true"}, {ack: 105}}, "atrue|69900:fake"},
		{"both did", []said{{seq: 100, data: "a"}, rst, syn, {ack: again, with: agrees}, {seq: again, data: "new"}}, "a| new|"},
		{"the answer was not captured", []said{{seq: 100, data: "a"}, rst, syn, {ack: again + 3}, {seq: again + 3, data: "new"}}, "a| new|"},
		{"refused, and again", []said{{ack: 100, with: refuses}, syn, {seq: again, data: "new"}}, "| new|"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, l := begin(t, Limits{})
			w.flagged(link(), packet.SYN, 99, 0)
			if c.said[0].with == nil {
				w.flagged(turned(link()), packet.SYN|packet.ACK, 499, 100)
			}
			for _, s := range c.said {
				w.say(s)
			}
			w.table.Finish()
			var got []string
			for _, f := range l.flows {
				got = append(got, f.views(telltale.ToServer))
			}
			if got := strings.Join(got, " "); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	w, l := begin(t, Limits{})
	for _, s := range []said{{seq: 99, with: opens}, {seq: 100, data: "a"}, rst, syn, {seq: again, data: "new"}} {
		w.say(s)
	}
	w.table.Finish()
	if len(l.flows) != 2 {
		t.Errorf("where one side is heard: %d flows, want 2", len(l.flows))
	}
}

func agrees(h *packet.Header)  { h.Flags, h.Seq = packet.SYN|packet.ACK, 899999 }
func refuses(h *packet.Header) { h.Flags, h.Seq = packet.RST|packet.ACK, 0 }

// TestOneSided: where the receiver is not heard, a sender that goes on speaks
// for what came before.
func TestOneSided(t *testing.T) {
	w, l := begin(t, Limits{})
	w.flagged(link(), packet.SYN, 99, 0)
	w.say(said{seq: 100, data: "true", with: noACK})
	w.say(said{seq: 104, data: "more"})
	w.say(said{seq: 108, data: "last", with: noACK})
	if got := l.only(w.table).views(telltale.ToServer); got != "truemore|8:last" {
		t.Errorf("got %s", got)
	}
}

// TestReadings: an identifier is read in one piece whichever copies a receiver
// prefers, the first or the latest, however small they are cut.
func TestReadings(t *testing.T) {
	const first, second = "imei=001012704839210 ", "imei=001012704839392 "
	for name, sent := range map[string]func(i int) string{
		"copy after each byte":       func(i int) string { return first[i:i+1] + second[i:i+1] },
		"every other byte is a copy": func(i int) string { return first[i:i+1] + second[i:i+1-i%2] },
		"in one piece":               func(i int) string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			w, l := begin(t, Limits{})
			w.flagged(link(), packet.SYN, 99, 0)
			if sent(0) == "" {
				w.to(100, first)
				w.to(100+17, second[17:]) // where they differ
			}
			for i := range first {
				for _, b := range sent(i) {
					w.to(100+uint32(i), string(b))
				}
			}
			w.to(100+uint32(len(first)), "the rest")
			o := l.only(w.table)
			if got := string(o.main[0]); got != first+"the rest" {
				t.Errorf("main view %q", got)
			}
			want := []byte(second)
			if name == "every other byte is a copy" {
				for i := range want {
					b := sent(i)
					want[i] = b[len(b)-1]
				}
			}
			if !slices.ContainsFunc(o.reads, func(s string) bool { return strings.Contains(s, strings.TrimSpace(string(want))) }) {
				t.Errorf("%q was never read in one piece: %q", want, o.reads)
			}
		})
	}
}

// TestReadingHeld: what one segment holds in one piece is read although two
// others lie over it, all ahead of the next byte.
func TestReadingHeld(t *testing.T) {
	const value = "&imei=001012704839210&zz" // [48, 72)
	other, earlier := strings.Repeat("-", 20), strings.Repeat("_", 44)
	for name, sent := range map[string][]said{
		"amid":             {{seq: 150, data: other}, {seq: 148, data: value}, {seq: 120, data: earlier}},
		"without a second": {{seq: 148, data: value}, {seq: 120, data: earlier}},
		"first":            {{seq: 148, data: value}, {seq: 150, data: other}, {seq: 120, data: earlier}},
		"loses twice":      {{seq: 120, data: earlier}, {seq: 166, data: other}, {seq: 148, data: value}},
		"bit by bit":       {{seq: 148, data: value}, {seq: 146, data: "....."}, {seq: 145, data: ".........."}, {seq: 144, data: earlier}},
	} {
		t.Run(name, func(t *testing.T) {
			w, l := begin(t, Limits{})
			w.flagged(link(), packet.SYN, 99, 0)
			for _, s := range append(sent, said{seq: 100, data: strings.Repeat(".", 20)}, said{seq: 172, data: strings.Repeat(".", 40)}) {
				w.to(s.seq, s.data)
			}
			w.to(120, earlier+earlier)
			o := l.only(w.table)
			if !o.tells(value[:6], value[6:21], value[21:22]) {
				t.Errorf("never read in one piece: main view %q, besides %q", o.main[0], o.reads)
			}
		})
	}
}

// TestReadingUrgent: another copy is read across an urgent byte though that is
// the same.
func TestReadingUrgent(t *testing.T) {
	w, l := begin(t, Limits{})
	w.flagged(link(), packet.SYN, 99, 0)
	w.say(said{seq: 110, data: "imei=0010", with: pointing(9)})
	w.to(105, "-----imei=001012704839210 ")
	w.to(100, "..........imei=001098765432109 ")
	if o := l.only(w.table); !o.tells("imei=", "001012704839210", " ") {
		t.Errorf("told %+v", o.news)
	}
}

// TestReadingBackwards sends copies of a stream from its last byte to its first,
// in pieces of some size: what they say is read in one piece wherever it lies.
func TestReadingBackwards(t *testing.T) {
	const value = "imei=001012704839392 "
	for _, size := range []int{1, 2, 3, 7} {
		for _, at := range []int{0, 100, 300, 579} {
			w, l := begin(t, Limits{})
			w.flagged(link(), packet.SYN, 99, 0)
			w.to(100, strings.Repeat(".", 600))
			copied := strings.Repeat("x", at) + value + strings.Repeat("x", 600-at-len(value))
			for end := len(copied); end > 0; end -= size {
				from := max(0, end-size)
				w.to(100+uint32(from), copied[from:end])
			}
			o := l.only(w.table)
			if !slices.ContainsFunc(o.reads, func(s string) bool { return strings.Contains(s, value) }) {
				t.Errorf("by %d bytes, value at %d: never read in one piece", size, at)
			}
			for _, s := range o.reads {
				if len(s) > 4*context {
					t.Fatalf("%d bytes around a copy", len(s))
				}
			}
		}
	}
}

// TestSealed: what nobody reads is neither compared nor counted as unchecked.
func TestSealed(t *testing.T) {
	w, l := begin(t, Limits{Recent: 16})
	w.flagged(link(), packet.SYN, 99, 0)
	w.to(100, "hello")
	w.table.anyFlow().Seal(telltale.ToServer, 5, true)
	w.to(105, strings.Repeat("x", 40))
	w.to(105, strings.Repeat("y", 40))
	w.to(100, "HELLO")
	if got := l.only(w.table).views(telltale.ToServer); !strings.HasSuffix(got, "|0:HELLO") {
		t.Errorf("got %s", got)
	}
	if s := w.table.Stats(); s.Repeated != 40 || s.Unchecked != 0 {
		t.Errorf("%+v", s)
	}
}

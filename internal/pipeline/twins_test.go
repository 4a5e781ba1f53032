package pipeline

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
)

// twice captures every packet once more, a little later and changed by a
// place's habit.
func twice(packets []capture.Packet, wait time.Duration, habit func(*capture.Packet)) []capture.Packet {
	var out []capture.Packet
	for _, p := range packets {
		q := p
		q.Data, q.Time = bytes.Clone(p.Data), p.Time+int64(wait)
		habit(&q)
		q.WireLen = len(q.Data)
		out = append(out, p, q)
	}
	slices.SortStableFunc(out, func(a, b capture.Packet) int { return int(a.Time - b.Time) })
	for i := range out {
		out[i].Number = int64(i + 1)
	}
	return out
}

// places are how a second place of capture shows.
var places = []struct {
	name  string
	habit func(*capture.Packet)
}{
	{"another interface", func(p *capture.Packet) { p.Interface = 1 }},
	{"a VLAN", func(p *capture.Packet) { p.Data = slices.Insert(p.Data, 12, 0x81, 0, 0, 5) }},
	{"behind a router", func(p *capture.Packet) {
		p.Data[5]++ // to whom
		if at := ethernetHeader; p.Data[at]>>4 == 4 {
			p.Data[at+8]--
		} else {
			p.Data[at+7]--
		}
	}},
	{"cooked, on its way out", func(p *capture.Packet) {
		p.Link = packet.LinkSLL
		p.Data = append([]byte{0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0}, p.Data[12:]...)
	}},
}

// thrice says the same three times, 20 ms from each other, over IPv4 or IPv6.
func thrice(to netip.Addr) []capture.Packet {
	c, from, at := lab.NewCapture(1), phone, server
	if at.Addr = to; to.Is6() {
		from.Addr = netip.MustParseAddr("2001:db8::23")
	}
	u := c.Datagrams(start, from, at, 7000)
	for range 3 {
		u.Send(telltale.ToServer, []byte(plain))
		u.Wait(20 * time.Millisecond)
	}
	return framesOf(c)
}

// TestTwins has datagrams that say something three times captured at two
// places: said three times.
func TestTwins(t *testing.T) {
	for _, to := range []string{"203.0.113.10", "2001:db8::10"} {
		once := thrice(netip.MustParseAddr(to))
		for _, wait := range []time.Duration{10 * time.Microsecond, time.Millisecond, 30 * time.Millisecond, 70 * time.Millisecond} {
			for _, place := range places {
				got := hear(t, twice(once, wait, place.habit))
				flow := got.events[len(got.events)-1].Flow
				if n := len(got.sightings()); n != 3 || flow.Packets[telltale.ToServer] != 3 {
					t.Errorf("%s after %v at %s: said %d times in %d packets, want 3", to, wait, place.name, n, flow.Packets[telltale.ToServer])
				}
				if y := got.tally; y.Suppressed[capturedAgain] != 3 || y.Payload.Repeated != 3*int64(len(plain)) {
					t.Errorf("%s after %v at %s: %d packets and %d bytes again", to, wait, place.name, y.Suppressed[capturedAgain], y.Payload.Repeated)
				}
			}
		}
	}
}

// TestNoTwins has a program say the same again, which is no twin.
func TestNoTwins(t *testing.T) {
	ip4, ip6 := thrice(netip.MustParseAddr("203.0.113.10")), thrice(netip.MustParseAddr("2001:db8::10"))
	without := func(p *capture.Packet) { p.Data[ethernetHeader+4], p.Data[ethernetHeader+5] = 0, 0 }
	noID := slices.Clone(ip4)
	for i := range noID {
		noID[i].Data = bytes.Clone(noID[i].Data)
		without(&noID[i])
	}
	elsewhere := func(p *capture.Packet) { p.Interface = 1 }
	for name, c := range map[string]struct {
		packets []capture.Packet
		said    int
	}{
		"IPv4":                   {ip4, 3},
		"IPv6":                   {ip6, 3},
		"IPv4 without id":        {noID, 3},
		"at once, without id":    {twice(noID, time.Microsecond, without), 6},
		"at once, IPv6":          {twice(ip6, time.Microsecond, func(*capture.Packet) {}), 6},
		"much later, same id":    {twice(ip4, time.Second, elsewhere), 6},
		"at once, with other id": {twice(ip4, time.Microsecond, func(p *capture.Packet) { elsewhere(p); p.Data[ethernetHeader+5] ^= 0x80 }), 6},
		"at once, from far":      {twice(ip4, time.Microsecond, func(p *capture.Packet) { elsewhere(p); p.Data[ethernetHeader+8] -= 9 }), 6},
		"at once, other bytes":   {twice(ip4, time.Microsecond, func(p *capture.Packet) { elsewhere(p); p.Data[len(p.Data)-1] = '&' }), 6},
		"at once, a mirror":      {twice(ip4, time.Microsecond, func(*capture.Packet) {}), 3},
	} {
		if got := hear(t, c.packets); len(got.sightings()) != c.said {
			t.Errorf("%s: said %d times, want %d", name, len(got.sightings()), c.said)
		}
	}
}

// TestNoTwinsOfBroken has a packet with a broken header captured twice: its
// bytes are skipped each time, and counted once each.
func TestNoTwinsOfBroken(t *testing.T) {
	segment := append(make([]byte, 20), plain...) // a TCP header of no length
	frame := append(append(make([]byte, 12), 8, 0), ipv4(6, 0, segment)...)
	one := []capture.Packet{{Data: frame, Time: start, WireLen: len(frame), Link: packet.LinkEthernet}}
	p := hear(t, twice(one, time.Microsecond, places[0].habit)).tally.Payload
	books := p.Scanned + p.Repeated
	for _, n := range p.Opaque {
		books += n
	}
	for _, n := range p.Skipped {
		books += n
	}
	if p.In != books || p.Skipped[telltale.SkipUndecodable] != 2*int64(len(segment)) {
		t.Errorf("%d bytes in, %d in the books: %+v", p.In, books, p)
	}
}

// TestTwinsOfParts has the parts of a datagram captured at two places: it is
// one, and none of its parts is left.
func TestTwinsOfParts(t *testing.T) {
	datagram := []byte{0x80, 0, 0x1b, 0x58, 0, 0, 0, 0}
	datagram = append(datagram, bytes.Repeat([]byte(plain), 10)...)
	binary.BigEndian.PutUint16(datagram[4:], uint16(len(datagram)))
	frame := append(make([]byte, 12), 8, 0)
	var parts []capture.Packet
	for at := 0; at < len(datagram); at += 80 {
		more := uint16(0x2000)
		if at+80 >= len(datagram) {
			more = 0
		}
		b := append(bytes.Clone(frame), ipv4(17, more|uint16(at/8), datagram[at:min(at+80, len(datagram))])...)
		parts = append(parts, capture.Packet{Data: b, Time: start + int64(at), WireLen: len(b), Link: packet.LinkEthernet})
	}
	got := hear(t, twice(parts, time.Microsecond, places[0].habit))
	if n := len(got.sightings()); n != 10 || len(got.tally.Payload.Skipped) > 0 {
		t.Errorf("said %d times, want 10; %v skipped", n, got.tally.Payload.Skipped)
	}
}

// TestTwinsOfStream has a connection captured at two places: its flow counts
// each packet once.
func TestTwinsOfStream(t *testing.T) {
	once := talk(80, lab.Carriage{Segment: 100}, func(c *lab.Conn) {
		c.Open()
		c.Send(telltale.ToServer, post(plain))
		c.Send(telltale.ToClient, answer("200 OK", "{}"))
		c.Close(telltale.ToServer)
	})
	want := hear(t, once)
	for _, place := range places {
		got := hear(t, twice(once, time.Microsecond, place.habit))
		closed := func(h *heard) *FlowInfo { return h.events[len(h.events)-1].Flow }
		if g, w := closed(got).Packets, closed(want).Packets; g != w || len(got.sightings()) != 1 {
			t.Errorf("%s: %v packets, want %v; %d sightings", place.name, g, w, len(got.sightings()))
		}
	}
}

// TestTwinsForgotten captures far more packets twice than are remembered: which ones
// are known again must not change from run to run.
func TestTwinsForgotten(t *testing.T) {
	c := lab.NewCapture(1)
	for i := range int64(600) {
		u := c.Datagrams(start+i*20e3, phone, server, 4000)
		u.Send(telltale.ToServer, fmt.Appendf(nil, "number %d of many", i))
	}
	packets := twice(framesOf(c), 3*time.Millisecond, places[0].habit)
	first := hear(t, packets).tally.Suppressed[capturedAgain]
	if first == 0 || first == 600 {
		t.Fatalf("%d of 600 packets are known again: nothing is forgotten", first)
	}
	for range 5 {
		if n := hear(t, packets).tally.Suppressed[capturedAgain]; n != first {
			t.Fatalf("%d packets are known again, and %d", first, n)
		}
	}
}

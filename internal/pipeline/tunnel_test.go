package pipeline

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
)

const ethernetHeader = 14

// ipv4 returns an IPv4 packet between the test's hosts.
func ipv4(proto uint8, flagsAndOffset uint16, payload []byte) []byte {
	b := make([]byte, 20, 20+len(payload))
	b[0], b[8], b[9] = 0x45, 64, proto
	binary.BigEndian.PutUint16(b[2:], uint16(20+len(payload)))
	binary.BigEndian.PutUint16(b[4:], 7) // identification
	binary.BigEndian.PutUint16(b[6:], flagsAndOffset)
	copy(b[12:], phone.Addr.AsSlice())
	copy(b[16:], server.Addr.AsSlice())
	return append(b, payload...)
}

// inGRE sends every packet through a GRE tunnel (RFC 2784), and that through
// another where there are two.
func inGRE(packets []capture.Packet, tunnels int) []capture.Packet {
	var out []capture.Packet
	for _, p := range packets {
		inside := p.Data[ethernetHeader:]
		for range tunnels {
			inside = ipv4(47, 0, append([]byte{0, 0, 0x08, 0x00}, inside...))
		}
		p.Data = append(slices.Clone(p.Data[:ethernetHeader]), inside...)
		p.WireLen = len(p.Data)
		out = append(out, p)
	}
	return out
}

// TestTunnels has a conversation come through tunnels: what it says and where
// stays the same, and its flow names the tunnel's.
func TestTunnels(t *testing.T) {
	direct := talk(80, lab.Carriage{Segment: 100}, func(c *lab.Conn) {
		c.Open()
		c.Send(telltale.ToServer, post(plain))
		c.Send(telltale.ToClient, answer("200 OK", "{}"))
		c.Close(telltale.ToServer)
	})
	want := hear(t, direct)
	for _, tunnels := range []int{1, 2} {
		got := hear(t, inGRE(direct, tunnels))
		if g, w := got.only(t).line(true), want.only(t).line(true); g != w {
			t.Errorf("through %d tunnels %s, directly %s", tunnels, g, w)
		}
		if got.tally.Payload.In != want.tally.Payload.In {
			t.Errorf("through %d tunnels %d payload bytes, directly %d", tunnels, got.tally.Payload.In, want.tally.Payload.In)
		}
		depths := map[uint8]int{}
		for _, e := range got.events {
			depths[e.Flow.Key.Depth]++
			if o := e.Flow.Tunnel; o != nil && o.Key.Depth != e.Flow.Key.Depth-1 {
				t.Errorf("a flow through %d tunnels came through one of depth %d", e.Flow.Key.Depth, o.Key.Depth)
			}
		}
		if len(depths) != tunnels+1 {
			t.Errorf("through %d tunnels: flows by depth %v", tunnels, depths)
		}
	}
}

// TestTunnelSpare has bytes lie behind the packets in a tunnel: a value on the
// cut between two of them is found all the same, and what those bytes say too.
func TestTunnelSpare(t *testing.T) {
	direct := talk(80, lab.Carriage{Segment: 100}, func(c *lab.Conn) {
		c.Open()
		c.Send(telltale.ToServer, post(plain))
		c.Close(telltale.ToServer)
	})
	want := hear(t, direct)
	for i := range direct {
		direct[i].Data = append(slices.Clone(direct[i].Data), 0xee)
	}
	got := hear(t, inGRE(direct, 1))
	if g, w := got.only(t).line(true), want.only(t).line(true); g != w {
		t.Errorf("in a tunnel with bytes to spare %s, directly %s", g, w)
	}
	if in := want.tally.Payload.In + int64(len(direct)); got.tally.Payload.In != in || got.tally.Payload.Scanned != in {
		t.Errorf("%d payload bytes, %d scanned, want %d", got.tally.Payload.In, got.tally.Payload.Scanned, in)
	}
	direct[0].Data = append(direct[0].Data, " imei="+plain...)
	if n := len(hear(t, inGRE(direct, 1)).sightings()); n != 2 {
		t.Errorf("%d sightings with one behind a packet", n)
	}
}

// TestCutOnTheWay cuts packets off before they are captured, or the packets in
// a tunnel before they went into it: what their headers promise is missing.
func TestCutOnTheWay(t *testing.T) {
	direct := talk(80, lab.Carriage{Segment: 100}, func(c *lab.Conn) {
		c.Open()
		c.Send(telltale.ToServer, post(plain))
		c.Close(telltale.ToServer)
	})
	cut := func(packets []capture.Packet, most int) (out []capture.Packet, off int64) {
		for _, p := range packets {
			p.Data = p.Data[:min(most, len(p.Data))]
			off += int64(p.WireLen - len(p.Data))
			p.WireLen = len(p.Data)
			out = append(out, p)
		}
		return out, off
	}
	shorter, off := cut(direct, 100)
	if got := hear(t, shorter).tally.Missing.Snaplen; got != off || off == 0 {
		t.Errorf("%d bytes missing, want %d", got, off)
	}
	if got := hear(t, inGRE(shorter, 2)).tally.Missing.Snaplen; got != off {
		t.Errorf("in tunnels: %d bytes missing, want %d", got, off)
	}
}

// TestFragments cuts a datagram into IP fragments that come in any order: the
// value on the cut is found, in all the packets that it came in.
func TestFragments(t *testing.T) {
	datagram := make([]byte, 8, 64)
	binary.BigEndian.PutUint16(datagram, 40000)
	binary.BigEndian.PutUint16(datagram[2:], 9999)
	datagram = append(datagram, "\x00\x01"+plain+"and more behind it"...)
	binary.BigEndian.PutUint16(datagram[4:], uint16(len(datagram)))
	const moreFragments = 1 << 13
	frame := append(append(slices.Clone(server.MAC[:]), phone.MAC[:]...), 0x08, 0)
	var packets []capture.Packet
	for _, at := range []int{16, 0, 24} {
		part, flags := datagram[at:min(at+16, len(datagram))], uint16(moreFragments)
		switch at {
		case 16:
			part = part[:8]
		case 24:
			part, flags = datagram[at:], 0
		}
		b := append(slices.Clone(frame), ipv4(17, flags|uint16(at/8), part)...)
		packets = append(packets, capture.Packet{Data: b, Time: start, Number: int64(len(packets) + 1), WireLen: len(b), Link: 1})
	}
	got := hear(t, packets)
	if p := got.only(t).Packets; !slices.Equal(p, telltale.Packets{1, 2, 3}) {
		t.Errorf("the value is in packets %v", p)
	}
	got = hear(t, packets[:2]) // without the last part, in which the value ends
	if n := got.tally.Payload.Scanned; n != 24-8 || len(got.sightings()) != 0 {
		t.Errorf("without the last part: %d bytes scanned, %v", n, got.sightings())
	}
	got = hear(t, packets[2:])
	if n := got.tally.Payload.Skipped[telltale.SkipFragIncomplete]; n != int64(len(datagram))-24 {
		t.Errorf("the last part alone: %d bytes skipped", n)
	}
}

// TestFragmentsBegun loses all parts of a datagram but the first: what that
// one says is found.
func TestFragmentsBegun(t *testing.T) {
	datagram := append([]byte{0x9c, 0x40, 0x27, 0x0f, 0x20, 0, 0, 0}, "id="+plain+"&more=behind-it"...)
	frame := append(append(slices.Clone(server.MAC[:]), phone.MAC[:]...), 0x08, 0)
	frame = append(frame, ipv4(17, 1<<13, datagram)...)
	got := hear(t, []capture.Packet{{Data: frame, Time: start, Number: 1, WireLen: len(frame), Link: 1}})
	if p := got.only(t).Packets; !slices.Equal(p, telltale.Packets{1}) {
		t.Errorf("the value is in packets %v", p)
	}
}

// TestWiFiAggregate has a Wi-Fi frame carry several packets, in either order
// one that goes to no flow and one that tells something: every byte counts.
func TestWiFiAggregate(t *testing.T) {
	udp := binary.BigEndian.AppendUint16([]byte{0x9c, 0x40, 0x27, 0x0f}, uint16(8+len(plain)))
	udp = append(append(udp, 0, 0), plain...)
	told, other := subframe(0x0800, ipv4(17, 0, udp)), subframe(0x88cc, make([]byte, 40))
	for _, first := range []bool{true, false} {
		frame := append([]byte{0x88, 0x01, 0, 0}, make([]byte, 20)...)
		frame = append(frame, 0x80, 0) // QoS control: an aggregate follows
		if first {
			frame = append(append(frame, told...), other...)
		} else {
			frame = append(append(frame, other...), told...)
		}
		got := hear(t, []capture.Packet{{Data: frame, Time: start, Number: 1, WireLen: len(frame), Link: packet.LinkWiFi}})
		if n := len(got.sightings()); n != 1 {
			t.Errorf("told first %t: %d sightings", first, n)
		}
		if in := got.tally.Payload.In; in < int64(40+len(plain)) {
			t.Errorf("told first %t: only %d payload bytes came in", first, in)
		}
	}
}

// TestWiFiShards has one Wi-Fi frame carry packets of several pairs of hosts,
// which belong to different shards: each joins the flow that packets of their
// own are of, and they have names of their own.
func TestWiFiShards(t *testing.T) {
	udp := func(text string) []byte {
		return append([]byte{0x9c, 0x40, 0x27, 0x0f, 0, byte(8 + len(text)), 0, 0}, text...)
	}
	to := func(host byte, text string) []byte {
		b := ipv4(17, 0, udp(text))
		b[19] = host
		return b
	}
	frame := append([]byte{0x88, 0x01, 0, 0}, make([]byte, 20)...)
	frame = append(frame, 0x80, 0)
	packets := []capture.Packet{{Time: start, Number: 1, Link: packet.LinkWiFi}}
	for host := range byte(5) {
		frame = append(frame, subframe(0x0800, to(host, "first"))...)
		alone := to(host, plain)
		packets = append(packets, capture.Packet{Data: alone, Time: start, Number: int64(host) + 2, WireLen: len(alone), Link: packet.LinkRaw})
	}
	packets[0].Data, packets[0].WireLen = frame, len(frame)
	got := hear(t, packets)
	flows := map[uint8]int64{}
	for _, e := range got.events {
		if e.Message == nil {
			flows[e.Flow.Part] += e.Flow.Packets[0]
		}
	}
	if len(flows) != 5 || len(got.sightings()) != 5 {
		t.Errorf("flows by part %v, %d sightings", flows, len(got.sightings()))
	}
	for part, n := range flows {
		if n != 2 {
			t.Errorf("the flow of part %d has %d packets", part, n)
		}
	}
}

// TestTunnelsApart has two networks with the same addresses inside, one VXLAN
// network id apart: no flow is of both.
func TestTunnelsApart(t *testing.T) {
	through := func(network byte, text string) []byte {
		in := ipv4(17, 0, append([]byte{0x9c, 0x40, 0x27, 0x0f, 0, byte(8 + len(text)), 0, 0}, text...))
		in = append(append(append(slices.Clone(server.MAC[:]), phone.MAC[:]...), 0x08, 0), in...)
		in = append([]byte{0xc0, 0, 0x12, 0xb5, 0, byte(16 + len(in)), 0, 0, 0x08, 0, 0, 0, 0, 0, network, 0}, in...)
		return ipv4(17, 0, in)
	}
	var packets []capture.Packet
	for i, network := range []byte{1, 2, 1, 2} {
		b := through(network, plain)
		binary.BigEndian.PutUint16(b[4:], uint16(i)+1) // each a packet of its own
		packets = append(packets, capture.Packet{Data: b, Time: start, Number: int64(i) + 1, WireLen: len(b), Link: packet.LinkRaw})
	}
	got, inside := hear(t, packets), 0
	for _, e := range got.events {
		if e.Message == nil && e.Flow.Key.Depth == 1 {
			inside++
			if e.Flow.Packets[0] != 2 {
				t.Errorf("%d packets in a flow", e.Flow.Packets[0])
			}
		}
	}
	if inside != 2 {
		t.Errorf("%d flows inside", inside)
	}
}

// subframe is one packet of an aggregate (IEEE 802.11 9.3.2.2), with LLC and
// SNAP in front, padded to four bytes.
func subframe(etherType uint16, b []byte) []byte {
	out := append(slices.Clone(server.MAC[:]), phone.MAC[:]...)
	out = binary.BigEndian.AppendUint16(out, uint16(8+len(b)))
	out = append(out, 0xaa, 0xaa, 3, 0, 0, 0)
	out = append(binary.BigEndian.AppendUint16(out, etherType), b...)
	return append(out, make([]byte, (4-len(out)%4)%4)...)
}

// TestSurplus has bytes lie behind a UDP datagram within its packet: they are counted,
// and searched.
func TestSurplus(t *testing.T) {
	datagram := func(surplus string) []capture.Packet {
		const head = "\x45\x00\x00\x00\x00\x00\x40\x00\x40\x11\x00\x00\xc0\x00\x02\x05\xcb\x00\x71\x07" + "\x9c\x40\x23\x28\x00\x0d\x00\x00" + "hello"
		p := []byte("\x02\x00\x5e\x00\x53\x01\x02\x00\x5e\x00\x53\x02\x08\x00" + head + surplus)
		p[14+3] = byte(len(p) - 14)
		return []capture.Packet{{Time: 1, Number: 1, Data: p, WireLen: len(p), Link: packet.LinkEthernet}}
	}
	const surplus = "&imei=" + plain + "&"
	if n := len(hear(t, datagram("")).sightings()); n != 0 {
		t.Fatalf("%d sightings without it", n)
	}
	got := hear(t, datagram(surplus))
	if n := len(got.sightings()); n != 1 {
		t.Errorf("%d sightings, want 1", n)
	}
	if p := got.tally.Payload; p.In != int64(len("hello"+surplus)) || p.Scanned != p.In {
		t.Errorf("%+v", p)
	}
	for name, first := range map[string]string{"none": "", "other": strings.Repeat("-", len(surplus))} {
		both := append(datagram(first), datagram(surplus)...)
		both[1].Number, both[1].Interface = 2, 1
		if n := len(hear(t, both).sightings()); n != 1 {
			t.Errorf("%d sightings where the same datagram, with %s behind it, was captured elsewhere", n, name)
		}
	}
}

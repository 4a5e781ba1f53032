package lab

import (
	"encoding/binary"
	"net/netip"
)

// hostilePackets are packets that are hard to take apart.
var hostilePackets = []*Hostile{
	{"fragments", "middle parts of IP packets whose other parts never come", 12000, 500_000, "frag_incomplete", each(fragment)},
	{"dribble", "parts of 8 bytes of IP packets that lack one part", 16000, 500_000, "frag_incomplete", each(dribble)},
	{"tunnels-4", "packets in 4 tunnels", 500, 100_000, "", each(tunnels(4))},
	{"tunnels-5", "packets in 5 tunnels", 500, 100_000, "tunnels_beyond_bound", each(tunnels(5))},
	{"tunnels-16", "packets in 16 tunnels", 500, 100_000, "tunnels_beyond_bound", each(tunnels(16))},
	{"tunnels-17", "packets in 17 tunnels", 500, 100_000, "tunnels_beyond_bound", each(tunnels(17))},
	{"labels", "packets in 40 VLANs", 500, 100_000, "too_deep", each(vlans)},
}

// fragment captures a part of an IPv4 packet that is not its first.
func fragment(s *scene, i int) {
	s.part(s.either(), uint16(i), uint16(i>>16), 8, 0x20, make([]byte, 64))
}

// dribble captures one of 8,000 parts of a packet, all but the first.
func dribble(s *scene, i int) {
	s.part(hostilePhone, uint16(i/8000), uint16(i/8000>>16), 1+i%8000, 0x20, make([]byte, 8))
}

// part captures a part of an IPv4 packet, RFC 791 3.1. Its offset counts in
// units of 8 bytes, and the id's upper half goes to the far end's address.
func (s *scene) part(from Host, id, more uint16, offset int, flags byte, payload []byte) {
	to := Host{MAC: gatewayMAC, Addr: netip.AddrFrom4([4]byte{198, 19, byte(more >> 8), byte(more)})}
	b := appendHeaders(make([]byte, 0, 34+len(payload)), from, to, protoUDP, id, len(payload))
	b[20], b[21] = flags|byte(offset>>8), byte(offset)
	b[24], b[25] = 0, 0
	binary.BigEndian.PutUint16(b[24:], ^fold(addWords(0, b[14:34])))
	s.packets = append(s.packets, &Packet{Time: s.now, Data: append(b, payload...)})
}

const (
	protoIPIP = 4 // RFC 2003
	protoGRE  = 47
)

// tunnels returns a part that is a datagram in so many tunnels, GRE (RFC
// 2784) and IP in IP (RFC 2003) in turn.
func tunnels(depth int) func(*scene, int) {
	return func(s *scene, i int) {
		in := append(append(s.ports(), 0, 16, 0, 0), "in depth"...)
		proto := uint8(protoUDP)
		for d := range depth {
			in = append(appendIPv4(nil, hostilePhone, hostileServer, proto, uint16(i), len(in)), in...)
			proto = protoIPIP
			if d%2 == 1 {
				in, proto = append([]byte{0, 0, 8, 0}, in...), protoGRE
			}
		}
		b := appendHeaders(nil, hostilePhone, hostileServer, proto, uint16(i), len(in))
		s.packets = append(s.packets, &Packet{Time: s.now, Data: append(b, in...)})
	}
}

// vlans captures a datagram behind 40 tags (IEEE 802.1Q).
func vlans(s *scene, _ int) {
	s.udp(hostilePhone, hostileServer, s.ports(), "tagged")
	p := s.packets[len(s.packets)-1]
	b := append([]byte(nil), p.Data[:12]...)
	for range 40 {
		b = append(b, 0x81, 0, 0, 7)
	}
	p.Data = append(b, p.Data[12:]...)
}

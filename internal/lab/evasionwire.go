package lab

import (
	"cmp"
	"encoding/binary"
	"net/netip"
)

// An exchange is the two ends of a case's connection.
type exchange struct {
	sender, receiver Host
	ports            [2]uint16
	isn              [2]uint32 // of the sender and of the receiver
	first            uint32    // the sender's of the first connection
	agreed           uint32    // the sender's that the receiver answered last
	id               uint16    // of the latest IPv4 packet
}

// A Reply is a packet of the receiver, without data. Numbers are counted from
// the first byte of each side.
type Reply struct {
	Flags  uint8 `json:"flags"`
	Seq    int64 `json:"seq"`
	Ack    int64 `json:"ack"`
	Closed bool  `json:"closed,omitempty"` // its window is
}

// evasionISN is the receiver's in captures.
const evasionISN = 0x7e110000

// exchange returns the ends as captures have them.
func (e *Evasion) exchange() *exchange {
	x := &exchange{ports: [2]uint16{41000, 9999}, isn: [2]uint32{e.isn, evasionISN}}
	x.sender, _ = lan(e.v6, "02:00:5e:10:7a:c4")
	x.receiver = Host{gatewayMAC, farAddr(e.v6, 0)}
	if e.dialled {
		x.ports = [2]uint16{9999, 41000}
	}
	if e.isn == 0 {
		x.isn[0] = 0x10203040
	}
	x.first, x.agreed = x.isn[0], x.isn[0]
	return x
}

// packets returns what a shot is on the wire.
func (x *exchange) packets(s *shot) [][]byte {
	x.isn[0] = cmp.Or(s.isn, x.first)
	ip := x.ip(x.segment(s), false)
	if s.parts != nil {
		return s.parts(ip)
	}
	return [][]byte{ip}
}

// ip returns an IP packet with a segment, back from the receiver or not.
func (x *exchange) ip(segment []byte, back bool) []byte {
	src, dst := x.sender, x.receiver
	if back {
		src, dst = dst, src
	}
	x.id++
	if src.Addr.Is4() {
		return append(appendIPv4(nil, src, dst, protoTCP, x.id, len(segment)), segment...)
	}
	return append(appendIPv6(nil, src, dst, protoTCP, len(segment)), segment...)
}

// segment returns the TCP segment of a shot.
func (x *exchange) segment(s *shot) []byte {
	flags := s.flags
	if flags == 0 {
		flags = flagPSH | flagACK
	}
	b := make([]byte, 20, 64+len(s.data))
	binary.BigEndian.PutUint16(b, x.ports[0])
	binary.BigEndian.PutUint16(b[2:], x.ports[1])
	binary.BigEndian.PutUint32(b[4:], x.isn[0]+1+uint32(s.at))
	if flags&flagACK != 0 {
		binary.BigEndian.PutUint32(b[8:], x.isn[1]+1+uint32(s.ack))
	}
	b[13] = flags
	binary.BigEndian.PutUint16(b[14:], 0xfaf0)
	binary.BigEndian.PutUint16(b[18:], s.urgent)
	b = append(b, s.options...)
	if s.stamp != 0 {
		b = append(b, 1, 1, 8, 10)
		b = binary.BigEndian.AppendUint32(b, s.stamp)
		b = binary.BigEndian.AppendUint32(b, 0)
	}
	b[12] = byte(len(b) / 4 << 4)
	if s.header > 0 {
		b[12] = byte(s.header << 4)
	}
	b = append(b, s.data...)
	if s.tweak != nil {
		s.tweak(b)
	}
	binary.BigEndian.PutUint16(b[16:], x.sum(s.sum, b, false))
	return b
}

// datagram returns an IP packet with a UDP datagram (RFC 768).
func (x *exchange) datagram(payload []byte) []byte {
	b := []byte{0xa0, 0x28, 0x27, 0x0f}
	b = binary.BigEndian.AppendUint16(b, uint16(8+len(payload)))
	b = append(append(b, 0, 0), payload...)
	binary.BigEndian.PutUint16(b[6:], transportSum(x.sender, x.receiver, protoUDP, b))
	x.id++
	if x.sender.Addr.Is4() {
		return append(appendIPv4(nil, x.sender, x.receiver, protoUDP, x.id, len(b)), b...)
	}
	return append(appendIPv6(nil, x.sender, x.receiver, protoUDP, len(b)), b...)
}

// reply returns the receiver's packet.
func (x *exchange) reply(r Reply) []byte {
	if r.Flags&flagSYN != 0 && x.agreed != x.isn[0] { // to another connection, in which it begins anew
		x.agreed = x.isn[0]
		x.isn[1] += evasionISN
	}
	b := make([]byte, 20)
	binary.BigEndian.PutUint16(b, x.ports[1])
	binary.BigEndian.PutUint16(b[2:], x.ports[0])
	binary.BigEndian.PutUint32(b[4:], x.isn[1]+1+uint32(r.Seq))
	if r.Flags&flagACK != 0 {
		binary.BigEndian.PutUint32(b[8:], x.isn[0]+1+uint32(r.Ack))
	}
	b[12], b[13] = 5<<4, r.Flags
	if !r.Closed {
		binary.BigEndian.PutUint16(b[14:], 0xfaf0)
	}
	binary.BigEndian.PutUint16(b[16:], x.sum(rightSum, b, true))
	return x.ip(b, true)
}

// sum returns a checksum for a segment whose own is zero.
func (x *exchange) sum(kind sumKind, segment []byte, back bool) uint16 {
	src, dst := x.sender, x.receiver
	if back {
		src, dst = dst, src
	}
	right := transportSum(src, dst, protoTCP, segment)
	switch kind {
	case wrongSum:
		return right ^ 0x5555
	case halfSum:
		return fold(addWords(addWords(uint64(protoTCP)+uint64(len(segment)), src.Addr.AsSlice()), dst.Addr.AsSlice()))
	}
	return right
}

// frame returns an IP packet in an Ethernet frame.
func (x *exchange) frame(ip []byte, back bool) []byte {
	from, to := x.sender.MAC, x.receiver.MAC
	if back {
		from, to = to, from
	}
	b := append(append(make([]byte, 0, 14+len(ip)), to[:]...), from[:]...)
	if ip[0]>>4 == 4 {
		return append(append(b, 0x08, 0x00), ip...)
	}
	return append(append(b, 0x86, 0xdd), ip...)
}

// moved returns the exchange between other addresses and from another first
// number of the receiver, as the judge has it.
func (x *exchange) moved(sender, receiver netip.Addr) *exchange {
	y := *x
	y.sender.Addr, y.receiver.Addr = sender, receiver
	return &y
}

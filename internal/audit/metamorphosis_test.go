package audit_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"

	"github.com/telltale-audit/telltale/internal/packet"
)

// A frame is a captured packet on its way through a metamorphosis.
type frame struct {
	time int64
	data []byte
	h    packet.Header // as Ethernet
}

// A metamorphosis carries the same conversations in another way. What is found
// must not change.
type metamorphosis struct {
	name    string
	link    packet.Link
	carry   func(rng *rand.Rand, in []frame) []frame
	moves   bool // the far ends have other addresses, which DNS does not know
	inOrder bool // and every byte of a stream comes once, in its order
}

const etherSize = 14

// metamorphoses are all ways that are tried.
var metamorphoses = []metamorphosis{
	{"cut into other segments", packet.LinkEthernet, resegment, false, true},
	{"segments out of order", packet.LinkEthernet, func(r *rand.Rand, in []frame) []frame { return reorder(r, resegment(r, in)) }, false, false},
	{"segments repeated", packet.LinkEthernet, repeat, false, false},
	{"all of that", packet.LinkEthernet, func(r *rand.Rand, in []frame) []frame { return repeat(r, reorder(r, resegment(r, in))) }, false, false},
	{"checksums of one side unfinished", packet.LinkEthernet, each(unfinished), false, true},
	{"checksums of all data wrong", packet.LinkEthernet, mistaken, false, false},
	{"in fragments", packet.LinkEthernet, fragment, false, true},
	{"over IPv6", packet.LinkEthernet, each(toIPv6), true, true},
	{"raw IP", packet.LinkRaw, each(relinked(nil)), false, true},
	{"loopback", packet.LinkNull, each(relinkedBy(func(v6 bool) []byte { return []byte{choose(v6, 30, 2), 0, 0, 0} })), false, true},
	{"OpenBSD loopback", packet.LinkLoop, each(relinkedBy(func(v6 bool) []byte { return []byte{0, 0, 0, choose(v6, 24, 2)} })), false, true},
	{"cooked", packet.LinkSLL, each(cooked), false, true},
	{"cooked, version 2", packet.LinkSLL2, each(cooked2), false, true},
	{"PPP", packet.LinkPPP, each(relinkedBy(func(v6 bool) []byte { return []byte{0xff, 3, 0, choose(v6, 0x57, 0x21)} })), false, true},
	{"in a VLAN in a VLAN", packet.LinkEthernet, each(tagged), false, true},
	{"PPPoE", packet.LinkEthernet, each(pppoe), false, true},
	{"GRE", packet.LinkEthernet, each(tunnelled(47, func(f frame) []byte { return slices.Concat([]byte{0, 0}, f.data[12:]) })), false, true},
	{"IP in IP", packet.LinkEthernet, each(tunnelledIP), false, true},
	{"VXLAN", packet.LinkEthernet, each(tunnelled(packet.UDP, vxlan)), false, true},
}

func choose(v6 bool, six, four byte) byte {
	if v6 {
		return six
	}
	return four
}

// each makes a metamorphosis of a change of single frames. What is no IP stays.
func each(change func(frame) frame) func(*rand.Rand, []frame) []frame {
	return func(_ *rand.Rand, in []frame) (out []frame) {
		for _, f := range in {
			if f.h.Status == packet.OK {
				out = append(out, change(f))
			}
		}
		return out
	}
}

// tcpData reports whether f carries bytes of a stream and nothing else.
func (f *frame) tcpData() bool {
	return f.h.Proto == packet.TCP && f.h.PayloadEnd > f.h.PayloadStart && f.h.Flags&(packet.SYN|packet.RST) == 0
}

// part returns a frame with bytes [from, to) of f's payload.
func (f *frame) part(from, to int) frame {
	start := f.h.PayloadStart
	out := frame{time: f.time, data: slices.Concat(f.data[:start], f.data[start+from:start+to])}
	tcp := f.tcpStart()
	binary.BigEndian.PutUint32(out.data[tcp+4:], f.h.Seq+uint32(from))
	if start+to < f.h.PayloadEnd {
		out.data[tcp+13] &^= packet.FIN | packet.PSH
	}
	fix(out.data[etherSize:])
	out.h.Decode(packet.LinkEthernet, out.data, len(out.data))
	return out
}

// tcpStart returns where f's segment begins.
func (f *frame) tcpStart() int {
	if f.h.Version == 6 {
		return etherSize + 40
	}
	return etherSize + 20
}

// resegment cuts the streams' bytes anew.
func resegment(rng *rand.Rand, in []frame) (out []frame) {
	most := 1 + rng.IntN(300)
	for _, f := range in {
		if !f.tcpData() {
			out = append(out, f)
			continue
		}
		n := f.h.PayloadEnd - f.h.PayloadStart
		for at := 0; at < n; {
			end := min(n, at+1+rng.IntN(most))
			out = append(out, f.part(at, end))
			at = end
		}
	}
	return out
}

// reorder shuffles what one side sent in a row, a few segments at a time, where
// the beginning of the stream is known.
func reorder(rng *rand.Rand, in []frame) []frame {
	out, opened := slices.Clone(in), map[ends]bool{}
	for i := 0; i < len(out); {
		f := &out[i]
		if f.h.Proto == packet.TCP && f.h.Flags&packet.SYN != 0 {
			opened[endsOf(f)] = true
		}
		n := 1
		for i+n < len(out) && n < 5 && shuffles(f) && shuffles(&out[i+n]) && endsOf(f) == endsOf(&out[i+n]) && opened[endsOf(f)] {
			n++
		}
		run := out[i : i+n]
		rng.Shuffle(n, func(a, b int) {
			run[a].data, run[b].data, run[a].h, run[b].h = run[b].data, run[a].data, run[b].h, run[a].h
		})
		i += n
	}
	return out
}

func shuffles(f *frame) bool { return f.tcpData() && f.h.Flags&packet.FIN == 0 }

// ends name one direction of a flow.
type ends struct {
	src, dst         packet.Addr
	srcPort, dstPort uint16
}

func endsOf(f *frame) ends { return ends{f.h.Src, f.h.Dst, f.h.SrcPort, f.h.DstPort} }

// repeat sends some segments again, some packets later.
func repeat(rng *rand.Rand, in []frame) (out []frame) {
	var later []frame
	for _, f := range in {
		f.time = max(f.time, lastTime(out))
		out = append(out, f)
		if f.tcpData() && rng.IntN(3) == 0 {
			later = append(later, f)
		}
		for len(later) > 0 && rng.IntN(3) == 0 {
			again := later[0]
			again.time, later = f.time, later[1:]
			out = append(out, again)
		}
	}
	return out
}

func lastTime(out []frame) int64 {
	if len(out) == 0 {
		return 0
	}
	return out[len(out)-1].time
}

// fragment sends IPv4 packets in parts.
func fragment(rng *rand.Rand, in []frame) (out []frame) {
	for id, f := range in {
		ip := f.data[etherSize:]
		if f.h.Version != 4 || len(ip) < 20+64 {
			out = append(out, f)
			continue
		}
		size := 8 * (1 + rng.IntN(60))
		for at := 20; at < len(ip); at += size {
			end := min(len(ip), at+size)
			data := slices.Concat(f.data[:etherSize+20], ip[at:end])
			head, offset := data[etherSize:], uint16((at-20)/8)
			if end < len(ip) {
				offset |= 0x2000
			}
			binary.BigEndian.PutUint16(head[2:], uint16(20+end-at))
			binary.BigEndian.PutUint16(head[4:], uint16(id))
			binary.BigEndian.PutUint16(head[6:], offset)
			sumIPv4(head)
			out = append(out, frame{time: f.time, data: data})
		}
	}
	return out
}

// toIPv6 carries an IPv4 packet over IPv6; private addresses stay private.
func toIPv6(f frame) frame {
	if f.h.Version != 4 {
		return f
	}
	ip := f.data[etherSize:]
	head := []byte{0x60, 0, 0, 0, 0, 0, f.h.Proto, 64}
	binary.BigEndian.PutUint16(head[4:], uint16(len(ip)-20))
	for _, a := range [][]byte{ip[12:16], ip[16:20]} {
		prefix := []byte{0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0}
		if a[0] == 192 && a[1] == 168 || a[0] == 10 {
			prefix = []byte{0xfd, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0}
		}
		head = append(append(head, prefix...), a...)
	}
	f.data = slices.Concat(f.data[:12], []byte{0x86, 0xdd}, head, ip[20:])
	fix(f.data[etherSize:])
	return f
}

// fix writes the lengths and checksums of a packet whose payload was changed.
func fix(ip []byte) {
	head, sum, proto := 20, uint64(0), ip[9]
	if ip[0]>>4 == 6 {
		head, proto = 40, ip[6]
		binary.BigEndian.PutUint16(ip[4:], uint16(len(ip)-head))
		sum = words(ip[8:40])
	} else {
		binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)))
		sumIPv4(ip)
		sum = words(ip[12:20])
	}
	transport, at := ip[head:], 16
	if proto == packet.UDP {
		at = 6
		binary.BigEndian.PutUint16(transport[4:], uint16(len(transport)))
	}
	if proto != packet.TCP && proto != packet.UDP {
		return
	}
	transport[at], transport[at+1] = 0, 0
	sum += uint64(proto) + uint64(len(transport)) + words(transport)
	binary.BigEndian.PutUint16(transport[at:], ^folded(sum))
}

// unfinished leaves the checksum of a TCP segment that the client sends to the card.
func unfinished(f frame) frame {
	if f.h.Proto != packet.TCP || f.h.DstPort > f.h.SrcPort {
		return f
	}
	f.data = bytes.Clone(f.data)
	clear(f.data[f.tcpStart()+16:][:2])
	return f
}

// mistaken gives every TCP segment with data a wrong checksum. They are acknowledged
// all the same, those of the client by the server's data alone.
func mistaken(_ *rand.Rand, in []frame) (out []frame) {
	for _, f := range in {
		if f.tcpData() {
			f.data = bytes.Clone(f.data)
			f.data[f.tcpStart()+17] ^= 0x55
		} else if f.h.Proto == packet.TCP && f.h.SrcPort < f.h.DstPort && f.h.Flags == packet.ACK {
			continue
		}
		out = append(out, f)
	}
	return out
}

func sumIPv4(ip []byte) {
	ip[10], ip[11] = 0, 0
	binary.BigEndian.PutUint16(ip[10:], ^folded(words(ip[:20])))
}

func words(b []byte) (sum uint64) {
	for i, c := range b {
		sum += uint64(c) << (8 * (1 - i&1))
	}
	return sum
}

func folded(sum uint64) uint16 {
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}

// relinked puts another link header in front of the IP packet.
func relinked(head []byte) func(frame) frame {
	return relinkedBy(func(bool) []byte { return head })
}

func relinkedBy(head func(v6 bool) []byte) func(frame) frame {
	return func(f frame) frame {
		f.data = slices.Concat(head(f.h.Version == 6), f.data[etherSize:])
		return f
	}
}

func cooked(f frame) frame {
	f.data = slices.Concat([]byte{0, 4, 0, 1, 0, 6}, f.data[6:12], []byte{0, 0}, f.data[12:])
	return f
}

func cooked2(f frame) frame {
	f.data = slices.Concat(f.data[12:14], []byte{0, 0, 0, 0, 0, 2, 0, 1, 4, 6}, f.data[6:12], []byte{0, 0}, f.data[etherSize:])
	return f
}

func tagged(f frame) frame {
	f.data = slices.Concat(f.data[:12], []byte{0x88, 0xa8, 0, 9, 0x81, 0, 0, 7}, f.data[12:])
	return f
}

func pppoe(f frame) frame {
	ip := f.data[etherSize:]
	head := []byte{0x88, 0x64, 0x11, 0, 0, 1, byte((len(ip) + 2) >> 8), byte(len(ip) + 2), 0, choose(f.h.Version == 6, 0x57, 0x21)}
	f.data = slices.Concat(f.data[:12], head, ip)
	return f
}

// tunnelled puts what wrap makes of a frame into an IP packet between two
// routers.
func tunnelled(proto byte, wrap func(frame) []byte) func(frame) frame {
	return func(f frame) frame {
		inner := wrap(f)
		ip := slices.Concat([]byte{0x45, 0, 0, 0, 0, 1, 0, 0, 64, proto, 0, 0, 198, 51, 100, 1, 198, 51, 100, 2}, inner)
		fix(ip)
		f.data = slices.Concat(f.data[:12], []byte{8, 0}, ip)
		return f
	}
}

func tunnelledIP(f frame) frame {
	return tunnelled(choose(f.h.Version == 6, 41, 4), func(f frame) []byte { return f.data[etherSize:] })(f)
}

func vxlan(f frame) []byte {
	return slices.Concat([]byte{0xc0, 0, 0x12, 0xb5, 0, 0, 0, 0}, []byte{8, 0, 0, 0, 0, 0, 7, 0}, bytes.Clone(f.data))
}

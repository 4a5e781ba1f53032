package packet

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// over4 puts a payload into an IPv4 packet.
func over4(proto uint8, payload []byte) []byte {
	b := []byte{0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, proto, 0, 0, 203, 0, 113, 5, 203, 0, 113, 9}
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)+len(payload)))
	return append(b, payload...)
}

// over6 puts a payload into an IPv6 packet.
func over6(proto uint8, payload []byte) []byte {
	b := make([]byte, 40, 40+len(payload))
	b[0], b[6], b[8], b[24] = 0x60, proto, 0xfd, 0xfd
	binary.BigEndian.PutUint16(b[4:], uint16(len(payload)))
	return append(b, payload...)
}

// overUDP puts a payload into a UDP datagram in IPv4.
func overUDP(port uint16, payload []byte) []byte {
	b := []byte{0xc3, 0x51, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint16(b[2:], port)
	binary.BigEndian.PutUint16(b[4:], uint16(len(b)+len(payload)))
	return over4(UDP, append(b, payload...))
}

// gtp puts a payload behind a GTP-U header of the given first bytes, whose
// length is left out, and what follows it.
func gtp(first, more string, payload []byte) []byte {
	body := append(mustHex(more), payload...)
	b := binary.BigEndian.AppendUint16(mustHex(first), uint16(len(body)))
	return append(append(b, 0, 0, 0, 7), body...)
}

func mustHex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

func behind(head string, payload []byte) []byte { return append(mustHex(head), payload...) }

var (
	carriedUDP   = mustHex(ip4udp + udpHead + four)
	carriedTCP6  = mustHex(ip6tcp + tcpHead + sixBytes)
	carriedFrame = behind(macs+"0800", carriedUDP)
	paddedFrame  = append(bytes.Clone(carriedFrame), make([]byte, 14)...)
	teredo6      = bytes.Replace(carriedTCP6, mustHex("20010db8000000000000000000000005"), mustHex("20010000cb0071094000fbff34fffefa"), 1)
)

// A tunnelCase is an IPv4 packet that is a tunnel of some depth or, at depth
// 0, looks like one and is none.
type tunnelCase struct {
	name  string
	data  []byte
	depth uint8
	proto uint8 // of the innermost packet
}

var tunnelCases = []tunnelCase{
	{"plain", carriedUDP, 0, UDP},
	{"ip in ip", over4(4, carriedUDP), 1, UDP},
	{"6in4", over4(41, carriedTCP6), 1, TCP},
	{"6in6", over6(41, carriedTCP6), 1, TCP},
	{"4in6", over6(4, carriedUDP), 1, UDP},
	{"ip in ip, wrong version", over4(4, carriedTCP6), 0, 4},
	{"ip in ip, and more", over4(4, append(bytes.Clone(carriedUDP), 1)), 0, 4},
	{"ip in ip, 4 deep", over4(4, over4(4, over4(4, over4(4, carriedUDP)))), 4, UDP},
	{"ip in ip, 5 deep", over4(4, over4(4, over4(4, over4(4, over4(4, carriedUDP))))), 4, 4},
	{"ah", over4(51, behind("1104 0000 00000001 00000001 000102030405060708090a0b", mustHex(udpHead+four))), 0, UDP},
	{"ah tunnel", over4(51, behind("0404 0000 00000001 00000001 000102030405060708090a0b", carriedUDP)), 1, UDP},
	{"etherip", over4(97, behind("3000", carriedFrame)), 1, UDP},
	{"etherip version", over4(97, behind("2000", carriedFrame)), 0, 97},
	{"mpls in ip", over4(137, behind("00011140", carriedUDP)), 1, UDP},

	{"gre", over4(47, behind("0000 0800", carriedUDP)), 1, UDP},
	{"gre, all options", over4(47, behind("b000 86dd 00000000 00000007 00000001", carriedTCP6)), 1, TCP},
	{"gre frame", over4(47, behind("2000 6558 00000007", paddedFrame)), 1, UDP},
	{"gre mpls", over4(47, behind("0000 8847 00011140", carriedUDP)), 1, UDP},
	{"gre routing", over4(47, behind("4000 0800 00000000", carriedUDP)), 0, 47},
	{"gre version", over4(47, behind("0002 0800", carriedUDP)), 0, 47},
	{"gre other", over4(47, behind("0000 2001", carriedUDP)), 0, 47},
	{"gre keepalive", over4(47, mustHex("0000 0000")), 0, 47},
	{"gre cut short", over4(47, mustHex("b000 0800 0000")), 0, 47},
	{"pptp", over4(47, behind("3081 880b 0024 0007 00000001 00000002 ff03 0021", carriedUDP)), 1, UDP},
	{"pptp, no acknowledgement", over4(47, behind("3001 880b 0021 0007 00000001 21", carriedUDP)), 1, UDP},
	{"pptp length", over4(47, behind("3001 880b 0020 0007 00000001 21", carriedUDP)), 0, 47},
	{"pptp no key", over4(47, behind("1001 880b 00000001 21", carriedUDP)), 0, 47},
	{"erspan 1", over4(47, behind("0000 88be", carriedFrame)), 1, UDP},
	{"erspan 2", over4(47, behind("1000 88be 00000001 1001 0000 00000000", carriedFrame)), 1, UDP},
	{"erspan 3", over4(47, behind("1000 22eb 00000001 2001 0000 00000000 00000000", carriedFrame)), 1, UDP},
	{"erspan 3, platform", over4(47, behind("1000 22eb 00000001 2001 0000 00000000 00000001 0000000000000000", carriedFrame)), 1, UDP},

	{"gtp-u", overUDP(2152, gtp("30ff", "", carriedUDP)), 1, UDP},
	{"gtp-u, sequence", overUDP(2152, gtp("32ff", "0001 00 00", carriedTCP6)), 1, TCP},
	{"gtp-u, extensions", overUDP(2152, gtp("34ff", "0000 00 85 01100984 0200000000000000", carriedUDP)), 1, UDP},
	{"gtp-u, 17 extensions", overUDP(2152, gtp("34ff", "0000 00 85"+strings.Repeat("01100985", 16)+"01100900", carriedUDP)), 0, UDP},
	{"gtp-u, empty extension", overUDP(2152, gtp("34ff", "0000 00 85 00", carriedUDP)), 0, UDP},
	{"gtp-u echo", overUDP(2152, gtp("3201", "0001 00 00", nil)), 0, UDP},
	{"gtp-u version", overUDP(2152, gtp("50ff", "", carriedUDP)), 0, UDP},
	{"gtp-u length", overUDP(2152, append(gtp("30ff", "", carriedUDP), 1)), 0, UDP},
	{"gtp-u is dns", overUDP(2152, mustHex("6bcb 0100 0001 0000 0000 0000 04 61626364 00 0001 0001")), 0, UDP},
	{"gtp-u elsewhere", overUDP(2153, gtp("30ff", "", carriedUDP)), 0, UDP},
	{"gtp-u, its packet shorter", overUDP(2152, gtp("30ff", "", append(bytes.Clone(carriedUDP), four...))), 0, UDP},
	{"gtp-u in gre in ip", over4(4, over4(47, behind("0000 0800", overUDP(2152, gtp("30ff", "", carriedUDP))))), 3, UDP},

	{"mpls over udp", overUDP(6635, behind("00011140", carriedUDP)), 1, UDP},
	{"mpls over udp, no ip", overUDP(6635, mustHex("00011140"+four)), 0, UDP},
	{"ayiya", overUDP(5072, append(append(mustHex("42 52 11 29 5c9a0000"), make([]byte, 16+20)...), carriedTCP6...)), 1, TCP},
	{"ayiya ipv4", overUDP(5072, append(append(mustHex("02 02 01 04 5c9a0000"), 7), carriedUDP...)), 1, UDP},
	{"ayiya, another operation", overUDP(5072, append(append(mustHex("02 02 00 04 5c9a0000"), 7), carriedUDP...)), 0, UDP},
	{"nsh", overUDP(4790, behind("0c000004 00000700 0fc60101 00000104 00000000000000000000000000000000", carriedUDP)), 1, UDP},
	{"nsh frame", overUDP(4790, behind("0c000004 00000700 0fc20203 00000104", carriedFrame)), 1, UDP},
	{"nsh too short", overUDP(4790, behind("0c000004 00000700 0fc10203 00000104", carriedFrame)), 0, UDP},
	{"wccp", over4(protoGRE, behind("0000883e", carriedUDP)), 1, UDP},
	{"wccp 2", over4(protoGRE, behind("0000883e 00010000", carriedUDP)), 1, UDP},
	{"l2tp", overUDP(1701, behind("0002 00070009 ff03 0021", carriedUDP)), 1, UDP},
	{"l2tp with all options", overUDP(1701, behind("4a02 0034 00070009 00010002 0004 00000000 0021", carriedUDP)), 1, UDP},
	{"l2tp with another length", overUDP(1701, behind("4002 0035 00070009 0021", carriedUDP)), 0, UDP},
	{"l2tp control", overUDP(1701, mustHex("c802 000c 0007 0000 0001 0002")), 0, UDP},
	{"l2tp lcp", overUDP(1701, behind("0002 00070009 ff03 c021", carriedUDP)), 0, UDP},
	{"tzsp", overUDP(37008, behind("01000001 0a01c8 00 01", carriedFrame)), 1, UDP},
	{"tzsp wifi", overUDP(37008, behind("01000012 01"+wifiUp+snap, carriedUDP)), 1, UDP},
	{"tzsp other", overUDP(37008, behind("01040001 01", carriedFrame)), 0, UDP},
	{"tzsp without an end", overUDP(37008, bytes.Repeat([]byte{1, 0, 0, 1}, 1)), 0, UDP},
	{"vxlan", overUDP(4789, behind("08000000 00000700", carriedFrame)), 1, UDP},
	{"vxlan, padded", overUDP(8472, behind("08000000 00000700", paddedFrame)), 1, UDP},
	{"vxlan, too much padding", overUDP(4789, behind("08000000 00000700", append(bytes.Clone(paddedFrame), four...))), 0, UDP},
	{"vxlan, policy", overUDP(4789, behind("88000007 00000700", carriedFrame)), 1, UDP},
	{"vxlan, no network", overUDP(4789, behind("00000000 00000700", carriedFrame)), 0, UDP},
	{"vxlan, reserved", overUDP(4789, behind("08000000 00000701", carriedFrame)), 0, UDP},
	{"vxlan arp", overUDP(4789, behind("08000000 00000700"+macs+"0806", mustHex(four))), 0, UDP},
	{"vxlan-gpe ip", overUDP(4790, behind("0c000001 00000700", carriedUDP)), 1, UDP},
	{"vxlan-gpe ipv6", overUDP(4790, behind("0c000002 00000700", carriedTCP6)), 1, TCP},
	{"vxlan-gpe frame", overUDP(4790, behind("0c000003 00000700", carriedFrame)), 1, UDP},
	{"vxlan-gpe mpls", overUDP(4790, behind("0c000005 00000700 00011140", carriedUDP)), 1, UDP},
	{"vxlan-gpe other", overUDP(4790, behind("0c000004 00000700", carriedUDP)), 0, UDP},
	{"vxlan-gpe reserved", overUDP(4790, behind("0c010001 00000700", carriedUDP)), 0, UDP},
	{"geneve", overUDP(6081, behind("0000 6558 00000700", carriedFrame)), 1, UDP},
	{"geneve, options", overUDP(6081, behind("0240 0800 00000700 0102 80 01 00000001", carriedUDP)), 1, UDP},
	{"geneve, reserved", overUDP(6081, behind("0000 6558 00000701", carriedFrame)), 0, UDP},
	{"geneve, options past end", overUDP(6081, behind("3f00 0800 00000700", carriedUDP)), 0, UDP},
	{"gre in udp", overUDP(4754, behind("2000 0800 00000007", carriedUDP)), 1, UDP},
	{"teredo", overUDP(3544, teredo6), 1, TCP},
	{"teredo, origin", overUDP(3544, behind("0000 3cb0 34ff8ef6", teredo6)), 1, TCP},
	{"teredo, authentication and origin", overUDP(3544, behind("0001 01 02 aa bbbb 0000000000000001 00 0000 3cb0 34ff8ef6", teredo6)), 1, TCP},
	{"teredo of others", overUDP(3544, carriedTCP6), 0, UDP},
	{"teredo authentication past end", overUDP(3544, mustHex("0001 ff ff aa")), 0, UDP},
}

// innermost follows tunnels as far as they go, and holds each to what is
// promised of it.
func innermost(t *testing.T, link Link, data []byte, wireLen int) Header {
	t.Helper()
	h := check(t, link, data, wireLen)
	for {
		inner := Header{Flags: 0xff, PayloadEnd: 1 << 20} // left over
		if !h.Inner(data, &inner) {
			return h
		}
		if inner.Status != OK && inner.Status != Fragment || inner.Version == 0 || inner.Depth != h.Depth+1 || inner.Depth > MaxDepth {
			t.Fatalf("%+v", inner)
		}
		if inner.PayloadStart < h.PayloadStart || inner.PayloadStart > inner.PayloadEnd || inner.end() > h.end() || inner.PayloadEnd > h.PayloadEnd {
			t.Fatalf("%+v\nis not inside\n%+v", inner, h)
		}
		outer := h.Around(&inner)
		if outer.PayloadEnd != h.PayloadEnd && outer.PayloadEnd != outer.PayloadStart || outer.PayloadStart < h.PayloadStart || outer.Cut < 0 {
			t.Fatalf("%+v\nis not\n%+v\nwithout\n%+v", outer, h, inner)
		}
		kept := outer.PayloadEnd - outer.PayloadStart + outer.Cut
		if left := h.end() - inner.end() - kept; left > 46 || left < 0 || left > 0 && !inner.HasMAC {
			t.Fatalf("%d bytes left out: %+v\nin\n%+v", left, inner, h)
		}
		h = inner
	}
}

func TestInner(t *testing.T) {
	for _, c := range tunnelCases {
		h := innermost(t, LinkRaw, c.data, len(c.data))
		if h.Depth != c.depth || h.Proto != c.proto || h.Status != OK {
			t.Errorf("%s: depth %d, proto %d, %v; want depth %d, proto %d", c.name, h.Depth, h.Proto, h.Status, c.depth, c.proto)
			continue
		}
		payload := map[uint8]string{UDP: four, TCP: sixBytes}[c.proto]
		if got := hex.EncodeToString(data(c.data, h)); c.depth > 0 && payload != "" && got != payload && !strings.Contains(c.name, "5 deep") {
			t.Errorf("%s: payload %s", c.name, got)
		}
	}
}

// checked puts the right checksum into the header of an IPv4 packet.
func checked(b []byte) []byte {
	b = bytes.Clone(b)
	b[10], b[11] = 0, 0
	binary.BigEndian.PutUint16(b[10:], ^sum(b[:int(b[0]&0x0f)*4]))
	return b
}

// with returns b and n bytes more.
func with(b []byte, n int) []byte { return append(bytes.Clone(b), bytes.Repeat([]byte{0xee}, n)...) }

// spareCases are tunnels with bytes behind the packet that they carry.
var spareCases = []struct {
	name  string
	data  []byte
	depth uint8
	spare int
}{
	{"ip in ip", over4(4, with(checked(carriedUDP), 1)), 1, 1},
	{"ip in ip, many", over4(4, with(checked(carriedUDP), 900)), 1, 900},
	{"ip in ip, wrong checksum", over4(4, with(carriedUDP, 1)), 0, 0},
	{"6in4", over4(41, with(carriedTCP6, 64)), 1, 64},
	{"6in4, many", over4(41, with(carriedTCP6, 65)), 0, 0},
	{"6in4, no known payload", over4(41, with(mustHex(strings.Replace(ip6tcp, "001a 06", "0004 fd", 1)+four), 1)), 0, 0},
	{"gre", over4(47, behind("0000 0800", with(checked(carriedUDP), 2))), 1, 2},
	{"pptp", over4(47, behind("3001 880b 0021 0007 00000001 21", with(checked(carriedUDP), 3))), 1, 3},
	{"gtp-u, in its length", overUDP(2152, gtp("30ff", "", with(checked(carriedUDP), 2))), 1, 2},
	{"gtp-u, behind its length", overUDP(2152, with(gtp("30ff", "", checked(carriedUDP)), 2)), 1, 2},
	{"gtp-u, ipv6", overUDP(2152, with(gtp("30ff", "", carriedTCP6), 2)), 1, 2},
	{"gtp-u, past its end", overUDP(2152, gtp("30ff", "", checked(carriedUDP))[:8+31]), 0, 0},
	{"gtp-u, behind udp", overUDP(2152, gtp("30ff", "", checked(behind("45000022"+ip4udp[8:], with(mustHex(udpHead+four), 2))))), 1, 2},
	{"l2tp", overUDP(1701, behind("0002 00070009 ff03 0021", with(checked(carriedUDP), 1))), 1, 1},
	{"l2tp, behind its length", overUDP(1701, behind("4002 0029 00070009 21", with(checked(carriedUDP), 1))), 1, 1},
	{"l2tp, a length within its header", overUDP(1701, behind("4002 0005 00070009 21", with(checked(carriedUDP), 1))), 0, 0},
	{"vxlan", overUDP(4789, behind("08000000 00000700"+macs+"0800", with(checked(overUDP(53, make([]byte, 40))), 1))), 1, 1},
	{"vxlan, padded and more", overUDP(4789, behind("08000000 00000700"+macs+"0800", with(checked(carriedUDP), 19))), 1, 19},
	{"vxlan, padded", overUDP(4789, behind("08000000 00000700"+macs+"0800", with(checked(carriedUDP), 18))), 1, 0},
	{"vxlan, wrong checksum", overUDP(4789, behind("08000000 00000700"+macs+"0800", with(carriedUDP, 19))), 0, 0},
}

// TestInnerSpare reads the packet inside a tunnel by its own length. What lies
// behind stays the tunnel's.
func TestInnerSpare(t *testing.T) {
	for _, c := range spareCases {
		h, inner := check(t, LinkRaw, c.data, len(c.data)), Header{}
		if got := h.Inner(c.data, &inner); got != (c.depth > 0) {
			t.Errorf("%s: followed %t", c.name, got)
			continue
		}
		if c.depth == 0 {
			continue
		}
		outer := h.Around(&inner)
		if got := data(c.data, outer); !bytes.Equal(got, bytes.Repeat([]byte{0xee}, c.spare)) || outer.Cut != 0 {
			t.Errorf("%s: %x and %d bytes behind", c.name, got, outer.Cut)
		}
		cut := len(c.data) - 1
		if h = check(t, LinkRaw, c.data[:cut], len(c.data)); !h.Inner(c.data[:cut], &inner) || inner.Cut != 0 {
			t.Errorf("%s: the last byte not captured: %+v", c.name, inner)
		}
		if outer = h.Around(&inner); outer.PayloadEnd-outer.PayloadStart+outer.Cut != c.spare || outer.Cut != min(c.spare, 1) {
			t.Errorf("%s: the last byte not captured: %+v", c.name, outer)
		}
	}
}

func data(b []byte, h Header) []byte { return b[h.PayloadStart:h.PayloadEnd] }

// TestInnerCut cuts tunnels by the capture length: the packet inside reads
// the same, but for what is gone, or the tunnel is a payload like others.
func TestInnerCut(t *testing.T) {
	for _, c := range tunnelCases {
		full := innermost(t, LinkRaw, c.data, len(c.data))
		for n := range c.data {
			h := innermost(t, LinkRaw, c.data[:n], len(c.data))
			if h.Depth < full.Depth || h.Status == Truncated {
				continue
			}
			if want := full.cutTo(n); h != want {
				t.Fatalf("%s cut to %d of %d bytes:\n%+v\nwant\n%+v", c.name, n, len(c.data), h, want)
			}
		}
	}
}

// TestInnerFragment hands out a part of a packet inside a tunnel.
func TestInnerFragment(t *testing.T) {
	part := bytes.Clone(carriedUDP)
	part[6] = 0x20
	h := innermost(t, LinkRaw, over4(4, part), 0)
	if h.Status != Fragment || h.Depth != 1 || !h.FragMore || h.FragOffset != 0 {
		t.Errorf("%+v", h)
	}
}

// TestInnerFields reads addresses of the packet inside, not of the tunnel.
func TestInnerFields(t *testing.T) {
	frame := behind(macs+"0800", overUDP(4789, behind("08000000 00000700"+"02005e107b01 02005e107b02"+"8100 0007 0800", carriedUDP)))
	h := innermost(t, LinkEthernet, frame, len(frame))
	if h.Src.String() != "192.0.2.5" || h.Dst.String() != "198.51.100.7" || h.SrcPort != 50000 || h.DstPort != 53 || h.VLAN != 7 ||
		!h.HasMAC || h.SrcMAC != [6]byte(mustHex("02005e107b02")) {
		t.Errorf("%+v", h)
	}
	frame = behind(macs+"0800", over4(4, carriedUDP))
	if h := innermost(t, LinkEthernet, frame, len(frame)); h.HasMAC || h.Depth != 1 {
		t.Errorf("hardware addresses of the tunnel: %+v", h)
	}
}

// TestInnerOracle compares the innermost payload with an independent decoder,
// for the tunnels that it follows.
func TestInnerOracle(t *testing.T) {
	agreed := 0
	for _, c := range tunnelCases {
		if c.depth == 0 || strings.Contains(c.name, "deep") || strings.HasPrefix(c.name, "teredo") {
			continue
		}
		first := gopacket.Decoder(layers.LayerTypeIPv4)
		if c.data[0]>>4 == 6 {
			first = layers.LayerTypeIPv6
		}
		h := innermost(t, LinkRaw, c.data, len(c.data))
		p := gopacket.NewPacket(c.data, first, gopacket.NoCopy)
		for i := len(p.Layers()) - 1; i >= 0; i-- {
			l := p.Layers()[i]
			if l.LayerType() != layers.LayerTypeUDP && l.LayerType() != layers.LayerTypeTCP {
				continue
			}
			if bytes.Equal(l.LayerPayload(), data(c.data, h)) {
				agreed++
			} else {
				t.Logf("%s: the oracle has %x", c.name, l.LayerPayload())
			}
			break
		}
	}
	if agreed < 20 {
		t.Errorf("%d tunnels agree", agreed)
	}
}

func TestInnerAllocs(t *testing.T) {
	var h, inner Header
	for _, c := range tunnelCases {
		h.Decode(LinkRaw, c.data, len(c.data))
		if n := testing.AllocsPerRun(100, func() { h.Inner(c.data, &inner) }); n != 0 {
			t.Errorf("%s: %v allocations", c.name, n)
		}
	}
}

// TestTunnelNumber reads the number that the receiving end gave a tunnel, also
// for what lies in a further one inside; others have none.
func TestTunnelNumber(t *testing.T) {
	want := map[string]uint32{
		"gtp-u": 7, "gtp-u, extensions": 7, "gtp-u in gre in ip": 7, "pptp": 7, "ip in ip": 0, "gre in udp": 0, "geneve": 0,
	}
	for _, c := range tunnelCases {
		number, asked := want[c.name]
		if h := innermost(t, LinkRaw, c.data, len(c.data)); asked && h.Tunnel != number {
			t.Errorf("%s: number %d, want %d", c.name, h.Tunnel, number)
		}
		delete(want, c.name)
	}
	if len(want) > 0 {
		t.Errorf("no such cases: %v", want)
	}
	inside := overUDP(2152, gtp("30ff", "", over4(4, carriedUDP)))
	if h := innermost(t, LinkRaw, inside, len(inside)); h.Depth != 2 || h.Tunnel != 7 {
		t.Errorf("behind a tunnel in the tunnel: depth %d, number %d", h.Depth, h.Tunnel)
	}
}

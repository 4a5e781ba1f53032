package packet

import (
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// Pieces of packets, as hex; white space is for reading only.
const (
	macs     = "02005e107a01 02005e107ac4" // to, from
	cooked   = "0004 0001 0006 02005e107ac40000"
	ip4tcp   = "4500002e 00004000 40060000 c0000205 c6336407" // 46 bytes in all
	ip4udp   = "45000020 00004000 40110000 c0000205 c6336407" // 32 bytes in all
	ip6tcp   = "60000000 001a 06 40 20010db8000000000000000000000005 20010db8000100000000000000000007"
	tcpHead  = "c350 0050 00000001 00000002 5018 ffff 0000 0000"
	udpHead  = "c350 0035 000c 0000"
	sixBytes = "485454502f31"
	four     = "01020304"
)

func bytesOf(t testing.TB, parts ...string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(strings.Join(parts, "")), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// ip6ext is an IPv6 header of the given payload length and next header.
func ip6ext(length, next string) string {
	return strings.Replace(ip6tcp, "001a 06", length+next, 1)
}

// A packetCase is a packet and what is to be read of it.
type packetCase struct {
	name    string
	link    Link
	data    []string
	cut     int // bytes that were on the wire only
	status  Status
	proto   uint8
	payload string
	lost    int // Header.Cut
}

var cases = slices.Concat(ipCases, linkCases)

var ipCases = []packetCase{
	{"ethernet", LinkEthernet, []string{macs, "0800", ip4tcp, tcpHead, sixBytes}, 0, OK, TCP, sixBytes, 0},
	{"ethernet ipv6", LinkEthernet, []string{macs, "86dd", ip6tcp, tcpHead, sixBytes}, 0, OK, TCP, sixBytes, 0},
	{"padding", LinkEthernet, []string{macs, "0800", ip4udp, udpHead, four, "eeeeeeeeeeeeeeeeeeeeeeeeeeee"}, 0, OK, UDP, four, 0},
	{"padding cut", LinkEthernet, []string{macs, "0800", ip4udp, udpHead, four, "ee"}, 13, OK, UDP, four, 0},
	{"802.1Q", LinkEthernet, []string{macs, "8100 2007 0800", ip4udp, udpHead, four}, 0, OK, UDP, four, 0},
	{"QinQ", LinkEthernet, []string{macs, "88a8 0005 8100 0007 0800", ip4udp, udpHead, four}, 0, OK, UDP, four, 0},
	{"8 tags", LinkEthernet, []string{macs, strings.Repeat("8100 0007", 8), "0800", ip4udp, udpHead, four}, 0, OK, UDP, four, 0},
	{"9 tags", LinkEthernet, []string{macs, strings.Repeat("8100 0007", 9), "0800", four}, 0, TooDeep, 0, "0007 0800" + four, 0},
	{"802.3", LinkEthernet, []string{macs, "0004", four}, 0, NotIP, 0, four, 0},
	{"arp", LinkEthernet, []string{macs, "0806", four}, 0, NotIP, 0, four, 0},
	{"arp cut", LinkEthernet, []string{macs, "0806", four}, 24, NotIP, 0, four, 24},
	{"short ethernet", LinkEthernet, []string{macs}, 0, Malformed, 0, macs, 0},
	{"cut ethernet", LinkEthernet, []string{macs}, 60, Truncated, 0, macs, 60},
	{"cut tag", LinkEthernet, []string{macs, "8100 00"}, 60, Truncated, 0, "00", 60},
	{"sll", LinkSLL, []string{cooked, "0800", ip4udp, udpHead, four}, 0, OK, UDP, four, 0},
	{"sll tagged", LinkSLL, []string{cooked, "8100 0007 0800", ip4udp, udpHead, four}, 0, OK, UDP, four, 0},
	{"sll netlink", LinkSLL, []string{"0004 0338 0000 0000000000000000 0800", ip4udp}, 0, NotIP, 0, ip4udp, 0},
	{"short sll", LinkSLL, []string{cooked}, 0, Malformed, 0, cooked, 0},
	{"sll2", LinkSLL2, []string{"0800 0000 00000003 0001 04 06 02005e107ac40000", ip4udp, udpHead, four}, 0, OK, UDP, four, 0},
	{"short sll2", LinkSLL2, []string{"0800 0000 00000003"}, 9, Malformed, 0, "0800 0000 00000003", 9},
	{"raw", LinkRaw, []string{ip4udp, udpHead, four}, 0, OK, UDP, four, 0},
	{"raw ipv6", LinkRaw, []string{ip6tcp, tcpHead, sixBytes}, 0, OK, TCP, sixBytes, 0},
	{"raw 12", LinkRawBSD, []string{ip4udp, udpHead, four}, 0, OK, UDP, four, 0},
	{"raw 14", LinkRawOBSD, []string{ip4udp, udpHead, four}, 0, OK, UDP, four, 0},
	{"raw other", LinkRaw, []string{four}, 0, NotIP, 0, four, 0},
	{"raw empty", LinkRaw, nil, 0, Malformed, 0, "", 0},
	{"raw cut whole", LinkRaw, nil, 40, Truncated, 0, "", 40},
	{"ipv4 link", LinkIPv4, []string{ip4udp, udpHead, four}, 0, OK, UDP, four, 0},
	{"ipv4 link, ipv6", LinkIPv4, []string{ip6tcp}, 0, Malformed, 0, ip6tcp, 0},
	{"ipv6 link", LinkIPv6, []string{ip6tcp, tcpHead, sixBytes}, 0, OK, TCP, sixBytes, 0},
	{"ipv6 link, ipv4", LinkIPv6, []string{ip4tcp, tcpHead}, 0, Malformed, 0, ip4tcp + tcpHead, 0},
	{"null", LinkNull, []string{"02000000", ip4udp, udpHead, four}, 0, OK, UDP, four, 0},
	{"null, other order", LinkNull, []string{"0000001e", ip6tcp, tcpHead, sixBytes}, 0, OK, TCP, sixBytes, 0},
	{"loop", LinkLoop, []string{"00000002", ip4udp, udpHead, four}, 0, OK, UDP, four, 0},
	{"loop other", LinkLoop, []string{"00000007", four}, 0, NotIP, 0, four, 0},
	{"short loop", LinkLoop, []string{"0000"}, 0, Malformed, 0, "0000", 0},
	{"usb", 189, []string{four}, 0, UnsupportedLink, 0, four, 0},

	{"options", LinkRaw, []string{"46000024 00004000 40110000 c0000205 c6336407 94040000", udpHead, four}, 0, OK, UDP, four, 0},
	{"no length", LinkRaw, []string{strings.Replace(ip4udp, "0020", "0000", 1), "c350 0035 0000 0000", sixBytes}, 2, OK, UDP, sixBytes, 2},
	{"header too small", LinkRaw, []string{"44", ip4udp[2:], udpHead}, 0, Malformed, 0, "44" + ip4udp[2:] + udpHead, 0},
	{"header past length", LinkRaw, []string{"4f000020", ip4udp[8:], udpHead}, 0, Malformed, 0, "4f000020" + ip4udp[8:] + udpHead, 0},
	{"header past end", LinkRaw, []string{"4f000040", ip4udp[8:]}, 0, Malformed, 0, "4f000040" + ip4udp[8:], 0},
	{"header cut", LinkRaw, []string{"4f000040", ip4udp[8:]}, 44, Truncated, 0, "4f000040" + ip4udp[8:], 44},
	{"first fragment", LinkRaw, []string{strings.Replace(ip4udp, "4000", "2000", 1), udpHead, four}, 0, Fragment, UDP, udpHead + four, 0},
	{"last fragment", LinkRaw, []string{strings.Replace(ip4udp, "4000", "00b9", 1), udpHead, four}, 0, Fragment, UDP, udpHead + four, 0},
	{"icmp", LinkRaw, []string{strings.Replace(ip4udp, "4011", "4001", 1), udpHead, four}, 0, OK, ICMP, udpHead + four, 0},
	{"says more than there is", LinkRaw, []string{ip4tcp, tcpHead, "48"}, 0, OK, TCP, "48", 0},

	{"jumbogram", LinkRaw, []string{ip6ext("0000", "00"), "1100c20400000100", "c350 0035 0000 0000", four}, 0, OK, UDP, four, 0},
	{"atomic fragment", LinkRaw, []string{ip6ext("0014", "2c"), "1100 0000 00000009", udpHead, four}, 0, OK, UDP, four, 0},
	{"ipv6 fragment", LinkRaw, []string{ip6ext("0014", "2c"), "1100 0001 00000009", udpHead, four}, 0, Fragment, UDP, udpHead + four, 0},
	{"ipv6 later fragment", LinkRaw, []string{ip6ext("0014", "2c"), "1100 0008 00000009", udpHead, four}, 0, Fragment, UDP, udpHead + four, 0},
	{"authentication", LinkRaw, []string{ip6ext("0024", "33"), "1104 0000 00000001 00000001 000102030405060708090a0b", udpHead, four}, 0, OK, UDP, four, 0},
	{"no next header", LinkRaw, []string{ip6ext("0000", "3b"), four}, 0, OK, 59, "", 0},
	{"16 extensions", LinkRaw, []string{ip6ext("008c", "3c"), strings.Repeat("3c00010400000000", 15), "1100010400000000", udpHead, four}, 0, OK, UDP, four, 0},
	{"17 extensions", LinkRaw, []string{ip6ext("008c", "3c"), strings.Repeat("3c00010400000000", 16), udpHead, four}, 0, TooDeep, 60, udpHead + four, 0},
	{"extension past end", LinkRaw, []string{ip6ext("0008", "3c"), "1107010400000000"}, 0, Malformed, 60, "1107010400000000", 0},
	{"extension cut", LinkRaw, []string{ip6ext("0048", "3c"), "1107010400000000"}, 64, Truncated, 60, "1107010400000000", 64},

	{"tcp options", LinkRaw, []string{ip4tcp, "c350 0050 00000001 00000002 6018 ffff 0000 0000 01010101", "4854"}, 0, OK, TCP, "4854", 0},
	{"tcp offset small", LinkRaw, []string{ip4tcp, "c350 0050 00000001 00000002 4018 ffff 0000 0000", sixBytes}, 0, Malformed, TCP, "c350 0050 00000001 00000002 4018 ffff 0000 0000" + sixBytes, 0},
	{"tcp offset large", LinkRaw, []string{ip4tcp, "c350 0050 00000001 00000002 f018 ffff 0000 0000", sixBytes}, 0, Malformed, TCP, "c350 0050 00000001 00000002 f018 ffff 0000 0000" + sixBytes, 0},
	{"tcp header cut", LinkRaw, []string{ip4tcp, "c350 0050"}, 22, Truncated, TCP, "c350 0050", 22},
	{"tcp options cut", LinkRaw, []string{"4500003a", ip4tcp[8:], "c350 0050 00000001 00000002 8018 ffff 0000 0000 0101"}, 16, OK, TCP, "", 6},
	{"tcp payload cut", LinkEthernet, []string{macs, "0800", ip4tcp, tcpHead, "4854"}, 10, OK, TCP, "4854", 4},
	{"udp length bounds", LinkRaw, []string{ip4udp, "c350 0035 000a 0000", four}, 0, OK, UDP, "0102", 0},
	{"udp length small", LinkRaw, []string{ip4udp, "c350 0035 0007 0000", four}, 0, Malformed, UDP, "c350 0035 0007 0000" + four, 0},
	{"udp length large", LinkRaw, []string{ip4udp, "c350 0035 ffff 0000", four}, 0, OK, UDP, four, 0},
	{"udp short", LinkRaw, []string{"4500001a", ip4udp[8:], "c350 0035 0008"}, 0, Malformed, UDP, "c350 0035 0008", 0},
}

func TestDecode(t *testing.T) {
	for _, c := range cases {
		data := bytesOf(t, c.data...)
		var h Header
		if got := h.Decode(c.link, data, len(data)+c.cut); got != c.status || h.Status != c.status {
			t.Errorf("%s: status %v (returned %v), want %v", c.name, h.Status, got, c.status)
			continue
		}
		want := hex.EncodeToString(bytesOf(t, c.payload))
		if got := hex.EncodeToString(data[h.PayloadStart:h.PayloadEnd]); got != want {
			t.Errorf("%s: payload %s, want %s", c.name, got, want)
		}
		if h.Proto != c.proto || h.Cut != c.lost || h.Fragment != (c.status == Fragment) {
			t.Errorf("%s: proto %d, cut %d, fragment %v", c.name, h.Proto, h.Cut, h.Fragment)
		}
	}
}

// TestLacks has the IP header promise more than there was on the wire.
func TestLacks(t *testing.T) {
	four, six := checked(carriedUDP), carriedTCP6
	for _, c := range []struct {
		name       string
		data       []byte
		cut, lacks int
	}{
		{"ipv4", four, 0, 0},
		{"ipv4, 3 bytes gone", four[:29], 0, 3},
		{"ipv4, 3 bytes gone, 1 not captured", four[:28], 1, 3},
		{"ipv4, not captured", four[:29], 3, 0},
		{"ipv4, wrong checksum", carriedUDP[:29], 0, 0},
		{"ipv6", six, 0, 0},
		{"ipv6, 5 bytes gone", six[:len(six)-5], 0, 5},
		{"ipv6, not captured", six[:len(six)-5], 5, 0},
	} {
		if h := check(t, LinkRaw, c.data, len(c.data)+c.cut); h.Status != OK || h.Lacks != c.lacks || h.Cut != c.cut {
			t.Errorf("%s: %+v", c.name, h)
		}
	}
}

func TestFields(t *testing.T) {
	data := bytesOf(t, macs, "88a8 0005 8100 2007 0800", ip4tcp, tcpHead, sixBytes)
	var h Header
	h.Decode(LinkEthernet, data, len(data))
	want := Header{
		Link: LinkEthernet, HasMAC: true, EtherType: 0x0800, VLAN: 7,
		DstMAC: [6]byte{2, 0, 0x5e, 0x10, 0x7a, 1}, SrcMAC: [6]byte{2, 0, 0x5e, 0x10, 0x7a, 0xc4},
		Version: 4, TTL: 64, Proto: TCP, Src: AddrFrom(netip.MustParseAddr("192.0.2.5")), Dst: AddrFrom(netip.MustParseAddr("198.51.100.7")),
		SrcPort: 50000, DstPort: 80, Flags: PSH | ACK, Seq: 1, Ack: 2,
		Window: 0xffff, PayloadStart: 62, PayloadEnd: 68, transportStart: 42, summed: true, ipStart: 22,
	}
	if h != want {
		t.Errorf("got  %+v\nwant %+v", h, want)
	}
	data = bytesOf(t, cooked, "86dd", ip6tcp, tcpHead, sixBytes)
	h.Decode(LinkSLL, data, len(data))
	if h.SrcMAC != want.SrcMAC || h.DstMAC != [6]byte{} || !h.HasMAC || h.Version != 6 {
		t.Errorf("cooked: %+v", h)
	}
	if h.Src.String() != "2001:db8::5" || h.Dst.Netip() != netip.MustParseAddr("2001:db8:1::7") {
		t.Errorf("addresses %v, %v", h.Src, h.Dst)
	}
}

// TestExtensions passes every extension header there is, one after the other.
func TestExtensions(t *testing.T) {
	kinds := []byte{extHopByHop, extRouting, extDestination, extMobility, extHIP, extShim6, extAuth, extFragment}
	ext := make([]byte, 0, 200)
	for i := range kinds {
		next := byte(UDP)
		if i+1 < len(kinds) {
			next = kinds[i+1]
		}
		size := 24 // (2+1)*8, and (4+2)*4 for the authentication header
		b := make([]byte, size)
		b[0], b[1] = next, 2
		switch kinds[i] {
		case extAuth:
			b[1] = 4
		case extFragment:
			b, b[1] = b[:8], 0xff // reserved there
		}
		ext = append(ext, b...)
	}
	data := bytesOf(t, ip6ext("0000", "00"), hex.EncodeToString(ext), udpHead, four)
	var h Header
	if h.Decode(LinkIPv6, data, len(data)) != OK || h.Proto != UDP || h.DstPort != 53 {
		t.Fatalf("%+v", h)
	}
	if got := data[h.PayloadStart:h.PayloadEnd]; hex.EncodeToString(got) != four {
		t.Errorf("payload %x", got)
	}
}

func TestStatus(t *testing.T) {
	words := map[string]bool{}
	for _, s := range Statuses {
		words[s.String()] = true
		if (s.Skip() == "") != (s == OK) {
			t.Errorf("%v: skip reason %q", s, s.Skip())
		}
	}
	if len(words) != len(Statuses) {
		t.Errorf("statuses share a word: %v", words)
	}
	if UnsupportedLink.Skip() != telltale.SkipUnsupportedLink || Fragment.Skip() != telltale.SkipFragIncomplete {
		t.Error("skip reasons are mixed up")
	}
}

func TestLinkNames(t *testing.T) {
	for _, c := range cases {
		data := bytesOf(t, c.data...)
		var h Header
		supported := h.Decode(c.link, data, len(data)) != UnsupportedLink
		if supported == strings.HasPrefix(c.link.String(), "link-") {
			t.Errorf("%d is called %s", uint16(c.link), c.link)
		}
	}
}

func TestDecodeAllocs(t *testing.T) {
	var h Header
	for _, c := range cases {
		data := bytesOf(t, c.data...)
		if n := testing.AllocsPerRun(100, func() { h.Decode(c.link, data, len(data)+c.cut) }); n != 0 {
			t.Errorf("%s: %v allocations", c.name, n)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, c := range cases {
		switch c.name {
		case "ethernet", "ethernet ipv6", "QinQ", "sll", "raw":
		default:
			continue
		}
		data := bytesOf(b, c.data...)
		b.Run(strings.ReplaceAll(c.name, " ", "-"), func(b *testing.B) {
			b.ReportAllocs()
			var h Header
			for b.Loop() {
				h.Decode(c.link, data, len(data))
			}
		})
	}
}

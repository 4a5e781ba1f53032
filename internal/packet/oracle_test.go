package packet

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// oracles decode the links that the oracle knows.
var oracles = map[Link]gopacket.Decoder{
	LinkEthernet: layers.LinkTypeEthernet, LinkSLL: layers.LinkTypeLinuxSLL,
	LinkIPv4: layers.LayerTypeIPv4, LinkIPv6: layers.LayerTypeIPv6,
	LinkWiFi: layers.LinkTypeIEEE802_11, LinkRadiotap: layers.LinkTypeIEEE80211Radio, LinkPPP: layers.LayerTypePPP,
}

// TestOracle compares with an independent decoder, on sound packets and on
// packets with a few bytes changed. Where that decoder is stricter, it only
// has to agree on what it accepts.
func TestOracle(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	agreed := 0
	for _, c := range cases {
		if oracles[c.link] == nil {
			continue
		}
		sound := bytesOf(t, c.data...)
		for i := range 2000 {
			data := bytes.Clone(sound)
			for range min(i, 3) {
				if len(data) > 0 && c.link != LinkRadiotap { // fields past its own length mean nothing
					data[rnd.IntN(len(data))] = byte(rnd.Uint32())
				}
			}
			if compare(t, c.link, data) {
				agreed++
			}
		}
	}
	if agreed < 10_000 {
		t.Errorf("only %d packets were compared to the end", agreed)
	}
}

// compare reports whether both decoders came as far as TCP or UDP.
func compare(t *testing.T, link Link, data []byte) bool {
	t.Helper()
	seen := data
	if link == LinkWiFi { // the oracle expects a checksum at the end
		seen = append(bytes.Clone(data), 0, 0, 0, 0)
	}
	p := gopacket.NewPacket(seen, oracles[link], gopacket.NoCopy)
	var h Header
	h.Decode(link, data, len(data))
	if ip, ok := p.NetworkLayer().(*layers.IPv4); ok && ip.SrcIP != nil && h.Version == 4 {
		same(t, data, "addresses", h.Src.Netip().AsSlice(), ip.SrcIP, h.Dst.Netip().AsSlice(), ip.DstIP)
	}
	if wrongVersion(p) || laxer(&h, p) {
		return false
	}
	switch l := p.TransportLayer().(type) {
	case *layers.TCP:
		if p.ErrorLayer() != nil {
			if h.Status != Malformed {
				return complain(t, data, h, p)
			}
			return false
		}
		if h.Status != OK || h.Proto != TCP {
			return complain(t, data, h, p)
		}
		if h.SrcPort != uint16(l.SrcPort) || h.DstPort != uint16(l.DstPort) || h.Seq != l.Seq || h.Ack != l.Ack ||
			h.Flags&FIN != 0 != l.FIN || h.Flags&SYN != 0 != l.SYN || h.Flags&RST != 0 != l.RST ||
			h.Flags&PSH != 0 != l.PSH || h.Flags&ACK != 0 != l.ACK || h.Flags&URG != 0 != l.URG {
			return complain(t, data, h, p)
		}
		same(t, data, "payload", data[h.PayloadStart:h.PayloadEnd], l.Payload)
		return true
	case *layers.UDP:
		if len(l.Contents) < 8 || l.Length > 0 && l.Length < 8 {
			return false
		}
		if h.Status != OK || h.Proto != UDP || h.SrcPort != uint16(l.SrcPort) || h.DstPort != uint16(l.DstPort) {
			return complain(t, data, h, p)
		}
		same(t, data, "payload", data[h.PayloadStart:h.PayloadEnd], l.Payload)
		return true
	}
	return false
}

// wrongVersion reports whether the oracle took an IP header for one of
// another version, which it does not look at.
func wrongVersion(p gopacket.Packet) bool {
	switch ip := p.NetworkLayer().(type) {
	case *layers.IPv4:
		return ip.Version != 4
	case *layers.IPv6:
		return ip.Version != 6
	}
	return false
}

// laxer reports whether the oracle read on below IP where a field says that
// something else follows, or a length that there is less.
func laxer(h *Header, p gopacket.Packet) bool {
	if h.Status == OK {
		return false
	}
	for _, l := range []gopacket.LayerType{layers.LayerTypeLLC, layers.LayerTypePPPoE, layers.LayerTypePPP, layers.LayerTypeMPLS, layers.LayerTypeDot11, layers.LayerTypeRadioTap} {
		if p.Layer(l) != nil {
			return true
		}
	}
	return false
}

func complain(t *testing.T, data []byte, h Header, p gopacket.Packet) bool {
	t.Helper()
	t.Fatalf("%x\n%+v\n%v", data, h, p)
	return false
}

func same(t *testing.T, data []byte, what string, pairs ...[]byte) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !bytes.Equal(pairs[i], pairs[i+1]) {
			t.Fatalf("%x\n%s: %x, want %x", data, what, pairs[i], pairs[i+1])
		}
	}
}

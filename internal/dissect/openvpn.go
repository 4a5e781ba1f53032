package dissect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/wire"
)

// openVPN recognises the datagrams of OpenVPN (its protocol's description in
// ssl.h of its source) by the packets that begin a connection. Those of its
// control channel, which carries TLS, become messages; data is passed over.
var openVPN = &Dissector{
	Name:  "openvpn",
	Ports: []uint16{1194},
	Proto: packet.UDP,
	Probe: probeOpenVPN,
	New:   func(*flow.Flow) Parser { return new(openVPNParser) },
}

// The packets, by the upper five bits of their first byte.
const (
	vpnData1       = 6
	vpnClientReset = 7 // version 2
	vpnServerReset = 8
	vpnData2       = 9
	vpnClientThird = 10
	vpnLast        = 11
)

// A reset without a signature holds its opcode, the number of the connection,
// no acknowledgement, and packet number 0.
const vpnReset = 1 + 8 + 1 + 4

func probeOpenVPN(_ telltale.Direction, b []byte, port uint16) Verdict {
	if len(b) < vpnReset || b[0]&7 != 0 {
		return No
	}
	op := b[0] >> 3
	if port == 1194 {
		return yesIf(op == vpnClientReset || op == vpnServerReset || op == vpnClientThird)
	}
	c := wire.New(b)
	c.Bytes(1 + 8)
	none, number := c.U8(), c.U32()
	return yesIf(op == vpnClientReset && len(b) == vpnReset && none == 0 && number == 0)
}

type openVPNParser struct{ half }

func (p *openVPNParser) Parse(d telltale.Direction, at int64, b []byte, s Sink) (int, error) {
	if len(b) == 0 {
		return 0, errDatagram
	}
	switch op := b[0] >> 3; {
	case op == vpnData1 || op == vpnData2:
		s.Opaque(d, at, int64(len(b)), openVPN.Name)
	case op == 0 || op > vpnLast:
		return 0, errDatagram
	default:
		p.begin(Message{Proto: openVPN.Name, Dir: d, Protection: telltale.Open, Start: at, BodyName: "openvpn.control"}, s)
		p.body(at, b, s)
		p.end(s)
	}
	return len(b), nil
}

func (*openVPNParser) Gap(telltale.Direction, int64, int64, Sink) bool { return true }

func (*openVPNParser) Close(telltale.Direction, Sink) {}

// openVPNTCP recognises OpenVPN over TCP: each packet after its length.
var openVPNTCP = &Dissector{
	Name:  "openvpn",
	Ports: []uint16{1194},
	Proto: packet.TCP,
	Probe: probeOpenVPNTCP,
	New:   func(*flow.Flow) Parser { return new(openVPNStream) },
}

// maxVPNReset is how long the first packet of a connection may be, with the
// longest signature, its number and its time.
const maxVPNReset = vpnReset + 64 + 8

func probeOpenVPNTCP(d telltale.Direction, b []byte, port uint16) Verdict {
	if len(b) > 0 && b[0] != 0 {
		return No
	}
	c := wire.New(b)
	n := int(c.U16())
	switch {
	case !c.OK():
		return Maybe
	case n < vpnReset || n > maxVPNReset:
		return No
	case c.Len() < n:
		if c.Len() > 0 && c.Rest()[0]&7 != 0 {
			return No
		}
		return Maybe
	}
	return probeOpenVPN(d, c.Bytes(n), port)
}

// openVPNStream reads both directions.
type openVPNStream struct {
	openVPNParser
	left [2]int64 // bytes to come of the data packet in hand
}

func (p *openVPNStream) Parse(d telltale.Direction, at int64, b []byte, s Sink) (used int, err error) {
	for used < len(b) {
		n := 0
		if p.left[d] > 0 {
			n = int(min(p.left[d], int64(len(b)-used)))
			s.Opaque(d, at+int64(used), int64(n), openVPN.Name)
			p.left[d] -= int64(n)
		} else if n, err = p.packet(d, at+int64(used), b[used:], s); n == 0 || err != nil {
			return used, err
		}
		used += n
	}
	return used, nil
}

// packet reads the packet that b begins with, or the head of one of data, and
// returns how many bytes that took; 0 where more are needed.
func (p *openVPNStream) packet(d telltale.Direction, at int64, b []byte, s Sink) (int, error) {
	c := wire.New(b)
	n, op := int(c.U16()), c.U8()>>3
	switch {
	case !c.OK():
		return 0, nil
	case n == 0 || op == 0 || op > vpnLast:
		return 0, errDatagram
	case op == vpnData1 || op == vpnData2:
		s.Opaque(d, at, vpnLength, openVPN.Name)
		p.left[d] = int64(n)
		return vpnLength, nil
	case len(b) < vpnLength+n:
		return 0, nil
	}
	p.begin(Message{Proto: openVPN.Name, Dir: d, Protection: telltale.Open, Start: at, BodyName: "openvpn.control"}, s)
	p.body(at, b[:vpnLength+n], s)
	p.end(s)
	return vpnLength + n, nil
}

// vpnLength is how many bytes say how long a packet is.
const vpnLength = 2

// Gap goes on where the missing bytes end within a data packet.
func (p *openVPNStream) Gap(d telltale.Direction, _, n int64, _ Sink) bool {
	inside := n <= p.left[d]
	p.left[d] = max(p.left[d]-n, 0)
	return inside
}

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

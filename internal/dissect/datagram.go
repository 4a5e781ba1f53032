package dissect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/wire"
)

// datagram reads a protocol whose every datagram is one message.
type datagram struct {
	half
	proto string
	read  func(c *wire.Cursor, x *spans) bool // false: not of the protocol
	x     spans
}

// datagrams returns the dissector of such a protocol. sound tells its datagrams
// at one of its ports; where anywhere is set they are known at any.
func datagrams(name string, ports []uint16, anywhere bool, sound func(b []byte) bool, read func(*wire.Cursor, *spans) bool) *Dissector {
	c := &Dissector{Name: name, Ports: ports, Proto: packet.UDP, Lone: true}
	c.Probe = func(_ telltale.Direction, b []byte, port uint16) Verdict {
		return yesIf((anywhere || c.serves(port)) && sound(b))
	}
	c.New = func(*flow.Flow) Parser { return &datagram{proto: name, read: read} }
	c.Renew = func(p Parser, _ *flow.Flow) { p.(*datagram).half = half{} }
	return c
}

func (p *datagram) Parse(d telltale.Direction, at int64, b []byte, s Sink) (int, error) {
	p.x.reset()
	c := wire.New(b)
	if len(b) == 0 || !p.read(&c, &p.x) {
		return 0, errDatagram
	}
	p.begin(Message{Proto: p.proto, Dir: d, Protection: telltale.Open, Start: at, Facts: p.x.facts}, s)
	p.x.tell(&p.half, at, b, s)
	p.end(s)
	return len(b), nil
}

func (*datagram) Gap(telltale.Direction, int64, int64, Sink) bool { return true }

func (*datagram) Close(telltale.Direction, Sink) {}

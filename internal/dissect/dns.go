package dissect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/wire"
)

const (
	portDNS   = 53
	portMDNS  = 5353 // RFC 6762
	portLLMNR = 5355 // RFC 4795
	portNBNS  = 137  // RFC 1002: NetBIOS names look like DNS and are not
)

var dnsPorts = []uint16{portDNS, portMDNS, portLLMNR}

// dns reads DNS datagrams (RFC 1035), mDNS and LLMNR among them.
var dns = &Dissector{
	Name:  "dns",
	Ports: dnsPorts,
	Proto: packet.UDP,
	Probe: func(_ telltale.Direction, b []byte, port uint16) Verdict {
		return yesIf(port != portNBNS && opensDNS(b, !isDNSPort(port)))
	},
	New:   func(f *flow.Flow) Parser { return &dnsParser{proto: dnsProto(f)} },
	Renew: renewDNS,
	Lone:  true,
}

// dnsTCP reads DNS over TCP: each message after its length (RFC 7766,
// section 8).
var dnsTCP = &Dissector{
	Name:  "dns",
	Ports: dnsPorts,
	Proto: packet.TCP,
	Probe: func(_ telltale.Direction, b []byte, port uint16) Verdict {
		return probeDNSTCP(b, !isDNSPort(port))
	},
	New:   func(f *flow.Flow) Parser { return &dnsParser{proto: dnsProto(f), prefix: 2} },
	Renew: renewDNS,
}

// dnsParser reads one flow. A message is read whole or not at all, so that
// nothing is kept but buffers.
type dnsParser struct {
	half
	proto  string
	prefix int // bytes of length before each message
	msg    dnsMessage
}

func renewDNS(old Parser, f *flow.Flow) {
	p := old.(*dnsParser)
	p.proto, p.half = dnsProto(f), half{}
}

func (p *dnsParser) Parse(d telltale.Direction, at int64, b []byte, s Sink) (used int, err error) {
	for used < len(b) {
		n, err := p.message(d, at+int64(used), b[used:], s)
		if n == 0 || err != nil {
			return used, err
		}
		used += n
	}
	return used, nil
}

// message reads the message that b begins with and returns its length, 0
// where it is not whole yet.
func (p *dnsParser) message(d telltale.Direction, at int64, b []byte, s Sink) (int, error) {
	end := len(b)
	if p.prefix > 0 {
		c := wire.New(b)
		c.Vec16()
		if !c.OK() {
			return 0, nil
		}
		end = c.Off()
	}
	m := &p.msg
	if !m.open(b[p.prefix:end], false) {
		return 0, errDNS
	}
	m.finish()
	p.begin(Message{
		Proto: p.proto, Dir: d, Protection: telltale.Open, Start: at, Wire: int64(end),
		Truncated: m.cut, DNS: &m.DNS,
	}, s)
	at += int64(p.prefix)
	for _, q := range m.questions {
		s.Field(p.m, Field{Name: "dns.name", Data: q.text, At: at + int64(q.off)})
	}
	if rest := m.c.Rest(); len(rest) > 0 {
		s.Field(p.m, Field{Name: "dns.rest", Data: rest, At: at + int64(end-p.prefix-len(rest))})
	}
	p.end(s)
	return end, nil
}

// Gap goes on: where whole messages are missing the next bytes begin one,
// and where they do not Parse will tell.
func (p *dnsParser) Gap(telltale.Direction, int64, int64, Sink) bool { return true }

func (p *dnsParser) Close(telltale.Direction, Sink) {}

// maxFirstQuestion is where the first question of a message over TCP ends at
// the latest: length, header, name, type and class.
const maxFirstQuestion = 2 + dnsHeader + maxDNSName + 4

// probeDNSTCP judges the first bytes of a stream.
func probeDNSTCP(b []byte, strict bool) Verdict {
	c := wire.New(b)
	whole := c.Vec16()
	switch {
	case len(b) < 2:
		return Maybe
	case c.OK():
		return yesIf(opensDNS(whole.Rest(), strict))
	}
	part := wire.New(b)
	n := int(part.U16())
	head := part
	switch h := readDNSHead(&head); {
	case n < dnsHeader, head.OK() && !h.sound(strict):
		return No
	case opensDNS(part.Rest(), strict):
		return Yes
	case len(b) < maxFirstQuestion:
		return Maybe
	}
	return No
}

func isDNSPort(port uint16) bool {
	return port == portDNS || port == portMDNS || port == portLLMNR
}

// dnsProto tells the siblings apart, which only their ports do.
func dnsProto(f *flow.Flow) string {
	switch {
	case f.SrcPort == portMDNS || f.DstPort == portMDNS:
		return "mdns"
	case f.SrcPort == portLLMNR || f.DstPort == portLLMNR:
		return "llmnr"
	}
	return "dns"
}

package dissect

import (
	"slices"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/wire"
)

// dtls reads the records of DTLS 1.0 and 1.2, and the greeting of 1.3
// (RFC 6347, RFC 9147): the handshake in clear becomes messages, sealed
// records are passed over.
var dtls = &Dissector{
	Name:  "dtls",
	Ports: []uint16{853, 4433, 5349, 5684},
	Proto: packet.UDP,
	Probe: probeDTLS,
	New:   func(*flow.Flow) Parser { return new(dtlsParser) },
}

const (
	dtlsHeader = 13
	helloAsk   = 3 // HelloVerifyRequest

	dtls10 = 0xfeff
	dtls12 = 0xfefd
	dtls13 = 0xfefc
)

// dtlsRecord is a record's header (RFC 6347, section 4.1).
type dtlsRecord struct {
	typ            uint8
	version, epoch uint16
	length         int
}

func readDTLS(c *wire.Cursor) (r dtlsRecord) {
	r = dtlsRecord{typ: c.U8(), version: c.U16(), epoch: c.U16()}
	c.Bytes(6) // number
	r.length = int(c.U16())
	return r
}

// sound reports whether the header is one of DTLS.
func (r dtlsRecord) sound() bool {
	return recordCCS <= r.typ && r.typ <= recordHeartbeat && (r.version == dtls10 || r.version == dtls12) && r.length > 0 && r.length <= maxRecord
}

// probeDTLS knows a datagram that is records from end to end.
func probeDTLS(_ telltale.Direction, b []byte, _ uint16) Verdict {
	c := wire.New(b)
	for c.Len() > 0 {
		r := readDTLS(&c)
		if !c.OK() || !r.sound() {
			return No
		}
		c.Bytes(r.length)
	}
	return yesIf(c.OK() && len(b) > 0)
}

// dtlsParser reads both directions.
type dtlsParser struct {
	half
	hello []byte // without its cookie, for fingerprints
	tls   TLS
	parts *dtlsParts // of a greeting in several fragments; nil: none began
}

func (p *dtlsParser) Parse(d telltale.Direction, at int64, b []byte, s Sink) (int, error) {
	c := wire.New(b)
	for used := 0; used < len(b); used = c.Off() {
		r := readDTLS(&c)
		body := c.Bytes(r.length)
		if !c.OK() || !r.sound() {
			return used, errRecord
		}
		record := b[used:c.Off()]
		if r.epoch > 0 || r.typ == recordData {
			s.Opaque(d, at+int64(used), int64(len(record)), dtls.Name)
			continue
		}
		m := Message{Proto: dtls.Name, Dir: d, Protection: telltale.Open, Start: at + int64(used)}
		var g *dtlsParts
		if r.typ == recordHandshake {
			g = p.greets(&m, body)
		}
		p.begin(m, s)
		p.field(Field{Name: "dtls.handshake", Data: record, At: m.Start}, s)
		if g != nil && g.want == 0 {
			p.again(g.field(), s)
		}
		p.end(s)
	}
	return len(b), nil
}

// greets reads a ClientHello that b, the payload of record m, is, or the last
// missing fragment of. It returns the greeting that b is a fragment of, nil where
// it is none.
func (p *dtlsParser) greets(m *Message, b []byte) *dtlsParts {
	f, ok := readDTLSFragment(b, m.Start+dtlsHeader)
	if !ok {
		return nil
	}
	var g *dtlsParts
	body := f.body
	if !f.whole() {
		if g = p.gather(&f); g == nil {
			return nil
		}
		m.Parts = &g.Parts
		if g.want > 0 {
			return g
		}
		body = g.body
	}
	if p.read(body) {
		m.TLS = &p.tls
	}
	return g
}

// read takes what the body of a greeting says.
func (p *dtlsParser) read(body []byte) bool {
	c := wire.New(body)
	c.Bytes(2 + 32)
	c.Vec8() // session id
	before := c.Off()
	c.Vec8() // cookie
	if !c.OK() {
		return false
	}
	p.hello = append(append(p.hello[:0], body[:before]...), c.Rest()...)
	p.tls = TLS{hello: p.hello, overDTLS: true}
	hello := wire.New(p.hello)
	if _, ok := p.tls.read(&hello); !ok {
		return false
	}
	p.tls.Version = dtlsVersion(p.hello)
	return true
}

// dtlsVersion names the highest version that a hello offers.
func dtlsVersion(hello []byte) string {
	o := readOffer(hello, nil, nil)
	switch {
	case slices.Contains(o.versions, dtls13):
		return "DTLS 1.3"
	case o.version == dtls12, slices.Contains(o.versions, dtls12):
		return "DTLS 1.2"
	}
	return "DTLS 1.0"
}

func (*dtlsParser) Gap(telltale.Direction, int64, int64, Sink) bool { return true }

func (*dtlsParser) Close(telltale.Direction, Sink) {}

package dissect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/wire"
)

// supl reads how a phone asks for help in finding its place (OMA ULP 1.0 to
// 2.0, in the unaligned packed encoding of ITU-T X.691): it says who it is by
// the number of its SIM or its telephone number, and which cell it is in. Most of it
// goes over TLS; this is for where it does not.
var supl = &Dissector{
	Name:  "supl",
	Ports: []uint16{7276},
	Proto: packet.TCP,
	Probe: probeSUPL,
	New:   func(*flow.Flow) Parser { return new(suplParser) },
}

const (
	suplHead = 5       // bytes of length and version
	maxSUPL  = 8 << 10 // of the longest message that is waited for
)

// probeSUPL knows a message at its port by its length and version.
func probeSUPL(_ telltale.Direction, b []byte, port uint16) Verdict {
	c := wire.New(b)
	length, major, minor := c.U16(), c.U8(), c.U8()
	switch {
	case port != 7276:
		return No
	case !c.OK():
		return Maybe
	}
	return yesIf(length > suplHead && length <= maxSUPL && (1 <= major && major <= 3) && minor <= 3)
}

// suplParser reads both directions.
type suplParser [2]suplHalf

type suplHalf struct {
	half
	suplMessage
}

func (p *suplParser) Parse(d telltale.Direction, at int64, b []byte, s Sink) (used int, err error) {
	h := &p[d]
	for used < len(b) {
		c := wire.New(b[used:])
		length := int(c.U16())
		if !c.OK() {
			return used, nil
		}
		if length <= suplHead || length > maxSUPL {
			return used, errDatagram
		}
		if len(b)-used < length {
			return used, nil
		}
		h.message(d, at+int64(used), b[used:used+length], s)
		used += length
	}
	return used, nil
}

// message tells one message.
func (h *suplHalf) message(d telltale.Direction, at int64, b []byte, s Sink) {
	h.read(b)
	h.begin(Message{Proto: supl.Name, Dir: d, Protection: telltale.Open, Start: at, Facts: h.facts}, s)
	done := 0
	for _, p := range h.parts {
		h.raw(at, b, done, p.from, s)
		h.field(Field{Name: p.name, Data: p.text, At: at + int64(p.from), Wire: b[p.from:p.to], Form: "per"}, s)
		done = p.to
	}
	h.raw(at, b, done, len(b), s)
	h.end(s)
}

// raw gives the bytes between parts as they are.
func (h *suplHalf) raw(at int64, b []byte, from, to int, s Sink) {
	if from < to {
		h.field(Field{Name: "supl", Data: b[from:to], At: at + int64(from)}, s)
	}
}

func (p *suplParser) Gap(d telltale.Direction, _, _ int64, _ Sink) bool { return true }

func (p *suplParser) Close(telltale.Direction, Sink) {}

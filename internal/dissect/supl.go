package dissect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/wire"
)

// supl reads how a phone asks for help in finding its place (OMA ULP 1.0 to
// 2.0, in the unaligned packed encoding of ITU-T X.691): it says who it is by
// the number of its SIM or its telephone number. Most of it goes over TLS; this
// is for where it does not.
var supl = &Dissector{
	Name:  "supl",
	Ports: []uint16{7276},
	Proto: packet.TCP,
	Probe: probeSUPL,
	New:   func(*flow.Flow) Parser { return new(suplParser) },
}

var suplMessages = [8]string{"init", "start", "response", "posinit", "pos", "end", "authreq", "authresp"}

// The kinds of names for the phone, its SET.
const (
	setMSISDN = iota
	setMDN
	setMIN
	setIMSI
	setNAI
	setAddress
)

var setNames = [6]string{"msisdn", "mdn", "min", "imsi", "nai", "address"}

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
	set   [9]byte // the name, moved to whole bytes
	facts []Fact
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

// message tells one message. The name does not begin with a byte: it is moved,
// and stands as a body for the bytes that it lies in.
func (h *suplHalf) message(d telltale.Direction, at int64, b []byte, s Sink) {
	h.facts = h.facts[:0]
	r := bits{b: b, at: 8 * suplHead}
	start, n := h.session(&r)
	m := Message{Proto: supl.Name, Dir: d, Protection: telltale.Open, Start: at, BodyName: "supl.set_id", Facts: h.facts, Opened: n > 0}
	h.begin(m, s)
	h.field(Field{Name: "supl", Data: b[:start], At: at}, s)
	if n > 0 {
		h.body(at+int64(start), h.set[:n], s)
	}
	if rest := b[start+n:]; len(rest) > 0 {
		h.field(Field{Name: "supl", Data: rest, At: at + int64(start+n)}, s)
	}
	h.end(s)
}

// session reads who speaks in which session, and returns the bytes of the
// message that the name was moved from.
func (h *suplHalf) session(r *bits) (start, n int) {
	set, slp := r.take(1) == 1, r.take(1) == 1
	start = len(r.b)
	if set {
		r.take(16) // number of the session
		if extended := r.take(1) == 1; extended {
			return start, 0
		}
		kind := int(r.take(3))
		if kind > setNAI {
			return start, 0
		}
		first := r.at
		for i := range 8 {
			h.set[i] = byte(r.take(8))
		}
		if kind == setMIN || kind == setNAI || r.short {
			return start, 0
		}
		h.facts = append(h.facts, Fact{"set_kind", []byte(setNames[kind])}, Fact{"set_id", digitsOf(h.set[:8])})
		start, n = first/8, 8
	}
	if !slp && !r.short {
		r.take(1) // may be extended
		h.facts = append(h.facts, Fact{"message", []byte(suplMessages[r.take(3)])})
	}
	return start, n
}

// digitsOf reads digits that are packed two to a byte, the lower half first.
func digitsOf(b []byte) (digits []byte) {
	for _, x := range b {
		for _, half := range [2]byte{x & 15, x >> 4} {
			if half > 9 {
				return digits
			}
			digits = append(digits, '0'+half)
		}
	}
	return digits
}

// bits reads numbers that begin anywhere in a byte.
type bits struct {
	b     []byte
	at    int // in bits
	short bool
}

// take reads n bits.
func (r *bits) take(n int) (v uint) {
	for range n {
		if r.at>>3 >= len(r.b) {
			r.short = true
			return 0
		}
		v = v<<1 | uint(r.b[r.at>>3]>>(7-r.at&7)&1)
		r.at++
	}
	return v
}

func (p *suplParser) Gap(d telltale.Direction, _, _ int64, _ Sink) bool { return true }

func (p *suplParser) Close(telltale.Direction, Sink) {}

package dissect

import (
	"bytes"
	"strconv"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/wire"
)

// ike reads how IPsec is agreed on (RFC 2408, RFC 7296), with which phones
// also reach their operator over Wi-Fi: what is in clear becomes a message,
// with the identity where one shows. Sealed messages, and packets of IPsec in
// the same flow (RFC 3948), are passed over.
var ike = &Dissector{
	Name:  "ike",
	Ports: []uint16{500, portNAT},
	Proto: packet.UDP,
	Probe: probeIKE,
	New:   func(*flow.Flow) Parser { return new(ikeParser) },
}

const (
	portNAT   = 4500 // RFC 3948
	ikeHeader = 28

	ike1ID      = 5
	ike2IDi     = 35
	ike2IDr     = 36
	ike2Sealed  = 46 // encrypted and authenticated
	ike2Partial = 53 // a fragment of such (RFC 7383)
)

// ikeHead is a message's header (RFC 7296, section 3.1).
type ikeHead struct {
	next, version, exchange, flags uint8
}

// readIKE reads the header of a message that is all of b.
func readIKE(b []byte) (h ikeHead, ok bool) {
	c := wire.New(b)
	initiator := c.Bytes(8)
	c.Bytes(8)
	h = ikeHead{c.U8(), c.U8(), c.U8(), c.U8()}
	c.U32() // message id
	length := c.U32()
	return h, c.OK() && (h.version == 0x10 || h.version == 0x20) && int64(length) == int64(len(b)) && !allZero(initiator)
}

func allZero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }

// sealed reports whether the payloads cannot be read without a key.
func (h ikeHead) sealed() bool {
	if h.version == 0x10 {
		return h.flags&1 != 0
	}
	return h.next == ike2Sealed || h.next == ike2Partial
}

// marker stands before messages where packets of IPsec come too.
const marker = "\x00\x00\x00\x00"

func probeIKE(_ telltale.Direction, b []byte, port uint16) Verdict {
	if rest, marked := bytes.CutPrefix(b, []byte(marker)); marked && port == portNAT {
		b = rest
	} else if port == portNAT {
		return yesIf(isESP(b))
	}
	_, ok := readIKE(b)
	return yesIf(ok)
}

// isESP reports whether b may be a packet of ESP (RFC 4303): a number of its
// own, a count from 1, and as much as a cipher needs.
func isESP(b []byte) bool {
	c := wire.New(b)
	spi, count := c.U32(), c.U32()
	return c.OK() && spi > 255 && 0 < count && count < 1<<24 && c.Len() >= 24
}

// inClear reports whether a packet of ESP carries an IP packet that nothing
// seals (RFC 2410).
func inClear(b []byte) bool {
	c := wire.New(b)
	c.Bytes(8)
	first := c.U8()
	c.U8()
	length := int(c.U16())
	inner := len(b) - 8
	return c.OK() && first == 0x45 && length <= inner && length+64 > inner
}

type ikeParser struct {
	half
	x spans
}

func (p *ikeParser) Parse(d telltale.Direction, at int64, b []byte, s Sink) (int, error) {
	skip := 0
	if isPrefix(b, marker) == Yes {
		skip = len(marker)
	}
	h, ok := readIKE(b[skip:])
	switch {
	case !ok && isESP(b) && !inClear(b):
		s.Opaque(d, at, int64(len(b)), "ipsec")
		return len(b), nil
	case !ok:
		return 0, errDatagram
	}
	end := len(b)
	if h.sealed() {
		end = skip + ikeHeader
	}
	p.x.reset()
	p.x.fact("version", strconv.AppendInt(nil, int64(h.version>>4), 10))
	p.x.fact("exchange", strconv.AppendInt(nil, int64(h.exchange), 10))
	if !h.sealed() {
		p.x.payloads(b, skip, h)
	}
	p.begin(Message{Proto: ike.Name, Dir: d, Protection: telltale.Open, Start: at, Facts: p.x.facts}, s)
	p.x.tell(&p.half, at, b[:end], s)
	p.end(s)
	if end < len(b) {
		s.Opaque(d, at+int64(end), int64(len(b)-end), "ipsec")
	}
	return len(b), nil
}

// payloads names the identities among the payloads (RFC 7296, section 3.2;
// RFC 2408, section 3.2).
func (x *spans) payloads(b []byte, skip int, h ikeHead) {
	c := wire.New(b)
	c.Seek(skip + ikeHeader)
	for next := h.next; next != 0 && c.Len() > 0; {
		typ := next
		next = c.U8()
		c.U8()
		n := int(c.U16()) - 4
		start := c.Off()
		body := c.Bytes(n)
		if !c.OK() {
			return
		}
		if (typ == ike1ID || typ == ike2IDi || typ == ike2IDr) && n > 4 {
			x.cut("ike.id", start+4, n-4)
			if kind := body[0]; kind == 2 || kind == 3 || kind == 11 { // a name, an address of a user, or anything
				x.fact("id", body[4:])
			}
		}
	}
}

func (*ikeParser) Gap(telltale.Direction, int64, int64, Sink) bool { return true }

func (*ikeParser) Close(telltale.Direction, Sink) {}

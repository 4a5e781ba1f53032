package dissect

import (
	"math"
	"slices"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/wire"
)

// tls reads the records of SSL 3.0 to TLS 1.3 (RFC 8446, section 5). What a
// handshake tells in clear becomes messages; sealed records are passed over
// by their length and never looked at.
var tls = &Dissector{
	Name:  "tls",
	Ports: tlsPorts,
	Proto: packet.TCP,
	Probe: probeTLS,
	New:   func(*flow.Flow) Parser { return new(tlsParser) },
	Renew: func(p Parser, _ *flow.Flow) { *p.(*tlsParser) = tlsParser{} },
}

var tlsPorts = []uint16{443, 465, 853, 989, 990, 993, 995, 4433, 5061, 5223, 5228, 8443, 8883}

// The types of records, and of handshake messages, that matter here.
const (
	recordCCS       = 20
	recordAlert     = 21
	recordHandshake = 22
	recordData      = 23
	recordHeartbeat = 24 // RFC 6520

	clientHello = 1
	serverHello = 2
)

const (
	recordHeader = 5
	maxRecord    = 1<<14 + 2048 // RFC 5246, section 6.2.3
	maxHandshake = 128 << 10
)

// tlsRecord is a record's header.
type tlsRecord struct {
	typ     uint8
	version uint16
	length  int
}

func readRecord(c *wire.Cursor) tlsRecord {
	return tlsRecord{c.U8(), c.U16(), int(c.U16())}
}

// sound reports whether the header is one of a TLS record.
func (r tlsRecord) sound() bool {
	return recordCCS <= r.typ && r.typ <= recordHeartbeat && r.version>>8 == 3 && r.version&0xff <= 4 && r.length <= maxRecord
}

// tlsParser reads both directions, each on its own.
type tlsParser [2]tlsHalf

// tlsHalf is one direction. The record in hand is in clear where a message
// is open.
type tlsHalf struct {
	half
	left   int64 // bytes to come of the record in hand
	opaque int64 // bytes used of sealed records and not told of yet
	torn   bool  // the record in hand was cut off, and is told
	sealed bool  // cipher is on: a handshake record is in clear only where it shows it
	shakes bool  // the record in hand is a handshake in clear
	greeting
	flight
}

func (p *tlsParser) Parse(d telltale.Direction, at int64, b []byte, s Sink) (used int, err error) {
	h := &p[d]
	for used < len(b) {
		var n int
		if h.left > 0 {
			n = h.rest(at+int64(used), b[used:], s)
		} else if n, err = h.record(d, at+int64(used), b[used:], s); n == 0 {
			break
		}
		used += n
	}
	h.tell(d, at+int64(used), s)
	if err != nil {
		*h = tlsHalf{}
	}
	return used, err
}

// record reads the header of the record that b begins with, or all records
// of a ClientHello, and returns how many bytes that took; 0 where more are
// needed.
func (h *tlsHalf) record(d telltale.Direction, at int64, b []byte, s Sink) (int, error) {
	c := wire.New(b)
	r := readRecord(&c)
	if !c.OK() {
		return 0, nil
	}
	if !r.sound() {
		return 0, errRecord
	}
	open := h.inClear(r, c)
	if open == Yes && h.greets(r, c) {
		n, v := h.greet(d, at, b, s)
		if v != No {
			return n, nil
		}
	}
	switch open {
	case Maybe:
		return 0, nil
	case Yes:
		h.tell(d, at, s)
		h.begin(tlsMessage(d, at), s)
		h.m.Wire = recordHeader
		h.shakes = r.typ == recordHandshake
	case No:
		h.opaque += recordHeader
	}
	h.left = int64(r.length)
	return recordHeader, nil
}

// inClear judges whether record r, whose payload c begins with, can be read
// without a key. What cipher is not known to be on for counts as clear: it is
// searched, not passed over.
func (h *tlsHalf) inClear(r tlsRecord, c wire.Cursor) Verdict {
	switch {
	case r.typ == recordCCS, r.typ == recordData:
		h.sealed = true
		return No
	case r.length == 0:
		return No
	case r.typ == recordAlert:
		return yesIf(!h.sealed && r.length == 2)
	case r.typ == recordHeartbeat:
		return yesIf(!h.sealed)
	case c.Len() < min(r.length, 5):
		return Maybe
	}
	return yesIf(!h.sealed || isHello(r, c))
}

// isHello reports whether a handshake record whose neighbours are sealed is
// the second hello of TLS 1.3 (RFC 8446, section 4.1.4): the one kind of
// message that may be in clear then.
func isHello(r tlsRecord, c wire.Cursor) bool {
	typ, size, major := c.U8(), int(c.U24()), c.U8()
	return c.OK() && (typ == clientHello || typ == serverHello) && size == r.length-4 && major == 3
}

// rest moves on in the record in hand.
func (h *tlsHalf) rest(at int64, b []byte, s Sink) int {
	n := min(h.left, int64(len(b)))
	if h.open() {
		h.body(at, b[:n], s)
		if h.shakes {
			h.feed(b[:n])
		}
	} else {
		h.opaque += n
	}
	h.skip(n, s)
	return int(n)
}

// skip moves n bytes on in the record in hand, had or not.
func (h *tlsHalf) skip(n int64, s Sink) {
	if h.left -= n; h.left == 0 {
		h.shakes = false
		if t := h.take(); t != nil && h.open() {
			h.m.TLS = t
		}
		h.end(s)
	}
}

// tell passes on the sealed bytes that end at stream offset end.
func (h *tlsHalf) tell(d telltale.Direction, end int64, s Sink) {
	if h.opaque > 0 {
		s.Opaque(d, end-h.opaque, h.opaque, tls.Name)
		h.opaque = 0
	}
}

// Gap goes on by the count inside a record. Where the next record begins
// after a longer gap cannot be known; once the cipher is on, all that follows
// is sealed all the same.
func (p *tlsParser) Gap(d telltale.Direction, _, n int64, s Sink) bool {
	h := &p[d]
	if h.torn && n == h.left {
		h.torn, h.left = false, 0
		return true
	}
	if n > h.left && h.sealed && !h.open() {
		h.left = math.MaxInt64
		return true
	}
	if n > h.left || h.torn {
		p.Close(d, s)
		return false
	}
	h.lack()
	h.flight = flight{dead: true}
	h.skip(n, s)
	return true
}

// Cut implements [Cutter]: of a ClientHello that was cut off, the extensions that are
// whole are read. Without the others it has no fingerprint.
func (p *tlsParser) Cut(d telltale.Direction, at int64, b []byte, s Sink) (used int) {
	h := &p[d]
	c := wire.New(b)
	r := readRecord(&c)
	if h.left > 0 || h.sealed || !r.sound() || r.typ != recordHandshake || r.length <= c.Len() || probeHello(r, c) != Yes {
		return 0
	}
	left := int64(r.length - c.Len())
	hello := wire.New(c.Rest())
	typ := hello.U8()
	hello.U24()
	hi := new(TLS)
	sni, ok := hi.readCut(&hello)
	if typ != clientHello || !ok {
		return 0
	}
	h.tell(d, at, s)
	m := tlsMessage(d, at)
	m.TLS = hi
	h.begin(m, s)
	h.give(at, b, sni, s)
	h.cut(s)
	h.greeting, h.left, h.torn = greeting{tried: true}, left, true
	return len(b)
}

func (p *tlsParser) Close(d telltale.Direction, s Sink) {
	p[d].cut(s)
	p[d] = tlsHalf{}
}

func tlsMessage(d telltale.Direction, at int64) Message {
	return Message{Proto: tls.Name, Dir: d, Protection: telltale.Open, Start: at, BodyName: "tls.handshake"}
}

// probeTLS knows a stream's first record by the hello in it. Of a stream
// taken up later it asks for a second record behind the first, or a port
// where TLS is at home.
func probeTLS(_ telltale.Direction, b []byte, port uint16) Verdict {
	c := wire.New(b)
	r := readRecord(&c)
	switch {
	case !c.OK():
		return maybeIf(soundStart(b))
	case !r.sound():
		return No
	case r.typ == recordHandshake && r.length > 0:
		if v := probeHello(r, c); v != No {
			return v
		}
	}
	if slices.Contains(tlsPorts, port) {
		return Yes
	}
	c.Bytes(r.length)
	second := c.Rest()
	if len(second) < 3 {
		return maybeIf(soundStart(second))
	}
	return yesIf(soundStart(second))
}

// soundStart reports whether b may be the first bytes of a record's header.
func soundStart(b []byte) bool {
	part := [recordHeader]byte{recordData, 3}
	copy(part[:3], b)
	c := wire.New(part[:])
	return readRecord(&c).sound()
}

// probeHello judges the payload of a handshake record.
func probeHello(r tlsRecord, c wire.Cursor) Verdict {
	if c.Len() < min(r.length, 5) {
		return Maybe
	}
	typ, size, major := c.U8(), int(c.U24()), c.U8()
	return yesIf((typ == clientHello || typ == serverHello) && (r.length < 5 || size <= maxHandshake && major == 3))
}

func maybeIf(ok bool) Verdict {
	if ok {
		return Maybe
	}
	return No
}

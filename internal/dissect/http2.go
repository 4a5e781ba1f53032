package dissect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/wire"
)

// http2 reads HTTP/2 without TLS (RFC 9113): by prior knowledge, or after an
// upgrade. A head is a message, with the data of its stream.
var http2 = &Dissector{
	Name:  "http2",
	Ports: []uint16{80, 8080},
	Proto: packet.TCP,
	Probe: func(_ telltale.Direction, b []byte, _ uint16) Verdict { return probeHTTP2(b) },
	New:   func(f *flow.Flow) Parser { return newHTTP2(f) },
	Kept:  func(p Parser, d telltale.Direction) int { return p.(*http2Parser).half[d].weight.bytes },
	LetGo: func(p Parser, d telltale.Direction, s Sink) { p.(*http2Parser).half[d].letGo(s) },
}

// http2Preface is what a client says first (section 3.4).
const http2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

const (
	http2Header = 9         // bytes of a frame's head
	http2Frame  = 64 << 10  // bytes of a frame that is waited for
	http2Block  = 128 << 10 // bytes of a block of headers
)

// The types of frames (section 6), and their flags.
const (
	frameData         = 0
	frameHeaders      = 1
	frameReset        = 3
	frameSettings     = 4
	framePushPromise  = 5
	frameContinuation = 9

	flagEndStream  = 1
	flagEndHeaders = 4
	flagPadded     = 8
	flagPriority   = 32
)

// probeHTTP2 knows a client by its preface, and a server by the settings that it
// must begin with. Of none at all (section 3.4) it is the next frame that tells.
func probeHTTP2(b []byte) Verdict {
	if len(b) == 0 {
		return Maybe
	}
	if b[0] != 'P' && b[0] != 0 {
		return No
	}
	if b[0] == 'P' {
		return isPrefix(b, http2Preface)
	}
	const most = 10 * 6 // bytes of settings
	c := wire.New(b)
	f := readHTTP2(&c)
	switch {
	case len(b) > 1 && b[1] != 0, len(b) > 3 && b[3] != frameSettings:
		return No
	case !c.OK():
		return Maybe
	}
	if f.length > most || f.length%6 != 0 || f.flags != 0 || f.stream != 0 {
		return No
	}
	if f.length > 0 {
		return Yes
	}
	next := readHTTP2(&c)
	if !c.OK() {
		return Maybe
	}
	return yesIf(next.plausible())
}

// http2Head is a frame's head (section 4.1).
type http2Head struct {
	length     int
	typ, flags uint8
	stream     uint32
}

func readHTTP2(c *wire.Cursor) http2Head {
	return http2Head{int(c.U24()), c.U8(), c.U8(), c.U32() & 0x7fffffff}
}

// http2Parser reads both directions.
type http2Parser struct{ half [2]http2Half }

func newHTTP2(f *flow.Flow) *http2Parser {
	p := new(http2Parser)
	for d := range p.half {
		p.half[d].flow, p.half[d].dir = f, telltale.Direction(d)
	}
	return p
}

// http2Half is one direction.
type http2Half struct {
	half
	flow   *flow.Flow // nil: nobody asks for packets
	dir    telltale.Direction
	begun  bool
	lost   bool   // where frames begin, by a gap
	left   int    // bytes to come of the data in hand
	pad    int    // bytes of padding behind them
	ends   bool   // with which the stream does
	data   uint32 // the stream that they are of
	stream uint32 // of the open message
	dns    *lookup
	held   []*http2Held // what others say meanwhile, in the order in which they began
	to     *http2Held   // where what is at hand goes; nil: it is of the open message
	weight http2Weight  // of all that is held
	bodies map[uint32]http2Body
	forgot bool // that there were more, with codings
	parted bool // a message was told before its stream ended, by a bound
	headers
}

func (p *http2Parser) Parse(d telltale.Direction, at int64, b []byte, s Sink) (used int, err error) {
	h := &p.half[d]
	for used < len(b) && err == nil {
		var n int
		switch {
		case h.left+h.pad > 0:
			n = h.takeData(at+int64(used), b[used:], s)
		case h.lost:
			if n = h.seek(d, at+int64(used), b[used:], s); n == 0 && !h.lost {
				continue
			}
		case !h.begun && b[used] == 'P':
			n, err = h.preface(at+int64(used), b[used:], s)
		default:
			n, err = p.frame(d, at+int64(used), b[used:], s)
		}
		if n == 0 {
			break
		}
		used += n
	}
	if err != nil {
		h.release(s)
	}
	return used, err
}

// preface reads what a client says first.
func (h *http2Half) preface(at int64, b []byte, s Sink) (int, error) {
	switch isPrefix(b, http2Preface) {
	case No:
		return 0, errHead
	case Maybe:
		return 0, nil
	}
	h.begun = true
	h.aside(at, b[:len(http2Preface)], s)
	return len(http2Preface), nil
}

// frame reads the frame that b begins with, the head of one of data, or all frames
// of a block of headers, and returns how many bytes that took; 0 where more are
// needed.
func (p *http2Parser) frame(d telltale.Direction, at int64, b []byte, s Sink) (int, error) {
	h := &p.half[d]
	c := wire.New(b)
	f := readHTTP2(&c)
	switch {
	case !c.OK():
		return 0, nil
	case f.typ == frameData:
		return h.beginData(f, at, b, s)
	case f.length > http2Frame || f.typ > 0x20:
		return 0, errHead
	case len(b) < http2Header+f.length:
		return 0, nil
	case f.typ == frameHeaders || f.typ == framePushPromise:
		return p.head(d, f, at, b, s)
	}
	h.begun = true
	h.aside(at, b[:http2Header+f.length], s)
	if f.typ == frameReset {
		h.reset(f.stream, s)
	}
	return http2Header + f.length, nil
}

// aside gives bytes to search that are of no request or response.
func (h *http2Half) aside(at int64, b []byte, s Sink) {
	f := Field{Name: "http2.frame", Data: b, At: at}
	h.to = nil
	if h.open() {
		h.field(f, s)
		return
	}
	h.begin(Message{Proto: http2.Name, Dir: h.dir, Protection: telltale.Open, Start: at}, s)
	h.field(f, s)
	h.finish(s)
}

// beginData reads the head of a frame of data (section 6.1).
func (h *http2Half) beginData(f http2Head, at int64, b []byte, s Sink) (int, error) {
	n, pad := http2Header, 0
	if f.flags&flagPadded != 0 {
		if len(b) == n {
			return 0, nil
		}
		if pad = int(b[n]); pad >= f.length {
			return 0, errHead
		}
		n++
	}
	if h.turn(f.stream, http2Header+f.length, 2, s) {
		h.begin(h.rest(f.stream, at), s)
	}
	h.framing(n)
	h.left, h.pad, h.ends, h.data = f.length-(n-http2Header)-pad, pad, f.flags&flagEndStream != 0, f.stream
	if h.left+h.pad == 0 && h.ends {
		h.endStream(s)
	}
	return n, nil
}

// takeData pushes what b holds of the data in hand, and passes over padding.
func (h *http2Half) takeData(at int64, b []byte, s Sink) int {
	if h.to == nil && !h.open() { // what came before a gap was told
		h.stream = h.data
		h.begin(h.rest(h.data, at), s)
	}
	n := min(h.left, len(b))
	if n > 0 {
		if l := h.lookup(); l != nil {
			l.take(b[:n])
		}
		h.body(at, b[:n], s)
		h.left -= n
	}
	if h.left == 0 && h.pad > 0 {
		if len(b)-n < h.pad {
			return n
		}
		h.field(Field{Name: "http2.frame", Data: b[n : n+h.pad], At: at + int64(n)}, s)
		n += h.pad
		h.pad = 0
	}
	if h.left+h.pad == 0 && h.ends {
		h.endStream(s)
	}
	return n
}

// Gap goes on within data. Elsewhere the next frame is sought, and the headers before it
// are not known, on which others may build.
func (p *http2Parser) Gap(d telltale.Direction, _, n int64, s Sink) bool {
	h := &p.half[d]
	left := int64(h.left + h.pad)
	within, last := n < left && n <= int64(h.left), n == left
	h.lackData()
	if h.to != nil || !within && !last {
		h.release(s)
	}
	h.dns = nil
	switch {
	case within:
		h.left -= int(n)
		return true
	case last: // the next frame begins behind it
		if h.left, h.pad = 0, 0; h.ends && h.open() {
			h.endStream(s)
		}
		return true
	}
	*h = http2Half{flow: h.flow, dir: h.dir, begun: true, lost: true, bodies: h.bodies, forgot: h.forgot, headers: headers{gap: true}}
	return true
}

// lackData says that bytes of the message at hand were not had.
func (h *http2Half) lackData() {
	if h.to == nil {
		h.lack()
		return
	}
	h.to.m.Truncated, h.to.dns = true, nil
}

func (p *http2Parser) Close(d telltale.Direction, s Sink) {
	h := &p.half[d]
	if h.left > 0 {
		h.lackData()
	}
	h.release(s)
}

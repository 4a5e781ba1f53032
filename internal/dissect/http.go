package dissect

import (
	"bytes"
	"sync"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
)

// http reads HTTP/0.9 to HTTP/1.1 (RFC 9112), more tolerantly than a server
// would: the question is what was on the wire.
var http = &Dissector{
	Name:     "http",
	Ports:    []uint16{80, 8080, 8000, 8008, 8888, 3128, 9998, 9999},
	Proto:    packet.TCP,
	Probe:    func(_ telltale.Direction, b []byte, _ uint16) Verdict { return probeHTTP(b) },
	ProbeCut: func(b []byte) bool { return isCutLine(b[blank(b):]) },
	New:      func(*flow.Flow) Parser { return new(httpParser) },
	Renew:    func(p Parser, _ *flow.Flow) { *p.(*httpParser) = httpParser{} },
}

// httpParser reads both directions. Whether a message is a request or a
// response is told by its first line, never by the direction: who opened a
// flow whose beginning was not captured is a guess.
type httpParser struct {
	half     [2]httpHalf
	asked    [2]requests // by the direction of the requests
	switched [2]bool     // what follows in the direction is another protocol's
	sockets  *webSocket  // what follows is WebSocket's; nil where it is not
}

// httpHalf is one direction.
type httpHalf struct {
	half
	state httpState
	seen  int       // bytes of the unused input that were searched already
	lined bool      // the first line, which ends at seen or before, is sound
	torn  bool      // a head was cut off: the gap that follows is as good as its end
	left  int64     // bytes to come of the body or the chunk
	head  *httpHead // of the open message
	dns   *lookup   // a DNS message that the message carries, nil as a rule
}

// heads are those to be used again, as [messages] are.
var heads = sync.Pool{New: func() any { return new(httpHead) }}

// end closes the open message, if there is one, and with it its head.
func (h *httpHalf) end(s Sink) {
	h.readLookup()
	h.half.end(s)
	if h.dns = nil; h.head != nil {
		heads.Put(h.head)
		h.head = nil
	}
}

// cut closes the open message as one whose end was not had.
func (h *httpHalf) cut(s Sink) {
	h.lack()
	h.end(s)
}

// httpState says what the next byte belongs to.
type httpState uint8

const (
	httpStart     httpState = iota // a head
	httpCounted                    // a body of known length
	httpRest                       // a body that ends with the stream
	httpChunkLine                  // a chunk's size
	httpChunk                      // a chunk's data
	httpChunkEnd                   // the line end after it
	httpTrailer                    // the fields after the last chunk
)

func (p *httpParser) Parse(d telltale.Direction, at int64, b []byte, s Sink) (used int, err error) {
	if p.sockets != nil {
		return p.sockets.Parse(d, at, b, s)
	}
	h := &p.half[d]
	for used < len(b) && err == nil {
		var n int
		n, err = p.step(d, at+int64(used), b[used:], s)
		used += n
		if p.sockets != nil && n > 0 {
			n, err := p.sockets.Parse(d, at+int64(used), b[used:], s)
			return used + n, err
		}
		if n == 0 {
			break
		}
		h.seen, h.lined = 0, false
	}
	if err != nil {
		h.reset(s)
	}
	return used, err
}

// step uses up what belongs to the state the direction is in, 0 bytes where
// it must wait for more.
func (p *httpParser) step(d telltale.Direction, at int64, b []byte, s Sink) (int, error) {
	h := &p.half[d]
	switch h.state {
	case httpStart:
		return p.start(d, at, b, s)
	case httpChunkLine:
		return h.chunkLine(at, b, s)
	case httpChunkEnd:
		return h.chunkEnd(b)
	case httpTrailer:
		return h.trailer(at, b, s)
	default:
		return h.data(at, b, s), nil
	}
}

// start reads a head and decides how its body is framed.
func (p *httpParser) start(d telltale.Direction, at int64, b []byte, s Sink) (int, error) {
	h := &p.half[d]
	if p.switched[d] {
		p.switched[d] = false
		return 0, ErrSwitched
	}
	if p.asked[d.Reverse()].next() == asksSimply {
		switch isPrefix(b, "HTTP/") {
		case Maybe:
			return 0, nil
		case No:
			p.startSimply(d, at, s)
			return h.data(at, b, s), nil
		}
	}
	end, err := h.headEnd(b)
	if end == 0 || err != nil {
		return 0, err
	}
	h.openHead(d, at, b[:end], end, s)
	h.state, h.left = p.frame(d, h.head)
	if h.state == httpStart {
		h.end(s)
	}
	return end, nil
}

// openHead opens the message with the head b, of whose fields those in b[:whole] are whole.
func (h *httpHalf) openHead(d telltale.Direction, at int64, b []byte, whole int, s Sink) {
	head := heads.Get().(*httpHead)
	h.head = head
	head.read(b[:whole])
	m := head.message(d, at)
	if h.dns = lookupOf(head.ContentType, head.URL); h.dns != nil && h.dns.asked {
		m.DNS = &h.dns.msg.DNS
	}
	h.begin(m, s)
	h.field(Field{Name: "http.head", Data: b, At: at, Namer: headNamer{}}, s)
}

// Cut implements [Cutter]: a sound first line, or what came of a request's, says what
// the message is, and what follows it are fields. The last one, which was cut off, is
// searched and not read.
func (p *httpParser) Cut(d telltale.Direction, at int64, b []byte, s Sink) (used int) {
	h := &p.half[d]
	line, _, ended := bytes.Cut(b[blank(b):], []byte("\n"))
	whole := bytes.LastIndexByte(b, '\n') + 1
	switch {
	case h.state != httpStart || p.sockets != nil, ended && sortOf(line) == notALine, !ended && !isCutLine(line):
		return 0
	case !ended:
		whole = len(b)
	}
	h.openHead(d, at, b, whole, s)
	if h.head.Status < 200 {
		p.frame(d, h.head)
	}
	h.cut(s)
	h.torn = true
	return len(b)
}

// startSimply opens the answer of an HTTP/0.9 server, which is all body.
func (p *httpParser) startSimply(d telltale.Direction, at int64, s Sink) {
	p.asked[d.Reverse()].pop()
	h := &p.half[d]
	h.head = heads.Get().(*httpHead)
	*h.head = httpHead{HTTP: HTTP{ContentLength: -1}, encodings: h.head.encodings[:0]}
	h.begin(h.head.message(d, at), s)
	h.state = httpRest
}

// frame returns the state after the head, and the body's length where that
// is told (RFC 9112, section 6.3).
func (p *httpParser) frame(d telltale.Direction, head *httpHead) (httpState, int64) {
	if head.Status == 0 {
		p.asked[d].push(head.asks())
		switch {
		case head.chunked:
			return httpChunkLine, 0
		case head.ContentLength > 0:
			return httpCounted, head.ContentLength
		}
		return httpStart, 0
	}
	asked := asksOther
	if head.Status >= 200 {
		asked = p.asked[d.Reverse()].pop()
	}
	if head.Status == 101 || asked == asksTunnel && head.Status < 300 {
		if isName(head.upgrade, "websocket") {
			p.sockets = new(webSocket)
		} else {
			p.switched = [2]bool{true, true}
		}
		return httpStart, 0
	}
	switch {
	case asked == asksHead, head.Status < 200, head.Status == 204, head.Status == 304:
		return httpStart, 0
	case head.chunked:
		return httpChunkLine, 0
	case head.ContentLength == 0:
		return httpStart, 0
	case head.ContentLength > 0:
		return httpCounted, head.ContentLength
	}
	return httpRest, 0
}

// Gap goes on by the count where the body's length is known. Elsewhere the
// next bytes must be a head.
func (p *httpParser) Gap(d telltale.Direction, at, n int64, s Sink) bool {
	h := &p.half[d]
	if h.seen, h.lined = 0, false; h.torn {
		h.torn = false
		return true
	}
	if p.sockets != nil {
		return p.sockets.Gap(d, at, n, s)
	}
	switch {
	case h.state == httpRest:
		h.lack()
	case (h.state == httpCounted || h.state == httpChunk) && n <= h.left:
		h.lack()
		h.pass(n, s)
	default:
		h.reset(s)
		// Whole messages may be missing: which request the next response
		// answers is not known any more.
		p.asked = [2]requests{}
	}
	return true
}

func (p *httpParser) Close(d telltale.Direction, s Sink) {
	if p.sockets != nil {
		p.sockets.Close(d, s)
	}
	p.half[d].reset(s)
}

// reset ends the open message and waits for a head again.
func (h *httpHalf) reset(s Sink) {
	if h.state == httpRest {
		h.end(s)
	} else {
		h.cut(s)
	}
	h.state, h.seen, h.lined, h.torn, h.dns = httpStart, 0, false, false, nil
}

// asks is what a request means for the framing of its response.
type asks uint8

const (
	asksOther  asks = iota
	asksHead        // no body follows
	asksTunnel      // CONNECT
	asksSimply      // HTTP/0.9: no head
)

// requests are the requests that wait for their response, oldest first.
type requests struct{ list []asks }

// maxPipelined bounds the requests that wait. Where a capture has one
// direction only they would pile up.
const maxPipelined = 128

func (r *requests) push(a asks) {
	if len(r.list) == maxPipelined {
		r.list = r.list[:0]
	}
	r.list = append(r.list, a)
}

// next returns the oldest request, asksOther where none was seen.
func (r *requests) next() asks {
	if len(r.list) == 0 {
		return asksOther
	}
	return r.list[0]
}

func (r *requests) pop() asks {
	a := r.next()
	if len(r.list) > 0 {
		r.list = append(r.list[:0], r.list[1:]...)
	}
	return a
}

// isPrefix reports whether b begins with s; Maybe where b is too short.
func isPrefix(b []byte, s string) Verdict {
	n := min(len(b), len(s))
	switch {
	case !bytes.Equal(b[:n], []byte(s[:n])):
		return No
	case n < len(s):
		return Maybe
	}
	return Yes
}

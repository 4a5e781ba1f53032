package dissect

import (
	"encoding/binary"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/wire"
)

// webSocket reads what follows an HTTP/1 upgrade (RFC 6455). The frames of a
// message are one, and its payload one body (section 5.4); of what is asked and
// answered between them the payload is a field. Masked frames are unmasked, byte
// for byte.
type webSocket [2]socketHalf

type socketHalf struct {
	half
	left   int64
	masked bool
	mask   [4]byte
	turn   int    // bytes of the payload so far, for the mask
	buf    []byte // unmasked, of this call of Parse
	more   bool   // frames of the open message follow this one
	facts  []Fact
}

var socketOpcodes = [16]string{0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}

// A ping and a pong, whole, and how long they may be (section 5.5). They alone may
// stand between the frames of a message and not end it: after a close nothing follows.
const (
	ping       = 0x89
	pong       = 0x8a
	maxControl = 125
)

// deflated is how a compressed message is packed (RFC 7692, section 7.2.1).
var deflated = []string{"deflate"}

func (p *webSocket) Parse(d telltale.Direction, at int64, b []byte, s Sink) (used int, err error) {
	h := &p[d]
	h.buf = nil
	for used < len(b) && err == nil {
		var n int
		if h.left > 0 {
			n = h.payload(at+int64(used), b[used:], s)
		} else if n, err = h.frame(d, at+int64(used), b[used:], s); n == 0 {
			break
		}
		used += n
	}
	if err != nil {
		p.Close(d, s)
	}
	return used, err
}

// frame reads a frame's head (section 5.2) and returns its length, 0 where
// more bytes are needed.
func (h *socketHalf) frame(d telltale.Direction, at int64, b []byte, s Sink) (int, error) {
	c := wire.New(b)
	first, second := c.U8(), c.U8()
	length := int64(second & 0x7f)
	switch length {
	case 126:
		length = int64(c.U16())
	case 127:
		if high := c.Bytes(8); high != nil {
			length = int64(min(binary.BigEndian.Uint64(high), uint64(maxLength)))
		}
	}
	var mask []byte
	if h.masked = second&0x80 != 0; h.masked {
		mask = c.Bytes(4)
	}
	opcode := socketOpcodes[first&15]
	if opcode == "" || first&0x30 != 0 {
		return 0, errFrame
	}
	if !c.OK() {
		return 0, nil
	}
	copy(h.mask[:], mask)
	h.turn, h.left = 0, length
	last := first&0x80 != 0
	switch {
	case !h.more:
	case first&15 == 0:
		h.goOn(c.Off(), last, s)
		return c.Off(), nil
	case (first == ping || first == pong) && length <= maxControl:
		return h.control(at, c.Off(), opcode, b, s), nil
	}
	h.cut(s) // a frame that may not stand there: what comes of it is told by itself
	m := Message{Proto: "websocket", Dir: d, Protection: telltale.Open, Start: at, Wire: int64(c.Off()), BodyName: "websocket.payload", Opened: h.masked}
	if first&0x40 != 0 {
		m.Encodings, m.GoesOn = deflated, true
	}
	h.more, h.facts = !last, append(h.facts[:0], Fact{"type", []byte(opcode)})
	m.Facts = h.facts
	h.begin(m, s)
	if h.left == 0 && last {
		h.end(s)
	}
	return c.Off(), nil
}

// goOn adds a frame, whose head has n bytes, to the open message.
func (h *socketHalf) goOn(n int, last bool, s Sink) {
	h.add(n, socketOpcodes[0])
	if h.more = !last; h.left == 0 && last {
		h.end(s)
	}
}

// control reads a frame between those of the open message, whose head has n bytes.
// It waits for all of it.
func (h *socketHalf) control(at int64, n int, opcode string, b []byte, s Sink) int {
	end := n + int(h.left)
	if h.left = 0; len(b) < end {
		return 0
	}
	h.add(n, opcode)
	if n < end {
		h.field(Field{Name: h.m.BodyName, Data: h.unmasked(b[n:end]), At: at + int64(n)}, s)
	}
	return end
}

// add counts the head, of n bytes, of one more frame of the open message.
func (h *socketHalf) add(n int, opcode string) {
	h.framing(n)
	h.m.Opened = h.m.Opened || h.masked
	if len(h.facts) < maxFacts {
		h.facts = append(h.facts, Fact{"type", []byte(opcode)})
		h.m.Facts = h.facts
	}
}

// payload takes what b holds of the frame's payload.
func (h *socketHalf) payload(at int64, b []byte, s Sink) int {
	b = b[:min(h.left, int64(len(b)))]
	h.body(at, h.unmasked(b), s)
	h.pass(int64(len(b)), s)
	return len(b)
}

// unmasked returns the next bytes of the payload as they were before they were
// masked (section 5.3).
func (h *socketHalf) unmasked(b []byte) []byte {
	if !h.masked {
		return b
	}
	start := len(h.buf)
	h.buf = append(h.buf, b...)
	b = h.buf[start:]
	for i := range b {
		b[i] ^= h.mask[(h.turn+i)&3]
	}
	return b
}

// pass moves n bytes on in the frame, had or not.
func (h *socketHalf) pass(n int64, s Sink) {
	h.turn = (h.turn + int(n&3)) & 3
	if h.left -= n; h.left == 0 && !h.more {
		h.end(s)
	}
}

// Gap goes on by the count inside a frame.
func (p *webSocket) Gap(d telltale.Direction, _, n int64, s Sink) bool {
	h := &p[d]
	if n > h.left {
		p.Close(d, s)
		return false
	}
	h.lack()
	h.pass(n, s)
	return true
}

func (p *webSocket) Close(d telltale.Direction, s Sink) {
	p[d].cut(s)
	p[d] = socketHalf{}
}

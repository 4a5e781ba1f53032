package dissect

import (
	"encoding/binary"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/wire"
)

// webSocket reads what follows an HTTP/1 upgrade (RFC 6455): each frame is a
// message, but the frames of a compressed message (RFC 7692) are one. Masked
// frames are unmasked, byte for byte.
type webSocket [2]socketHalf

type socketHalf struct {
	half
	left   int64
	masked bool
	mask   [4]byte
	turn   int    // bytes of the payload so far, for the mask
	buf    []byte // unmasked, of this call of Parse
	packed bool   // more frames of the open message follow
	facts  []Fact
}

var socketOpcodes = [16]string{0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}

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
	if h.packed && h.open() && first&15 == 0 {
		h.goOn(c.Off(), last, s)
		return c.Off(), nil
	}
	h.cut(s) // a frame between those of a message: what comes of it is told by itself
	h.packed = false
	m := Message{Proto: "websocket", Dir: d, Protection: telltale.Open, Start: at, Wire: int64(c.Off()), BodyName: "websocket.payload", Opened: h.masked}
	if first&0x40 != 0 {
		m.Encodings, m.GoesOn, h.packed = deflated, true, !last
	}
	h.facts = append(h.facts[:0], Fact{"type", []byte(opcode)})
	m.Facts = h.facts
	h.begin(m, s)
	if h.left == 0 && !h.packed {
		h.end(s)
	}
	return c.Off(), nil
}

// goOn adds a frame, whose head has n bytes, to the open message.
func (h *socketHalf) goOn(n int, last bool, s Sink) {
	h.framing(n)
	if len(h.facts) < maxFacts {
		h.facts = append(h.facts, Fact{"type", []byte(socketOpcodes[0])})
		h.m.Facts = h.facts
	}
	if h.packed = !last; h.left == 0 && last {
		h.end(s)
	}
}

// payload takes what b holds of the frame's payload.
func (h *socketHalf) payload(at int64, b []byte, s Sink) int {
	b = b[:min(h.left, int64(len(b)))]
	n := len(b)
	if h.masked {
		start := len(h.buf)
		h.buf = append(h.buf, b...)
		b = h.buf[start:]
		for i := range b {
			b[i] ^= h.mask[(h.turn+i)&3]
		}
	}
	h.body(at, b, s)
	h.pass(int64(n), s)
	return n
}

// pass moves n bytes on in the frame, had or not.
func (h *socketHalf) pass(n int64, s Sink) {
	h.turn = (h.turn + int(n&3)) & 3
	if h.left -= n; h.left == 0 && !h.packed {
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

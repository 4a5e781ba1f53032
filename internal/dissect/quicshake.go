package dissect

import (
	"slices"

	"github.com/telltale-audit/telltale/internal/wire"
)

// quicShake puts the handshake of one side together from CRYPTO frames, which
// come in any order and over several datagrams (RFC 9000, section 19.6).
type quicShake struct {
	have  quicRun // from offset 0 on
	cuts  int     // pieces in it
	wait  []quicPiece
	held  int    // bytes in wait
	parts *Parts // of a hello that one packet does not hold
	tls   TLS
	done  bool // the hello was told, or is none
}

// Bounds of what waits for a hole to close. Browsers send a dozen pieces.
const (
	maxPieces = 64
	maxHeld   = 64 << 10
	maxCuts   = 4 << 10 // of a hello that is searched as a whole, too
)

// The frames that an Initial packet may hold (RFC 9000, section 12.4).
const (
	framePadding = 0
	framePing    = 1
	frameACK     = 2
	frameACKECN  = 3
	frameCrypto  = 6
)

// frames takes the CRYPTO frames of an opened packet, whose text begins at
// stream offset at, and returns what they bring.
func (h *quicShake) frames(text []byte, at int64) []quicRun {
	pieces := readFrames(text, at)
	for _, p := range pieces {
		h.add(p)
	}
	return runsOf(pieces)
}

// readFrames returns the pieces of the handshake in a packet, in its order.
func readFrames(text []byte, at int64) (pieces []quicPiece) {
	c := wire.New(text)
	for c.Len() > 0 {
		switch typ := c.U8(); typ {
		case framePadding, framePing:
		case frameACK, frameACKECN:
			passACK(&c, typ)
		case frameCrypto:
			off, n := varint(&c), varint(&c)
			start := int64(c.Off())
			data := c.Bytes(n)
			if !c.OK() || off < 0 {
				return pieces
			}
			if n > 0 {
				pieces = append(pieces, quicPiece{off, at + start, data})
			}
		default:
			return pieces
		}
	}
	return pieces
}

// passACK passes the rest of an ACK frame (RFC 9000, section 19.3).
func passACK(c *wire.Cursor, typ uint8) {
	varint(c) // largest
	varint(c) // delay
	ranges := varint(c)
	varint(c) // first range
	for i := 0; i < ranges && c.Len() > 0; i++ {
		varint(c)
		varint(c)
	}
	if typ == frameACKECN {
		varint(c)
		varint(c)
		varint(c)
	}
}

// add takes a piece and those that waited for it.
func (h *quicShake) add(p quicPiece) {
	if p.off > len(h.have.data) {
		if len(h.wait) < maxPieces && h.held+len(p.data) <= maxHeld {
			p.data = slices.Clone(p.data)
			h.wait = append(h.wait, p)
			h.held += len(p.data)
		}
		return
	}
	h.join(p)
	for again := true; again; {
		again = false
		for _, p := range h.wait {
			again = h.join(p) || again
		}
	}
}

// join appends what of a piece continues the handshake.
func (h *quicShake) join(p quicPiece) bool {
	had := len(h.have.data)
	if p.off > had || p.off+len(p.data) <= had || had > maxHandshake {
		return false
	}
	if h.cuts++; h.cuts > maxCuts {
		h.have.lies = nil
	}
	known := had - p.off
	h.have.join(quicPiece{had, p.at + int64(known), p.data[known:]})
	return true
}

// greeting returns what the side's hello tells, once, when it is whole, and all
// of the handshake up to there.
func (h *quicShake) greeting() (*TLS, quicRun) {
	c := wire.New(h.have.data)
	typ, size := c.U8(), int(c.U24())
	if c.OK() && (typ != clientHello && typ != serverHello || size > maxHandshake) {
		*h = quicShake{done: true}
		return nil, quicRun{}
	}
	body := c.Bytes(size)
	if !c.OK() {
		return nil, quicRun{}
	}
	whole := h.have
	if h.cuts > maxCuts {
		whole = quicRun{}
	}
	*h = quicShake{done: true, parts: h.parts}
	h.tls.overQUIC = true
	if b := wire.New(body); typ == serverHello {
		if !h.tls.readServer(&b) {
			return nil, whole
		}
	} else {
		h.tls.hello = body
		if _, ok := h.tls.read(&b); !ok {
			return nil, whole
		}
	}
	return &h.tls, whole
}

// share returns what the packets of a hello share, nil where one packet is all
// of it.
func (h *quicShake) share(whole *quicRun) *Parts {
	switch {
	case h.done && len(whole.data) == 0:
		h.parts = nil
	case h.parts == nil:
		h.parts = new(Parts)
	}
	p := h.parts
	if h.done {
		h.parts = nil
	}
	return p
}

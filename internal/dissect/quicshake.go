package dissect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/wire"
)

// quicShake puts the handshake of one side together from CRYPTO frames, which
// come in any order and over several datagrams (RFC 9000, section 19.6).
type quicShake struct {
	have []byte // from offset 0 on, without a hole
	wait []quicPiece
	held int // bytes in wait
	tls  TLS
	done bool // the hello was told, or is none
}

// quicPiece is a piece of the handshake that lies behind a hole.
type quicPiece struct {
	off  int
	data []byte
}

// Bounds of what waits for a hole to close. Browsers send a dozen pieces.
const (
	maxPieces = 64
	maxHeld   = 64 << 10
)

// The frames that an Initial packet may hold (RFC 9000, section 12.4).
const (
	framePadding = 0
	framePing    = 1
	frameACK     = 2
	frameACKECN  = 3
	frameCrypto  = 6
)

// frames takes the CRYPTO frames of an opened packet and returns where their
// data lies in it.
func (h *quicShake) frames(text []byte) (pieces []telltale.Range) {
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
			h.add(off, data)
			pieces = append(pieces, telltale.Range{Start: start, End: start + int64(n)})
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
func (h *quicShake) add(off int, data []byte) {
	if off > len(h.have) {
		if len(h.wait) < maxPieces && h.held+len(data) <= maxHeld {
			h.wait = append(h.wait, quicPiece{off, append([]byte(nil), data...)})
			h.held += len(data)
		}
		return
	}
	h.join(off, data)
	for again := true; again; {
		again = false
		for _, p := range h.wait {
			again = h.join(p.off, p.data) || again
		}
	}
}

// join appends what of a piece continues the handshake.
func (h *quicShake) join(off int, data []byte) bool {
	if off > len(h.have) || off+len(data) <= len(h.have) || len(h.have) > maxHandshake {
		return false
	}
	h.have = append(h.have, data[len(h.have)-off:]...)
	return true
}

// greeting returns what the side's hello tells, once, when it is whole.
func (h *quicShake) greeting() *TLS {
	c := wire.New(h.have)
	typ, size := c.U8(), int(c.U24())
	if c.OK() && (typ != clientHello && typ != serverHello || size > maxHandshake) {
		*h = quicShake{done: true}
		return nil
	}
	body := c.Bytes(size)
	if !c.OK() {
		return nil
	}
	*h = quicShake{done: true}
	h.tls.overQUIC = true
	b := wire.New(body)
	if typ == serverHello {
		if !h.tls.readServer(&b) {
			return nil
		}
		return &h.tls
	}
	h.tls.hello = body
	if _, ok := h.tls.read(&b); !ok {
		return nil
	}
	return &h.tls
}

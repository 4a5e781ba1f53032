package dissect

import (
	"slices"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/wire"
)

// socks reads what is said to a SOCKS proxy, version 4 with names (OpenSSH's
// socks4a) and 5 (RFC 1928, RFC 1929), before it passes on what it is told:
// then another protocol follows.
var socks = &Dissector{
	Name:  "socks",
	Ports: []uint16{1080, 9050, 9150},
	Proto: packet.TCP,
	Probe: probeSOCKS,
	New:   func(*flow.Flow) Parser { return new(socksParser) },
}

// socksParser reads both directions. Which version it is the first byte of
// each says.
type socksParser [2]socksHalf

type socksHalf struct {
	half
	version byte // 0: nothing said yet
	passing bool // the proxy passes on what follows
}

const (
	socks4     = 4
	socks5     = 5
	socksAuth  = 1       // version of the messages that ask for a password and carry it
	socksReply = 0       // first byte of a version 4 proxy's answer
	maxSOCKS   = 3 + 513 // bytes of the longest message: a name and a password
	maxUser4   = 255     // bytes of the texts in version 4
)

func (p *socksParser) Parse(d telltale.Direction, at int64, b []byte, s Sink) (used int, err error) {
	h := &p[d]
	for used < len(b) {
		if h.passing {
			h.passing, h.version = false, 0
			return used, ErrSwitched
		}
		c := wire.New(b[used:])
		read := h.asked
		if d == telltale.ToClient {
			read = h.answered
		}
		if !read(&c) {
			return used, errSOCKS
		}
		if !c.OK() {
			if len(b)-used > maxSOCKS {
				return used, errSOCKS
			}
			return used, nil
		}
		n := c.Off()
		h.begin(Message{Proto: socks.Name, Dir: d, Protection: telltale.Open, Start: at + int64(used)}, s)
		h.field(Field{Name: "socks", Data: b[used : used+n], At: at + int64(used)}, s)
		h.end(s)
		used += n
	}
	return used, nil
}

// asked passes a client's message. It reports false for what is none; where
// the message is not whole c has run out.
func (h *socksHalf) asked(c *wire.Cursor) bool {
	version := c.U8()
	switch {
	case h.version == 0 && version == socks4:
		h.request4(c)
	case h.version == 0 && version == socks5:
		c.Bytes(int(c.U8())) // the ways to prove who one is
	case h.version == socks5 && version == socksAuth:
		c.Bytes(int(c.U8())) // name
		c.Bytes(int(c.U8())) // password
		return true
	case h.version == socks5 && version == socks5:
		c.U16() // command, reserved
		h.passing = addressed(c) && c.OK()
		return h.passing || !c.OK()
	default:
		return false
	}
	if c.OK() {
		h.version = version
	}
	return true
}

// request4 passes the rest of a request of version 4.
func (h *socksHalf) request4(c *wire.Cursor) {
	c.U8() // command
	c.U16()
	ip := c.U32()
	terminated(c)
	if ip != 0 && ip < 256 { // stands for a name, which follows
		terminated(c)
	}
	h.passing = c.OK()
}

// terminated passes a text that ends with a zero.
func terminated(c *wire.Cursor) {
	for n := 0; c.OK() && c.U8() != 0; n++ {
		if n == maxUser4 {
			c.Bytes(c.Len() + 1) // as good as endless
		}
	}
}

// addressed passes an address of version 5 and a port. It reports false for
// an unknown sort of address.
func addressed(c *wire.Cursor) bool {
	switch c.U8() {
	case 1:
		c.Bytes(4)
	case 3:
		c.Bytes(int(c.U8()))
	case 4:
		c.Bytes(16)
	default:
		return !c.OK()
	}
	c.U16()
	return true
}

// answered passes a proxy's message.
func (h *socksHalf) answered(c *wire.Cursor) bool {
	version := c.U8()
	switch {
	case h.version == 0 && version == socksReply: // of version 4
		c.Bytes(7)
		h.passing = c.OK()
		return true
	case h.version == 0 && version == socks5:
		c.U8() // the way that was chosen
		if c.OK() {
			h.version = version
		}
		return true
	case h.version == socks5 && version == socksAuth:
		c.U8() // whether it was right
		return true
	case h.version == socks5 && version == socks5:
		c.U16() // whether it worked, reserved
		h.passing = addressed(c) && c.OK()
		return h.passing || !c.OK()
	}
	return false
}

// Gap gives up: how far the two have come is not known any more.
func (p *socksParser) Gap(telltale.Direction, int64, int64, Sink) bool { return false }

func (p *socksParser) Close(d telltale.Direction, _ Sink) { p[d] = socksHalf{} }

// probeSOCKS judges a client's first message; a proxy's is too short to tell.
func probeSOCKS(d telltale.Direction, b []byte, _ uint16) Verdict {
	switch {
	case d == telltale.ToClient:
		return No
	case len(b) == 0:
		return Maybe
	}
	c := wire.New(b)
	switch c.U8() {
	case socks5:
		ways := c.Bytes(int(c.U8()))
		usual := func(way byte) bool { return way <= 2 } // none, GSSAPI, password
		switch {
		case len(b) >= 2 && (b[1] == 0 || b[1] > 8):
			return No
		case !c.OK():
			return maybeIf(len(b) < 2 || slices.IndexFunc(b[2:], func(way byte) bool { return !usual(way) }) < 0)
		}
		return yesIf(slices.IndexFunc(ways, func(way byte) bool { return !usual(way) }) < 0)
	case socks4:
		return probeSOCKS4(b)
	}
	return No
}

// probeSOCKS4 judges a request of version 4 by its command, port and texts.
func probeSOCKS4(b []byte) Verdict {
	const texts, enough = 8, 64 // texts stand behind address and port
	switch {
	case len(b) > 1 && (b[1] == 0 || b[1] > 2), len(b) > 3 && b[2]|b[3] == 0:
		return No
	case len(b) <= texts:
		return Maybe
	}
	for _, x := range b[texts:min(len(b), enough)] {
		switch {
		case x == 0:
			return Yes
		case x < ' ' || x > '~':
			return No
		}
	}
	return maybeIf(len(b) < enough)
}

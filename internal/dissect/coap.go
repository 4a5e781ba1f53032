package dissect

import (
	"strconv"

	"github.com/telltale-audit/telltale/internal/wire"
)

// coap reads the requests of small devices (RFC 7252, section 3).
var coap = datagrams("coap", []uint16{5683}, false, soundCoAP, readCoAP)

func soundCoAP(b []byte) bool {
	return len(b) >= 4 && b[0]>>6 == 1 && b[0]&15 <= 8 && (b[1]>>5 == 0 || b[1]>>5 == 2 || b[1]>>5 == 4 || b[1]>>5 == 5)
}

func readCoAP(c *wire.Cursor, x *spans) bool {
	first, code := c.U8(), c.U8()
	c.U16()
	c.Bytes(int(first & 15)) // token
	if !c.OK() {
		return false
	}
	x.fact("code", appendTwo(append(strconv.AppendInt(nil, int64(code>>5), 10), '.'), int(code&31)))
	for number := 0; c.Len() > 0; {
		head := c.U8()
		if head == 0xff {
			b := c.Rest()
			x.cut("coap.payload", c.Off()-len(b), len(b))
			break
		}
		number += coapNumber(c, head>>4)
		n := coapNumber(c, head&15)
		start := c.Off()
		value := c.Bytes(n)
		if !c.OK() {
			break
		}
		name := map[int]string{3: "coap.uri_host", 11: "coap.uri_path", 15: "coap.uri_query", 35: "coap.proxy_uri"}[number]
		if name != "" {
			x.cut(name, start, len(value))
			x.fact(name[5:], value)
		}
	}
	return true
}

// coapNumber reads what is behind a nibble (section 3.1).
func coapNumber(c *wire.Cursor, nibble uint8) int {
	switch nibble {
	case 13:
		return int(c.U8()) + 13
	case 14:
		return int(c.U16()) + 269
	case 15:
		c.Bytes(c.Len() + 1)
	}
	return int(nibble)
}

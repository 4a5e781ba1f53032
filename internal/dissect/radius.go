package dissect

import "github.com/telltale-audit/telltale/internal/wire"

// radius reads what a network's gate tells of who asks to be let in (RFC 2865,
// RFC 2866), with the identity that EAP begins with (RFC 3748) inside.
var radius = datagrams("radius", []uint16{1812, 1813, 1645, 1646}, false, soundRADIUS, readRADIUS)

func soundRADIUS(b []byte) bool {
	c := wire.New(b)
	code, _, length := c.U8(), c.U8(), int(c.U16())
	return c.OK() && (1 <= code && code <= 5 || code == 11) && 20 <= length && length <= len(b)
}

var radiusCodes = [12]string{
	1: "access-request", 2: "access-accept", 3: "access-reject", 4: "accounting-request", 5: "accounting-response", 11: "access-challenge",
}

func readRADIUS(c *wire.Cursor, x *spans) bool {
	whole := *c
	b := whole.Rest()
	code := c.U8()
	if int(code) >= len(radiusCodes) {
		return false
	}
	x.fact("type", []byte(radiusCodes[code]))
	c.Seek(20)
	for c.Len() > 1 {
		typ, n := c.U8(), int(c.U8())-2
		start := c.Off()
		if c.Bytes(n); !c.OK() {
			break
		}
		x.attribute(typ, b[:c.Off()], start)
	}
	return true
}

// attribute reads the attribute that b ends with (RFC 2865, section 5). Its
// value begins at start.
func (x *spans) attribute(typ uint8, b []byte, start int) {
	value := b[start:]
	name := func(name string, from int) {
		x.cut("radius."+name, start+from, len(value)-from)
		x.fact(name, value[from:])
	}
	switch typ {
	case 1:
		name("user_name", 0)
	case 30:
		name("called_station_id", 0)
	case 31:
		name("calling_station_id", 0)
	case 32:
		name("nas_identifier", 0)
	case 79:
		c := wire.New(b)
		c.Seek(start)
		x.eap("radius", c)
	case 26: // 3GPP's own (TS 29.061, section 16.4.7)
		if len(value) > 6 && string(value[:4]) == "\x00\x00\x28\xaf" {
			switch value[4] {
			case 1:
				name("imsi", 6)
			case 20:
				name("imeisv", 6)
			}
		}
	}
}

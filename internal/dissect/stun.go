package dissect

import (
	"net/netip"

	"github.com/telltale-audit/telltale/internal/wire"
)

// stun reads how a call finds its way through a NAT (RFC 8489): it tells the
// address behind it.
var stun = datagrams("stun", []uint16{3478, 19302}, true, soundSTUN, readSTUN)

const stunCookie = 0x2112a442

func soundSTUN(b []byte) bool {
	c := wire.New(b)
	typ, length, cookie := c.U16(), int(c.U16()), c.U32()
	return c.OK() && typ < 0x4000 && length%4 == 0 && cookie == stunCookie && len(b) == length+20
}

func readSTUN(c *wire.Cursor, x *spans) bool {
	c.Seek(4)
	if c.U32() != stunCookie {
		return false
	}
	id := c.Bytes(12)
	for c.Len() > 0 {
		typ, value := c.U16(), c.Vec16()
		if !c.OK() {
			break
		}
		c.Bytes(min(-value.Len()&3, c.Len()))
		switch typ {
		case 0x0006:
			x.mark("stun.username", value)
		case 0x0014:
			x.mark("stun.realm", value)
		case 0x8022:
			x.mark("stun.software", value)
		case 0x0020:
			x.fact("mapped_address", stunAddress(value, id))
		}
	}
	return true
}

// stunAddress undoes XOR-MAPPED-ADDRESS (section 14.2).
func stunAddress(c wire.Cursor, id []byte) []byte {
	c.U8()
	c.U8() // family
	c.U16()
	ip := append([]byte(nil), c.Rest()...)
	key := append([]byte{0x21, 0x12, 0xa4, 0x42}, id...)
	for i := range ip[:min(len(ip), len(key))] {
		ip[i] ^= key[i]
	}
	a, ok := netip.AddrFromSlice(ip)
	if !ok {
		return nil
	}
	return []byte(a.String())
}

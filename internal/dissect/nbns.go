package dissect

import (
	"bytes"
	"net/netip"

	"github.com/telltale-audit/telltale/internal/wire"
)

// nbns reads NetBIOS names (RFC 1002, section 4.2): what a computer is called.
var nbns = datagrams("nbns", []uint16{portNBNS}, false, soundNBNS, readNBNS)

// nbnsName is the length of an encoded name (RFC 1001, section 14.1).
const nbnsName = 32

func soundNBNS(b []byte) bool {
	return len(b) >= dnsHeader+1+nbnsName+1 && b[dnsHeader] == nbnsName && decodeNBNS(b[dnsHeader+1:][:nbnsName]) != nil
}

func readNBNS(c *wire.Cursor, x *spans) bool {
	b := c.Rest()
	if !soundNBNS(b) {
		return false
	}
	kind := "query"
	if b[2]&0x80 != 0 {
		kind = "answer"
	}
	x.fact("type", []byte(kind))
	x.fact("name", decodeNBNS(b[dnsHeader+1:][:nbnsName]))
	if addr := nbnsAddress(b); addr.IsValid() {
		x.fact("address", []byte(addr.String()))
	}
	return true
}

// nbnsAddress returns the address that a computer says, or is said, to have
// under its own name: in the answer to a query (section 4.2.13) and where it
// registers it (section 4.2.2). Names of groups and of services say nothing.
func nbnsAddress(b []byte) (addr netip.Addr) {
	const suffixAt, group = dnsHeader + nbnsName - 1, 0x8000
	if suffix := b[suffixAt : suffixAt+2]; string(suffix) != "AA" && string(suffix) != "CA" { // workstation, server
		return addr
	}
	c := wire.New(b)
	c.Bytes(2)
	flags, questions := c.U16(), c.U16()
	c.Seek(dnsHeader)
	nbnsOwner(&c)
	if questions > 0 {
		c.U32() // type and class of the question
		nbnsOwner(&c)
	}
	typ := c.U16()
	c.Bytes(6) // class, time to live
	data := c.Vec16()
	registers, answers := flags>>11 == 5, flags>>15 == 1 && flags&15 == 0 && flags>>11&15 == 0
	if typ == typeNB && (registers || answers) && data.U16()&group == 0 {
		addr, _ = netip.AddrFromSlice(data.Bytes(4))
	}
	return addr
}

// typeNB is the record type of an address (section 4.2.1.3).
const typeNB = 32

// nbnsOwner moves past a name, or a pointer to one.
func nbnsOwner(c *wire.Cursor) {
	for n := c.U8(); n > 0; n = c.U8() {
		if n >= 192 {
			c.U8()
			return
		}
		c.Bytes(int(n))
	}
}

// decodeNBNS puts the halves of each byte together and drops the padding; nil
// where b is no name.
func decodeNBNS(b []byte) []byte {
	out := make([]byte, 0, nbnsName/2)
	for i := 0; i+1 < len(b); i += 2 {
		high, low := b[i]-'A', b[i+1]-'A'
		if high > 15 || low > 15 {
			return nil
		}
		out = append(out, high<<4|low)
	}
	return bytes.TrimRight(out[:len(out)-1], " \x00")
}

package dissect

import (
	"bytes"

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
	return true
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

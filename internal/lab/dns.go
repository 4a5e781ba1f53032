package lab

import (
	"encoding/binary"
	"net/netip"
	"strings"
)

// The DNS record types that [DNSQuery] and [DNSAnswer] are used with.
const (
	TypeA    uint16 = 1
	TypeAAAA uint16 = 28
)

// DNSQuery returns an RFC 1035 query for name, recursion desired. Labels are
// written as they come; none may be longer than 63 bytes.
func DNSQuery(id uint16, name string, rrtype uint16) []byte {
	b := binary.BigEndian.AppendUint16(nil, id)
	b = append(b, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0)
	for label := range strings.SplitSeq(name, ".") {
		b = append(b, byte(len(label)))
		b = append(b, label...)
	}
	b = append(b, 0)
	b = binary.BigEndian.AppendUint16(b, rrtype)
	return append(b, 0, 1)
}

// DNSAnswer returns the answer to a query made by [DNSQuery]: one address,
// its owner name a pointer to the question, ttl in seconds.
func DNSAnswer(query []byte, addr netip.Addr, ttl uint32) []byte {
	b := append([]byte(nil), query...)
	b[2], b[3], b[7] = 0x81, 0x80, 1
	b = append(b, 0xc0, 12)
	b = binary.BigEndian.AppendUint16(b, rrtypeOf(addr))
	b = append(b, 0, 1)
	b = binary.BigEndian.AppendUint32(b, ttl)
	b = binary.BigEndian.AppendUint16(b, uint16(addr.BitLen()/8))
	return append(b, addr.AsSlice()...)
}

func rrtypeOf(addr netip.Addr) uint16 {
	if addr.Is4() {
		return TypeA
	}
	return TypeAAAA
}

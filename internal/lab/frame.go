package lab

import "encoding/binary"

const (
	protoTCP = 6
	protoUDP = 17

	hopLimit = 64
)

// appendHeaders appends Ethernet and IP headers for n bytes of transport.
func appendHeaders(b []byte, src, dst Host, proto uint8, id uint16, n int) []byte {
	b = append(b, dst.MAC[:]...)
	b = append(b, src.MAC[:]...)
	if src.Addr.Is4() {
		return appendIPv4(append(b, 0x08, 0x00), src, dst, proto, id, n)
	}
	return appendIPv6(append(b, 0x86, 0xdd), src, dst, proto, n)
}

// appendIPv4 appends an RFC 791 header without options, Don't Fragment set.
func appendIPv4(b []byte, src, dst Host, proto uint8, id uint16, n int) []byte {
	start := len(b)
	b = append(b, 0x45, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(20+n))
	b = binary.BigEndian.AppendUint16(b, id)
	b = append(b, 0x40, 0, hopLimit, proto, 0, 0)
	b = append(b, src.Addr.AsSlice()...)
	b = append(b, dst.Addr.AsSlice()...)
	binary.BigEndian.PutUint16(b[start+10:], ^fold(addWords(0, b[start:])))
	return b
}

// appendIPv6 appends an RFC 8200 header without extension headers.
func appendIPv6(b []byte, src, dst Host, proto uint8, n int) []byte {
	b = append(b, 0x60, 0, 0, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(n))
	b = append(b, proto, hopLimit)
	b = append(b, src.Addr.AsSlice()...)
	return append(b, dst.Addr.AsSlice()...)
}

// transportSum returns the checksum of a TCP or UDP segment whose checksum
// field is zero (RFC 9293, 3.1; RFC 8200, 8.1).
func transportSum(src, dst Host, proto uint8, segment []byte) uint16 {
	sum := addWords(0, src.Addr.AsSlice())
	sum = addWords(sum, dst.Addr.AsSlice())
	sum += uint64(proto) + uint64(len(segment))
	sum = addWords(sum, segment)
	if s := ^fold(sum); s != 0 || proto != protoUDP {
		return s
	}
	return 0xffff // RFC 768: a sum of zero is sent as all ones
}

func addWords(sum uint64, b []byte) uint64 {
	for ; len(b) >= 2; b = b[2:] {
		sum += uint64(binary.BigEndian.Uint16(b))
	}
	if len(b) == 1 {
		sum += uint64(b[0]) << 8
	}
	return sum
}

func fold(sum uint64) uint16 {
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}

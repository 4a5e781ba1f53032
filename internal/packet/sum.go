package packet

import (
	"encoding/binary"
	"math/bits"
)

// A Sum is what the checksum of a TCP or UDP packet says about its bytes.
type Sum uint8

// NoSum is the verdict on packets that carry no checksum or whose bytes are
// not all there. HalfSum is what a network stack leaves where the card is to
// compute the rest, or where it joined several packets into one: the sum of
// addresses and length alone, or zero.
const (
	NoSum Sum = iota
	GoodSum
	HalfSum
	WrongSum
)

// Sum verifies the checksum of a packet of status [OK] (RFC 9293 section 3.1,
// RFC 768, RFC 8200 section 8.1). It reads every byte of the payload. Where that of
// the IPv4 header is wrong, it is too.
func (h *Header) Sum(data []byte) Sum {
	if !h.summed || h.Cut > 0 || h.rerouted {
		return NoSum
	}
	if h.misheaded {
		return WrongSum
	}
	segment := data[h.transportStart:h.PayloadEnd]
	at := 16
	if h.Proto == UDP {
		at = 6
	}
	field := segment[at : at+2]
	if h.Proto == UDP && field[0] == 0 && field[1] == 0 {
		return NoSum
	}
	addresses := h.addressSum()
	pseudo := addresses + uint64(len(segment))
	// The sum over all words, the checksum's own included, is all ones.
	if fold(pseudo+uint64(sum(segment))) == 0xffff {
		return GoodSum
	}
	switch half := binary.BigEndian.Uint16(field); half {
	case 0, fold(pseudo), fold(addresses):
		return HalfSum
	}
	return WrongSum
}

// addressSum returns the sum of the pseudo header but for its length.
func (h *Header) addressSum() uint64 {
	src, dst := h.Src[:], h.Dst[:]
	if h.Version == 4 {
		src, dst = src[12:], dst[12:]
	}
	return uint64(sum(src)) + uint64(sum(dst)) + uint64(h.Proto)
}

// sum returns the ones' complement sum of the 16-bit words of b, the last one
// filled up with zero (RFC 1071). It adds 8 bytes at a time: the order of
// bytes within a word does not matter to such a sum, and is put right at the
// end.
func sum(b []byte) uint16 {
	var s, carry uint64
	for len(b) >= 64 {
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b), 0)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[8:]), carry)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[16:]), carry)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[24:]), carry)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[32:]), carry)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[40:]), carry)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[48:]), carry)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[56:]), carry)
		s += carry // cannot wrap: a sum that carried is not all ones
		b = b[64:]
	}
	for ; len(b) >= 8; b = b[8:] {
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b), 0)
		s += carry
	}
	var last [8]byte
	copy(last[:], b)
	s, carry = bits.Add64(s, binary.LittleEndian.Uint64(last[:]), 0)
	s += carry
	return bits.ReverseBytes16(fold(s&0xffffffff + s>>32))
}

// fold brings a sum of 16-bit words down to one.
func fold(s uint64) uint16 {
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}

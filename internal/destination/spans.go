package destination

import (
	"encoding/binary"
	"net/netip"
)

// spans is a packed table from ranges of addresses to small numbers. It is
// read in place, never unpacked: a look-up searches the heads of the blocks,
// then walks one block.
//
// The file is: the words magic, blocks and bytes of body for IPv4, the same
// for IPv6; then for IPv4 the heads (4 bytes each), where each block begins in
// the body (4 bytes each) and the body; then the same for IPv6 with heads of
// 8 bytes, the upper half of an address, as nothing finer is announced. All
// are little-endian. A block is the number of its head, then up to
// blockLength-1 pairs of how far the next range begins from the last one, and
// its number; 0 stands for addresses the table has nothing on.
type spans struct{ v4, v6 half }

// half holds one family of addresses.
type half struct {
	heads, at, body string
	width           int // bytes of a head
}

const (
	spansMagic  = 0x31535454 // "TTS1"
	blockLength = 64
)

// The steps between ranges are mostly multiples of a power of two: the two
// lowest bits of a packed step say of which.
var (
	steps4 = [4]uint{0, 4, 8, 12}
	steps6 = [4]uint{0, 16, 24, 32}
)

// readSpans returns the table in a file that this package packed.
func readSpans(file string) spans {
	if word(file, 0) != spansMagic {
		panic("destination: not a table of address ranges")
	}
	n4, b4, n6 := word(file, 1), word(file, 2), word(file, 3)
	rest := file[5*4:]
	cut := func(n int) (s string) {
		s, rest = rest[:n], rest[n:]
		return s
	}
	return spans{
		v4: half{width: 4, heads: cut(4 * n4), at: cut(4 * n4), body: cut(b4)},
		v6: half{width: 8, heads: cut(8 * n6), at: cut(4 * n6), body: rest},
	}
}

// of returns the number that the table has for a, or 0.
func (s *spans) of(a netip.Addr) int {
	switch {
	case a.Is4():
		b := a.As4()
		return s.v4.find(uint64(binary.BigEndian.Uint32(b[:])), &steps4)
	case a.Is6():
		b := a.As16()
		return s.v6.find(binary.BigEndian.Uint64(b[:8]), &steps6)
	}
	return 0
}

func (h *half) head(i int) uint64 {
	if h.width == 4 {
		return uint64(word(h.heads, i))
	}
	return uint64(word(h.heads, 2*i)) | uint64(word(h.heads, 2*i+1))<<32
}

// find returns the number of the last range that begins at key or before.
func (h *half) find(key uint64, steps *[4]uint) int {
	lo, hi := 0, len(h.at)/4
	for lo < hi {
		if mid := int(uint(lo+hi) / 2); h.head(mid) <= key {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == 0 {
		return 0
	}
	at := h.head(lo - 1)
	end := len(h.body)
	if lo < len(h.at)/4 {
		end = word(h.at, lo)
	}
	block := h.body[word(h.at, lo-1):end]
	value, block := uvarint(block)
	for len(block) > 0 {
		var step, next uint64
		step, block = uvarint(block)
		next, block = uvarint(block)
		at += step >> 2 << steps[step&3]
		if at > key {
			break
		}
		value = next
	}
	return int(value)
}

// word returns the i-th little-endian word of 4 bytes.
func word(s string, i int) int {
	i *= 4
	return int(s[i]) | int(s[i+1])<<8 | int(s[i+2])<<16 | int(s[i+3])<<24
}

// uvarint reads a number of [binary.AppendUvarint] and returns what follows.
func uvarint(s string) (uint64, string) {
	n := uint64(0)
	for i := range len(s) {
		n |= uint64(s[i]&0x7f) << (7 * i)
		if s[i] < 0x80 {
			return n, s[i+1:]
		}
	}
	return n, ""
}

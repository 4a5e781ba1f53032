package decode

import "math/bits"

// A Huffman code of deflate (RFC 1951, 3.2.2) is read by look-up: the next bits
// of the input, as many as the table's root, are the index of an entry, which
// says what their symbol stands for and how long its code is; or, for a longer
// code, where the table for its further bits begins. An entry's parts are, lowest
// first:
//
//	8 bits   how many bits of the input to pass over, extra bits among them
//	4 bits   how many of these are the code's, or are the index in the further table
//	4 bits   what it is
//	16 bits  the literal, least length, least distance, or start of the table
const (
	entryBits  = 0xff
	entryCode  = 8
	entryKind  = 12
	entryValue = 16

	ofCode = 1<<entryCode | 1 // times the bits of a code

	isLiteral = 1 << entryKind
	isFurther = 2 << entryKind
	isEnd     = 4 << entryKind
	isBad     = 8 << entryKind
)

// maxCode is the length of the longest code, in bits.
const maxCode = 15

// extraBits returns how many extra bits follow the code of e.
func extraBits(e uint32) uint { return uint(e&entryBits - e>>entryCode&15) }

// A symbolSet is what the symbols of a code stand for: entries without the bits
// of a code.
type symbolSet []uint32

// build makes t the table of the code whose symbol i has lengths[i] bits. It
// reports whether there is such a code: none that is the beginning of another,
// and none missing. One symbol of one bit is a code, and so is no symbol.
func (set symbolSet) build(t []uint32, root int, lengths []uint8) bool {
	sorted, unused, longest := sortCodes(lengths)
	if longest < 0 {
		return false
	}
	t[0] = isBad
	i, code := unused, 0
	for n := 1; n <= root; n++ {
		copy(t[1<<(n-1):1<<n], t) // what is said already does not depend on the bit that comes
		for code <<= 1; i < len(lengths) && int(lengths[sorted[i]]) == n; i++ {
			t[reversed(code, n)] = set[sorted[i]] + ofCode*uint32(n)
			code++
		}
	}
	set.buildFurther(t, root, lengths, sorted[i:len(lengths)], longest)
	return true
}

// buildFurther makes the tables for the codes of more than root bits, whose
// symbols are long, in the order of their lengths. They are looked at from the
// last to the first: all that begin alike are neighbours, and the longest first.
func (set symbolSet) buildFurther(t []uint32, root int, lengths []uint8, long []uint16, longest int) {
	prefix, start, width, used := -1, 0, 0, 1<<root
	for i, code, last := len(long)-1, 1<<longest, longest; i >= 0; i-- {
		n := int(lengths[long[i]])
		code, last = code>>(last-n)-1, n
		rev := reversed(code, n)
		if p := rev & (1<<root - 1); p != prefix {
			prefix, start, width = p, used, n-root
			used += 1 << width
			t[p] = isFurther | uint32(start<<entryValue|width<<entryCode|root)
		}
		for at := rev >> root; at < 1<<width; at += 1 << (n - root) {
			t[start+at] = set[long[i]] + ofCode*uint32(n-root)
		}
	}
}

// sortCodes returns the symbols in the order of their lengths, how many of them
// have no code, and the length of the longest code; -1 if it is no code.
func sortCodes(lengths []uint8) (sorted [maxSymbols]uint16, unused, longest int) {
	var count, at [maxCode + 1]int
	for _, n := range lengths {
		count[n]++
	}
	unused = count[0]
	code, sum := 0, unused
	for n := 1; n <= maxCode; n++ {
		at[n], sum = sum, sum+count[n]
		if code = code<<1 + count[n]; code > 1<<n {
			return sorted, unused, -1
		}
		if count[n] > 0 {
			longest = n
		}
	}
	if lone := longest <= 1 && count[1] <= 1; code != 1<<maxCode && !lone {
		return sorted, unused, -1
	}
	for sym, n := range lengths {
		sorted[at[n]] = uint16(sym)
		at[n]++
	}
	return sorted, unused, longest
}

// reversed returns the n bits of code as they follow each other in the input.
func reversed(code, n int) int { return int(bits.Reverse16(uint16(code)) >> (16 - n)) }

package lab

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
)

// Quine returns a gzip file (RFC 1952) of 206 bytes that unpacks to itself, so
// to a file that unpacks to itself, without end.
//
// It is made of steps of five bytes each, which either hold bytes as they are or
// repeat the last ones. What they write is what they are: each step that repeats
// writes what was held just before once more, and in front of that stands the
// step that held it. The sum at the end is in what it sums, twice; it is found as
// the solution of an equation.
func Quine() []byte {
	head := append([]byte{0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 255}, "self\x00"...)
	size := uint32(len(quine(head, 0, 0)))
	return quine(head, solveSum(func(sum uint32) uint32 {
		return crc32.ChecksumIEEE(quine(head, sum, size))
	}), size)
}

// quine returns the file with a sum and a size.
func quine(head []byte, sum, size uint32) []byte {
	tail := []byte{1, 0, 0, 0xff, 0xff} // the last block, which is empty
	tail = binary.LittleEndian.AppendUint32(tail, sum)
	tail = binary.LittleEndian.AppendUint32(tail, size)
	var (
		none, one, four = hold(0), hold(stepSize), hold(4 * stepSize)
		again           = repeatLast(4 * stepSize)
		holdHead        = hold(len(head) + stepSize)
		headAgain       = repeatLast(len(head) + stepSize)
		holdTail        = hold(stepSize + len(tail))
		tailAgain       = repeatLast(stepSize + len(tail))
	)
	return slices.Concat(
		head, holdHead, head, holdHead,
		headAgain,
		one, headAgain,
		one, one,
		four, headAgain, one, one, four,
		again,
		four, again, four, again, four,
		again,
		four, again, none, none, holdTail,
		again,
		none,
		none,
		holdTail, tailAgain, tail,
		tailAgain,
		tail,
	)
}

// stepSize is how many bytes each step is.
const stepSize = 5

// hold returns the step that n bytes as they are come behind (RFC 1951, 3.2.4).
func hold(n int) []byte {
	return []byte{0, byte(n), byte(n >> 8), ^byte(n), ^byte(n >> 8)}
}

// repeatLast returns the step that writes the last n bytes, 17 to 20, once more: a
// block of fixed codes (RFC 1951, 3.2.6) with two matches, which are 40 bits.
func repeatLast(n int) []byte {
	var bits, count uint64
	put := func(v uint64, n int) { // the lowest bit first
		bits |= v << count
		count += uint64(n)
	}
	code := func(v uint64, n int) { // of Huffman: the highest first
		for i := n - 1; i >= 0; i-- {
			put(v>>i&1, 1)
		}
	}
	put(0b010, 3)
	for _, length := range []int{10, n - 10} {
		code(uint64(length-2), 7) // symbol 257 is 3 bytes
		code(8, 5)                // 17 to 24 bytes back
		put(uint64(n-17), 3)
	}
	code(0, 7)
	return binary.LittleEndian.AppendUint64(nil, bits)[:stepSize]
}

// solveSum returns the x that sum(x) is, where each bit of sum(x) is a sum of
// bits of x, and of one more, modulo 2.
func solveSum(sum func(x uint32) uint32) uint32 {
	const known = 32 // in each row, the bit beside those of x
	var rows [32]uint64
	fixed := sum(0)
	for bit := range rows {
		rows[bit] = uint64(fixed>>bit&1) << known
	}
	for x := range rows {
		column := sum(1<<x) ^ fixed ^ 1<<x
		for bit := range rows {
			rows[bit] |= uint64(column>>bit&1) << x
		}
	}
	var solution uint32
	for x := range rows {
		pivot := x
		for rows[pivot]>>x&1 == 0 {
			pivot++
		}
		rows[x], rows[pivot] = rows[pivot], rows[x]
		for bit := range rows {
			if bit != x && rows[bit]>>x&1 == 1 {
				rows[bit] ^= rows[x]
			}
		}
	}
	for x := range rows {
		solution |= uint32(rows[x]>>known) << x
	}
	return solution
}

package decode

import (
	"bytes"
	"math/bits"
)

// A Block says which of 64 bytes of a text are of each class: bit i of a word is
// of byte i. A text's bytes are looked at once; what runs and keys are made of is
// then a matter of a few words.
type Block [4]uint64

// The classes of a [Block].
const (
	Digits  = iota
	Hexes   // digits and the letters of hexadecimal, in either case
	Symbols // of Base64, in either alphabet
	Joints  // ':', '=' and '-'
)

const blockLen = 64

// Marks says which bytes a text has anywhere that encodings cannot do without. A
// decoder whose marks are missing need not look for anything.
type Marks uint8

// Binary reports whether a byte is a control character that text never has.
func (m Marks) Binary() bool { return m&controls != 0 }

// The marks, each of one byte or of a few.
const (
	percents Marks = 1 << iota // and ampersands
	pluses
	backslashes
	controls // that text never has: all but 0x19, 0x1a, 0x1d and white space
	magics   // bytes of 0x1f, 0xfd and two more
	equals
	zlibSeconds // second bytes of zlib that are no text: 0x9c, 0xda and two more
	carets      // and the one that is
)

// rest64 is what the last block is filled up with: bytes of no class, and no marks.
var rest64 = [blockLen]byte(bytes.Repeat([]byte{' '}, blockLen))

// Classify returns the blocks of b, in the memory of old if that has room, and
// its marks. The bytes that the last block lacks are of no class.
func Classify(old []Block, b []byte) ([]Block, Marks) {
	n := (len(b) + blockLen - 1) / blockLen
	if cap(old) < n {
		old = make([]Block, n)
	}
	blocks, marks := old[:n], Marks(0)
	whole := len(b) / blockLen
	if whole > 0 {
		marks = classifyWhole(blocks[:whole], b)
	}
	if whole < n {
		rest := rest64
		copy(rest[:], b[whole*blockLen:])
		marks |= classifyWhole(blocks[whole:], rest[:])
	}
	return blocks, marks
}

// classOf has the classes of a byte, a bit each.
var classOf = func() (t [256]uint8) {
	for c := range t {
		b := byte(c)
		if b >= '0' && b <= '9' {
			t[c] |= 1 << Digits
		}
		if hexAlphabet.has(b) {
			t[c] |= 1 << Hexes
		}
		if base64Alphabet.has(b) {
			t[c] |= 1 << Symbols
		}
		if b == ':' || b == '=' || b == '-' {
			t[c] |= 1 << Joints
		}
	}
	return t
}()

// marksOf has the marks of a byte.
var marksOf = func() (t [256]Marks) {
	for m, bytes := range map[Marks]string{
		percents: "%&", pluses: "+", backslashes: `\\`, equals: "=", carets: "^", magics: "\x1d\x1f\xfd\xff", zlibSeconds: "\x9a\x9c\xda\xdc",
		controls: "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x1b\x1c\x1e\x1f",
	} {
		for i := range len(bytes) {
			t[bytes[i]] |= m
		}
	}
	return t
}()

// classifyPlain sets blocks to those of the bytes that b begins with, as many, and
// returns their marks.
func classifyPlain(blocks []Block, b []byte) (marks Marks) {
	const gather = 0x0102040810204080 // moves the lowest bit of each byte to the highest byte
	for i := range blocks {
		var digits, hexes, symbols, joints uint64
		for at := 0; at < blockLen; at += wordSize {
			q := b[i*blockLen+at:][:wordSize:wordSize]
			of := uint64(classOf[q[0]]) | uint64(classOf[q[1]])<<8 | uint64(classOf[q[2]])<<16 | uint64(classOf[q[3]])<<24 |
				uint64(classOf[q[4]])<<32 | uint64(classOf[q[5]])<<40 | uint64(classOf[q[6]])<<48 | uint64(classOf[q[7]])<<56
			digits |= of >> Digits & eachByte * gather >> 56 << (at % blockLen)
			hexes |= of >> Hexes & eachByte * gather >> 56 << (at % blockLen)
			symbols |= of >> Symbols & eachByte * gather >> 56 << (at % blockLen)
			joints |= of >> Joints & eachByte * gather >> 56 << (at % blockLen)
		}
		blocks[i] = Block{Digits: digits, Hexes: hexes, Symbols: symbols, Joints: joints}
	}
	for _, c := range b[:len(blocks)*blockLen] {
		marks |= marksOf[c]
	}
	return marks
}

// NextRun returns the first run of at least least bytes of a class that begins at
// or behind at, in front of which the class does not go on. Least is 9 to 16.
//
// It looks where such a run cannot but have come to: bit by bit, which bytes have
// 2, 4, 8 and then least bytes of the class behind them, themselves included.
func NextRun(blocks []Block, class, at, least int) (start, end int, ok bool) {
	more := uint(least-8) % blockLen
	mask := ^uint64(0) << (at % blockLen)
	var one, two, four, eight uint64 // of the block before
	for i := at / blockLen; i < len(blocks); i++ {
		ones := blocks[i][class] & mask
		twos := ones & (ones<<1 | one>>63)
		fours := twos & (twos<<2 | two>>62)
		eights := fours & (fours<<4 | four>>60)
		if ends := eights & (eights<<more | eight>>((blockLen-more)%blockLen)); ends != 0 {
			end = i*blockLen + bits.TrailingZeros64(ends) + 1
			return end - least, runEnd(blocks, class, end), true
		}
		one, two, four, eight, mask = ones, twos, fours, eights, ^uint64(0)
	}
	return 0, 0, false
}

// runEnd returns where the bytes of a class from at on end.
func runEnd(blocks []Block, class, at int) int {
	for at < len(blocks)*blockLen {
		n := bits.TrailingZeros64(^(blocks[at/blockLen][class] >> (at % blockLen)))
		if at%blockLen+n < blockLen {
			return at + n
		}
		at += blockLen - at%blockLen
	}
	return at
}

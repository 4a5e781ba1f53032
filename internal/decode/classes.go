package decode

import "math/bits"

// A Block says which of 64 bytes of a text are of each class: bit i of a word is
// of byte i. A text's bytes are looked at once; what runs and keys are made of is
// then a matter of a few words.
type Block [4]uint64

// The classes of a [Block].
const (
	Digits  = iota
	Hexes   // digits and the letters of hexadecimal, in either case
	Symbols // of Base64, in either alphabet
	Marks   // ':', '=' and '-'
)

const blockLen = 64

// Classify returns the blocks of b, in the memory of old if that has room. The
// bytes that the last one lacks are of no class.
func Classify(old []Block, b []byte) []Block {
	n := (len(b) + blockLen - 1) / blockLen
	if cap(old) < n {
		old = make([]Block, n)
	}
	blocks := old[:n]
	whole := len(b) / blockLen
	if whole > 0 {
		classifyWhole(blocks[:whole], b)
	}
	if whole < n {
		var rest [blockLen]byte
		copy(rest[:], b[whole*blockLen:])
		classifyWhole(blocks[whole:], rest[:])
	}
	return blocks
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
			t[c] |= 1 << Marks
		}
	}
	return t
}()

// classifyPlain sets blocks to those of the bytes that b begins with, as many.
func classifyPlain(blocks []Block, b []byte) {
	const gather = 0x0102040810204080 // moves the lowest bit of each byte to the highest byte
	for i := range blocks {
		var digits, hexes, symbols, marks uint64
		for at := 0; at < blockLen; at += wordSize {
			q := b[i*blockLen+at:][:wordSize:wordSize]
			of := uint64(classOf[q[0]]) | uint64(classOf[q[1]])<<8 | uint64(classOf[q[2]])<<16 | uint64(classOf[q[3]])<<24 |
				uint64(classOf[q[4]])<<32 | uint64(classOf[q[5]])<<40 | uint64(classOf[q[6]])<<48 | uint64(classOf[q[7]])<<56
			digits |= of >> Digits & eachByte * gather >> 56 << (at % blockLen)
			hexes |= of >> Hexes & eachByte * gather >> 56 << (at % blockLen)
			symbols |= of >> Symbols & eachByte * gather >> 56 << (at % blockLen)
			marks |= of >> Marks & eachByte * gather >> 56 << (at % blockLen)
		}
		blocks[i] = Block{Digits: digits, Hexes: hexes, Symbols: symbols, Marks: marks}
	}
}

// NextRun returns the first run of at least least bytes of a class that begins at
// or behind at, in front of which the class does not go on. Least is 9 to 16.
func NextRun(blocks []Block, class, at, least int) (start, end int, ok bool) {
	for i := at / blockLen; i < len(blocks); i++ {
		set, next := blocks[i][class], uint64(0)
		if i == at/blockLen {
			set &= ^uint64(0) << (at % blockLen)
		}
		if i+1 < len(blocks) {
			next = blocks[i+1][class]
		}
		if starts := runStarts(set, next, least); starts != 0 {
			start = i*blockLen + bits.TrailingZeros64(starts)
			return start, runEnd(blocks, class, start+least), true
		}
	}
	return 0, 0, false
}

// runStarts returns the bits of set from which on least bits, of set and then of
// next, are 1. What is known of 1, 2, 4 and 8 bits is put together.
func runStarts(set, next uint64, least int) uint64 {
	set, next = set&(set>>1|next<<63), next&(next>>1)
	set, next = set&(set>>2|next<<62), next&(next>>2)
	set, next = set&(set>>4|next<<60), next&(next>>4)
	more := (least - 8) % blockLen
	return set & (set>>more | next<<(blockLen-more))
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

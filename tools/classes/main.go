// Command classes writes internal/decode/classes_amd64.s: the classes of 64
// bytes at a time with AVX2. It runs by 'make assembly'.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// A byte is in a rectangle if its low and its high nibble are; each rectangle
// has a bit in the two tables.
var rectangles = []struct{ high, low []int }{
	{[]int{3}, span(0, 9)},           // digits
	{[]int{4, 6}, span(1, 6)},        // A-F, a-f
	{[]int{4, 6}, span(1, 15)},       // A-O, a-o
	{[]int{5, 7}, span(0, 10)},       // P-Z, p-z
	{[]int{2}, []int{0xb, 0xd, 0xf}}, // + - /
	{[]int{5}, []int{0xf}},           // _
	{[]int{3}, []int{0xa, 0xd}},      // : =
	{[]int{2}, []int{0xd}},           // -
}

// The classes, in the order of decode.Block, and their rectangles.
var classes = []byte{
	0b0000_0001, // Digits
	0b0000_0011, // Hexes
	0b0011_1101, // Symbols
	0b1100_0000, // Marks
}

func main() {
	ConstraintExpr("!purego")
	low, high := tables()

	TEXT("classifyAVX2", NOSPLIT, "func(out *uint64, b *byte, blocks int)")
	Doc("classifyAVX2 sets out to as many Blocks, of 64 bytes each.")
	out, b, n := Load(Param("out"), GP64()), Load(Param("b"), GP64()), Load(Param("blocks"), GP64())
	nibble, zero := YMM(), YMM()
	VPXOR(zero, zero, zero)
	broadcast(nibble, 0x0f)
	lowTable, highTable := YMM(), YMM()
	VBROADCASTI128(low, lowTable)
	VBROADCASTI128(high, highTable)
	masks := make([]VecVirtual, len(classes))
	for i, c := range classes {
		masks[i] = YMM()
		broadcast(masks[i], c)
	}

	Label("block")
	first := rectanglesOf(Mem{Base: b}, nibble, lowTable, highTable)
	second := rectanglesOf(Mem{Base: b, Disp: 32}, nibble, lowTable, highTable)
	for i, mask := range masks {
		word, upper := outside(first, mask, zero), outside(second, mask, zero)
		SHLQ(Imm(32), upper)
		ORQ(upper, word)
		NOTQ(word)
		MOVQ(word, Mem{Base: out, Disp: 8 * i})
	}
	ADDQ(Imm(64), b)
	ADDQ(Imm(uint64(8*len(classes))), out)
	DECQ(n)
	JNZ(LabelRef("block"))
	VZEROUPPER()
	RET()
	Generate()
}

// tables returns the rectangles of each low and each high nibble.
func tables() (low, high Mem) {
	var bits [2][16]byte
	for i, r := range rectangles {
		for _, n := range r.low {
			bits[0][n] |= 1 << i
		}
		for _, n := range r.high {
			bits[1][n] |= 1 << i
		}
	}
	for i, name := range []string{"lowNibbles", "highNibbles"} {
		at := GLOBL(name, RODATA|NOPTR)
		for n, c := range bits[i] {
			DATA(n, U8(c))
		}
		if i == 0 {
			low = at
		} else {
			high = at
		}
	}
	return low, high
}

// broadcast sets every byte of v to c.
func broadcast(v VecVirtual, c byte) {
	r, x := GP32(), XMM()
	MOVL(U32(c), r)
	VMOVD(r, x)
	VPBROADCASTB(x, v)
}

// rectanglesOf returns the rectangles that each of 32 bytes is in.
func rectanglesOf(at Mem, nibble, lowTable, highTable VecVirtual) VecVirtual {
	text, upper := YMM(), YMM()
	VMOVDQU(at, text)
	VPSRLW(Imm(4), text, upper)
	VPAND(nibble, text, text)
	VPAND(nibble, upper, upper)
	VPSHUFB(text, lowTable, text)
	VPSHUFB(upper, highTable, upper)
	VPAND(upper, text, text)
	return text
}

// outside returns a bit for each byte that is in no rectangle of mask.
func outside(rectangles, mask, zero VecVirtual) GPVirtual {
	v, bits := YMM(), GP64()
	VPAND(mask, rectangles, v)
	VPCMPEQB(zero, v, v)
	VPMOVMSKB(v, bits.As32())
	return bits
}

func span(first, last int) (list []int) {
	for n := first; n <= last; n++ {
		list = append(list, n)
	}
	return list
}

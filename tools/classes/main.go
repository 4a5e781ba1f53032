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
type rectangle struct{ high, low []int }

var rectangles = []rectangle{
	{[]int{3}, span(0, 9)},           // digits
	{[]int{4, 6}, span(1, 6)},        // A-F, a-f
	{[]int{4, 6}, span(1, 15)},       // A-O, a-o
	{[]int{5, 7}, span(0, 10)},       // P-Z, p-z
	{[]int{2}, []int{0xb, 0xd, 0xf}}, // + - /
	{[]int{5}, []int{0xf}},           // _
	{[]int{3}, []int{0xa, 0xd}},      // : =
	{[]int{2}, []int{0xd}},           // -
}

// The marks, in the order of decode.Marks.
var marks = []rectangle{
	{[]int{2}, []int{5, 6}}, // % &
	{[]int{2}, []int{0xb}},  // +
	{[]int{5}, []int{0xc}},  // \
	{[]int{0, 1}, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 0xb, 0xc, 0xe, 0xf}}, // controls
	{[]int{1, 0xf}, []int{0xd, 0xf}},                                    // 1d 1f fd ff
	{[]int{3}, []int{0xd}},                                              // =
	{[]int{9, 0xd}, []int{0xa, 0xc}},                                    // 9a 9c da dc
	{[]int{5}, []int{0xe}},                                              // ^
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
	low, high := tables("", rectangles)
	lowMark, highMark := tables("Mark", marks)

	TEXT("classifyAVX2", NOSPLIT, "func(out *uint64, b *byte, blocks int) uint64")
	Doc("classifyAVX2 sets out to as many Blocks, of 64 bytes each, and returns their Marks, to be put together of 8 bytes.")
	out, b, n := Load(Param("out"), GP64()), Load(Param("b"), GP64()), Load(Param("blocks"), GP64())
	nibble, zero := YMM(), YMM()
	VPXOR(zero, zero, zero)
	broadcast(nibble, 0x0f)
	classTables, markTables := load(low, high), load(lowMark, highMark)
	seen := YMM()
	VPXOR(seen, seen, seen)
	masks := make([]VecVirtual, len(classes))
	for i, c := range classes {
		masks[i] = YMM()
		broadcast(masks[i], c)
	}

	Label("block")
	var half [2]VecVirtual
	for i := range half {
		lower, upper := nibbles(Mem{Base: b, Disp: 32 * i}, nibble)
		half[i] = rectanglesOf(lower, upper, classTables)
		found := rectanglesOf(lower, upper, markTables)
		VPOR(found, seen, seen)
	}
	for i, mask := range masks {
		word, upper := outside(half[0], mask, zero), outside(half[1], mask, zero)
		SHLQ(Imm(32), upper)
		ORQ(upper, word)
		NOTQ(word)
		MOVQ(word, Mem{Base: out, Disp: 8 * i})
	}
	ADDQ(Imm(64), b)
	ADDQ(Imm(uint64(8*len(classes))), out)
	DECQ(n)
	JNZ(LabelRef("block"))
	Store(gather(seen), ReturnIndex(0))
	VZEROUPPER()
	RET()
	Generate()
}

// gather returns the bits that any 8 bytes of v have.
func gather(v VecVirtual) Register {
	upper, word := XMM(), GP64()
	VEXTRACTI128(Imm(1), v, upper)
	VPOR(v.(Vec).AsX(), upper, upper)
	MOVQ(upper, word)
	VPSRLDQ(Imm(8), upper, upper)
	rest := GP64()
	MOVQ(upper, rest)
	ORQ(rest, word)
	return word
}

// tables returns the rectangles of list that each low and each high nibble is in.
func tables(suffix string, list []rectangle) (low, high Mem) {
	var bits [2][16]byte
	for i, r := range list {
		for _, n := range r.low {
			bits[0][n] |= 1 << i
		}
		for _, n := range r.high {
			bits[1][n] |= 1 << i
		}
	}
	for i, name := range []string{"low", "high"} {
		at := GLOBL(name+suffix+"Nibbles", RODATA|NOPTR)
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

// load returns the two tables in registers.
func load(low, high Mem) [2]VecVirtual {
	t := [2]VecVirtual{YMM(), YMM()}
	VBROADCASTI128(low, t[0])
	VBROADCASTI128(high, t[1])
	return t
}

// nibbles returns the low and the high nibbles of 32 bytes.
func nibbles(at Mem, nibble VecVirtual) (lower, upper VecVirtual) {
	lower, upper = YMM(), YMM()
	VMOVDQU(at, lower)
	VPSRLW(Imm(4), lower, upper)
	VPAND(nibble, lower, lower)
	VPAND(nibble, upper, upper)
	return lower, upper
}

// rectanglesOf returns the rectangles that each of 32 bytes is in.
func rectanglesOf(lower, upper VecVirtual, tables [2]VecVirtual) VecVirtual {
	of, with := YMM(), YMM()
	VPSHUFB(lower, tables[0], of)
	VPSHUFB(upper, tables[1], with)
	VPAND(with, of, of)
	return of
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

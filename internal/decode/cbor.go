package decode

import (
	"encoding/binary"
	"strconv"
)

// cborDecoder reads CBOR (RFC 8949): an array or a map.
var cborDecoder = &Decoder{Name: "cbor", Find: findCBOR, Decode: writeTree((*tree).cbor), Encode: encodeCBOR, whole: true}

// The major types of CBOR (RFC 8949, 3.1), and what is said by the low bits.
const (
	cborCount  = 0
	cborMinus  = 1
	cborBytes  = 2
	cborText   = 3
	cborArray  = 4
	cborMap    = 5
	cborTag    = 6
	cborOther  = 7
	cborOpen   = 31 // no length, but an end
	cborBreak  = 0xff
	cborItself = 0xd9 // of 0xd9d9f7, which says that CBOR follows (3.4.6)
)

// findCBOR takes b if all of it is an array or a map.
func findCBOR(b []byte, f *Found) {
	if len(b) < 3 {
		return
	}
	if major := b[0] >> 5; major == cborArray || major == cborMap || b[0] == cborItself && b[1] == 0xd9 {
		f.addTree(b, 0, (*tree).cbor)
	}
}

// cborHead reads the beginning of a value: its major type and its argument.
func (t *tree) cborHead() (major byte, v uint64, open, ok bool) {
	if !t.has(1) || !t.item() {
		return 0, 0, false, false
	}
	c := t.b[t.at]
	t.at++
	major, low := c>>5, c&31
	switch {
	case low < 24:
		return major, uint64(low), false, true
	case low < 28:
		v, ok = t.big(1 << (low - 24))
		return major, v, false, ok
	case low == cborOpen:
		return major, 0, true, major >= cborBytes && major <= cborMap
	}
	return 0, 0, false, false
}

// cbor reads a value.
func (t *tree) cbor() bool {
	start := t.at
	major, v, open, ok := t.cborHead()
	if !ok {
		return false
	}
	switch major {
	case cborCount:
		t.number(v, start)
	case cborMinus:
		t.put("-"+strconv.FormatUint(v+1, 10), start, t.at)
	case cborBytes, cborText:
		if open {
			return t.cborChunks(major, start)
		}
		return v <= uint64(len(t.b)) && t.bytes(int(v), start)
	case cborArray, cborMap:
		return t.cborWithin(major, v, open, start)
	case cborTag:
		ok = t.enter() && t.cbor()
		t.depth--
		return ok
	default:
		return t.cborSimple(v, start)
	}
	return true
}

// cborSimple writes a value of type 7, whose argument was read as v (3.3).
func (t *tree) cborSimple(v uint64, start int) bool {
	switch size := t.at - start - 1; {
	case size == 4 || size == 8:
		t.at = start + 1
		return t.float(size, start)
	case v == 20 || v == 21:
		t.put(strconv.FormatBool(v == 21), start, t.at)
	default:
		t.put("null", start, t.at)
	}
	return true
}

// cborChunks reads a string that comes in pieces: as one, unless it is in several,
// which are told one by one.
func (t *tree) cborChunks(major byte, start int) bool {
	t.put("[", start, t.at)
	for first := true; ; first = false {
		if t.cborEnd() {
			t.close("]")
			return true
		}
		at := t.at
		kind, v, open, ok := t.cborHead()
		t.comma(first, at)
		if !ok || kind != major || open || v > uint64(len(t.b)) || !t.bytes(int(v), at) {
			return false
		}
	}
}

// cborEnd passes over the end of what has no length, and reports whether it is
// there.
func (t *tree) cborEnd() bool {
	if !t.has(1) || t.b[t.at] != cborBreak {
		return false
	}
	t.at++
	return true
}

// cborWithin reads the values of an array or the pairs of a map.
func (t *tree) cborWithin(major byte, n uint64, open bool, start int) bool {
	if n > uint64(len(t.b)-t.at) || !t.enter() {
		return false
	}
	begin, end := "[", "]"
	if major == cborMap {
		begin, end = "{", "}"
	}
	t.put(begin, start, t.at)
	for i := uint64(0); open && !t.cborEnd() || !open && i < n; i++ {
		if major == cborMap && !t.cborKey(i == 0) {
			return false
		}
		if major == cborArray {
			t.comma(i == 0, t.at-1)
		}
		if !t.cbor() {
			return false
		}
	}
	t.close(end)
	t.depth--
	return true
}

// cborKey reads a key: a text or a number.
func (t *tree) cborKey(first bool) bool {
	start := t.at
	major, v, open, ok := t.cborHead()
	switch {
	case !ok || open:
		return false
	case major == cborText || major == cborBytes:
		return v <= uint64(len(t.b)) && t.key(int(v), first, start)
	case major == cborCount:
		t.name(strconv.FormatUint(v, 10), first, start)
		return true
	case major == cborMinus:
		t.name("-"+strconv.FormatUint(v+1, 10), first, start)
		return true
	}
	return false
}

// encodeCBOR returns the map {"d": b}, b as text.
func encodeCBOR(b []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0xa1, 0x61, 'd', 0x7a}, uint32(len(b))), b...)
}

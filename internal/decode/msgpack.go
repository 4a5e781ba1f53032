package decode

import (
	"encoding/binary"
	"math"
	"strconv"
)

// msgpackDecoder reads MessagePack (https://github.com/msgpack/msgpack,
// spec.md): an array or a map.
var msgpackDecoder = &Decoder{Name: "msgpack", Find: findMsgpack, Decode: writeTree((*tree).msgpack), Encode: encodeMsgpack, whole: true}

// findMsgpack takes b if all of it is an array or a map.
func findMsgpack(b []byte, f *Found) {
	if len(b) > 2 && (b[0]>>5 == 4 || b[0] >= 0xdc && b[0] <= 0xdf) {
		f.addTree(b, 0, (*tree).msgpack)
	}
}

// msgpack reads a value.
func (t *tree) msgpack() bool {
	if !t.has(1) || !t.item() {
		return false
	}
	start, c := t.at, t.b[t.at]
	t.at++
	switch {
	case c < 0x80:
		t.number(uint64(c), start)
		return true
	case c < 0x90:
		return t.msgpackMap(int(c&15), start)
	case c < 0xa0:
		return t.msgpackArray(int(c&15), start)
	case c < 0xc0:
		return t.bytes(int(c&31), start)
	case c >= 0xe0:
		t.put(strconv.Itoa(int(int8(c))), start, t.at)
		return true
	}
	return t.msgpackLong(c, start)
}

// msgpackLong reads a value whose first byte c says its type alone.
func (t *tree) msgpackLong(c byte, start int) bool {
	switch {
	case c == 0xc0:
		t.put("null", start, t.at)
	case c == 0xc2 || c == 0xc3:
		t.put(strconv.FormatBool(c == 0xc3), start, t.at)
	case c >= 0xc4 && c <= 0xc6:
		return t.msgpackSized(1<<(c-0xc4), start, t.bytes)
	case c >= 0xc7 && c <= 0xc9:
		return t.msgpackSized(1<<(c-0xc7), start, func(n, start int) bool { return t.bytes(n+1, start) })
	case c == 0xca || c == 0xcb:
		return t.float(4<<(c-0xca), start)
	case c >= 0xcc && c <= 0xd3:
		return t.msgpackInt(c, start)
	case c >= 0xd4 && c <= 0xd8:
		return t.bytes(1<<(c-0xd4)+1, start)
	case c >= 0xd9 && c <= 0xdb:
		return t.msgpackSized(1<<(c-0xd9), start, t.bytes)
	case c == 0xdc || c == 0xdd:
		return t.msgpackSized(2<<(c-0xdc), start, t.msgpackArray)
	case c == 0xde || c == 0xdf:
		return t.msgpackSized(2<<(c-0xde), start, t.msgpackMap)
	default:
		return false
	}
	return true
}

// msgpackSized reads a size of n bytes and what it is the size of.
func (t *tree) msgpackSized(n, start int, read func(n, start int) bool) bool {
	size, ok := t.big(n)
	return ok && size <= uint64(len(t.b)-t.at) && read(int(size), start)
}

// msgpackInt reads a number of the type c.
func (t *tree) msgpackInt(c byte, start int) bool {
	size := 1 << (c & 3)
	v, ok := t.big(size)
	if shift := 64 - 8*size; ok && c >= 0xd0 && int64(v<<shift) < 0 {
		t.put(strconv.FormatInt(int64(v<<shift)>>shift, 10), start, t.at)
	} else if ok {
		t.number(v, start)
	}
	return ok
}

// float reads a floating-point number of n bytes.
func (t *tree) float(n, start int) bool {
	v, ok := t.big(n)
	if !ok || t.w == nil {
		return ok
	}
	f := math.Float64frombits(v)
	if n == 4 {
		f = float64(math.Float32frombits(uint32(v)))
	}
	t.put(strconv.FormatFloat(f, 'g', -1, 64), start, t.at)
	return true
}

func (t *tree) msgpackArray(n, start int) bool {
	return t.within("[", "]", n, start, func(first bool) bool {
		t.comma(first, t.at-1)
		return t.msgpack()
	})
}

func (t *tree) msgpackMap(n, start int) bool {
	return t.within("{", "}", n, start, func(first bool) bool {
		return t.msgpackKey(first) && t.msgpack()
	})
}

// within reads n values, or pairs, that stand between open and shut.
func (t *tree) within(open, shut string, n, start int, read func(first bool) bool) bool {
	if n > len(t.b)-t.at || !t.enter() {
		return false
	}
	t.put(open, start, t.at)
	for i := range n {
		if !read(i == 0) {
			return false
		}
	}
	t.close(shut)
	t.depth--
	return true
}

// msgpackKey reads a key: a short text or a small number.
func (t *tree) msgpackKey(first bool) bool {
	if !t.has(1) {
		return false
	}
	start, c := t.at, t.b[t.at]
	t.at++
	n := int(c & 31)
	switch {
	case c < 0x80:
		t.name(strconv.Itoa(int(c)), first, start)
		return true
	case c == 0xd9 && t.has(1):
		n = int(t.b[t.at])
		t.at++
	case c < 0xa0 || c >= 0xc0:
		return false
	}
	return t.key(n, first, start)
}

// key reads n bytes as the name of what follows.
func (t *tree) key(n int, first bool, start int) bool {
	if !t.has(n) {
		return false
	}
	name := t.b[t.at : t.at+n]
	t.at += n
	if t.w != nil {
		t.name(string(name), first, start)
	}
	return true
}

// encodeMsgpack returns the map {"d": b}.
func encodeMsgpack(b []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0x81, 0xa1, 'd', 0xdb}, uint32(len(b))), b...)
}

package decode

import (
	"encoding/binary"
	"strconv"
)

// protobufDecoder reads messages of Protocol Buffers without their schema
// (https://protobuf.dev/programming-guides/encoding): fields go by their numbers.
// A length may hold text, bytes or a message; what is text is taken for text.
var protobufDecoder = &Decoder{Name: "protobuf", Find: findProtobuf, Decode: writeTree(readProtobuf), Encode: encodeProtobuf, whole: true}

// grpcHead is how many bytes stand before a message in gRPC: whether it is
// compressed, and its length.
const grpcHead = 5

// findProtobuf takes b if all of it is a message, or one in gRPC.
func findProtobuf(b []byte, f *Found) {
	if len(b) < 4 || f.More {
		return
	}
	if b[0] == 0 && len(b) > grpcHead && int64(binary.BigEndian.Uint32(b[1:])) == int64(len(b)-grpcHead) {
		f.addTree(b, grpcHead, readProtobuf)
		return
	}
	f.addTree(b, 0, readProtobuf)
}

// readProtobuf reads a message: of several fields, or one that is a message.
func readProtobuf(t *tree) bool {
	nested, fields := t.message(len(t.b))
	t.deep = t.deep && fields > 0
	return fields >= 2 || fields == 1 && nested
}

// message reads fields up to end. It returns how many there are, 0 if they are
// none, and whether one is a message.
func (t *tree) message(end int) (nested bool, fields int) {
	t.depth++
	defer func() { t.depth-- }()
	t.put("{", t.at, t.at+1)
	for ; t.at < end; fields++ {
		start := t.at
		tag, ok := t.varint(end)
		number := tag >> 3
		if !ok || number == 0 || number >= 1<<29 || !t.item() {
			return false, 0
		}
		if t.w != nil {
			t.name(strconv.FormatUint(number, 10), fields == 0, start)
		}
		inner, ok := t.field(tag&7, end)
		if !ok {
			return false, 0
		}
		nested = nested || inner
	}
	t.close("}")
	return nested, fields
}

// field reads the value of a wire type, and reports whether it is a message.
func (t *tree) field(wire uint64, end int) (nested, ok bool) {
	start, v := t.at, uint64(0)
	switch {
	case wire == 0:
		v, ok = t.varint(end)
	case wire == 1 && end-t.at >= 8:
		v, ok = binary.LittleEndian.Uint64(t.b[t.at:]), true
		t.at += 8
	case wire == 5 && end-t.at >= 4:
		v, ok = uint64(binary.LittleEndian.Uint32(t.b[t.at:])), true
		t.at += 4
	case wire == 2:
		n, ok := t.varint(end)
		if !ok || n > uint64(end-t.at) {
			return false, false
		}
		return t.delimited(t.at+int(n), start), true
	}
	if ok {
		t.number(v, start)
	}
	return false, ok
}

// delimited reads what a length goes before, up to end, and reports whether it is
// a message.
func (t *tree) delimited(end, start int) (nested bool) {
	switch value := t.b[t.at:end]; {
	case len(value) == 0 || otherBytes(value, 0) == 0:
	case t.depth == treeDepth:
		t.deep = true
	default:
		m := t.mark()
		if _, fields := t.message(end); fields > 0 {
			return true
		}
		t.back(m)
	}
	t.string(t.at, end, start)
	t.at = end
	return false
}

// varint reads a number of 7 bits a byte, the lowest first.
func (t *tree) varint(end int) (v uint64, ok bool) {
	for shift := 0; shift < 64 && t.at < end; shift += 7 {
		c := t.b[t.at]
		t.at++
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return v, true
		}
	}
	return 0, false
}

// encodeProtobuf returns a message whose field 1 is b and whose field 2 is 1.
func encodeProtobuf(b []byte) []byte {
	out := binary.AppendUvarint([]byte{1<<3 | 2}, uint64(len(b)))
	return append(append(out, b...), 2<<3, 1)
}

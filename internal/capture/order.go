package capture

import (
	"encoding/binary"
	"math/bits"
)

// An order is the byte order of a file: true is big-endian. It is no
// binary.ByteOrder because calls through that interface are not inlined.
type order bool

func (o order) u16(b []byte) uint16 {
	v := binary.LittleEndian.Uint16(b)
	if o {
		return bits.ReverseBytes16(v)
	}
	return v
}

func (o order) u32(b []byte) uint32 {
	v := binary.LittleEndian.Uint32(b)
	if o {
		return bits.ReverseBytes32(v)
	}
	return v
}

func (o order) u64(b []byte) uint64 {
	v := binary.LittleEndian.Uint64(b)
	if o {
		return bits.ReverseBytes64(v)
	}
	return v
}

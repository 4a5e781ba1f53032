package packet

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
)

// slowSum is RFC 1071 as it is written.
func slowSum(b []byte) uint16 {
	var s uint64
	for i, c := range b {
		s += uint64(c) << (8 * uint(1-i%2))
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}

// TestSumWords compares the fast sum with the slow one, at all lengths and
// with the values at which sums wrap.
func TestSumWords(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 71))
	for n := range 400 {
		for _, fill := range []int{0, 0xff, -1} {
			b := make([]byte, n)
			for i := range b {
				if b[i] = byte(fill); fill < 0 {
					b[i] = byte(r.Uint32())
				}
			}
			if got, want := sum(b), slowSum(b); got != want {
				t.Fatalf("%d bytes of %d: %04x, want %04x", n, fill, got, want)
			}
		}
	}
}

// summed returns a TCP or UDP packet in an Ethernet frame without a checksum,
// and where its segment begins.
func summed(version int, proto uint8, payload string) ([]byte, int) {
	transport := make([]byte, 20)
	transport[12] = 5 << 4
	if proto == UDP {
		transport = make([]byte, 8)
		binary.BigEndian.PutUint16(transport[4:], uint16(8+len(payload)))
	}
	frame := make([]byte, 14, 200)
	n := len(transport) + len(payload)
	if version == 4 {
		frame[12], frame[13] = 8, 0
		frame = append(frame, 0x45, 0, byte((20+n)>>8), byte(20+n), 0, 0, 0, 0, 64, proto, 0, 0, 192, 0, 2, 1, 198, 51, 100, 7)
	} else {
		frame[12], frame[13] = 0x86, 0xdd
		frame = append(frame, 0x60, 0, 0, 0, byte(n>>8), byte(n), proto, 64)
		frame = append(frame, "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x0a\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x07"...)
	}
	start := len(frame)
	return append(append(frame, transport...), payload...), start
}

// TestSum: a sum is told apart from one that was never finished and from a
// wrong one, over both versions of IP.
func TestSum(t *testing.T) {
	for _, version := range []int{4, 6} {
		for _, proto := range []uint8{TCP, UDP} {
			frame, start := summed(version, proto, "imei=")
			field := frame[start+map[uint8]int{TCP: 16, UDP: 6}[proto]:]
			addresses := slowSum(frame[26:34])
			if version == 6 {
				addresses = slowSum(frame[22:54])
			}
			length := uint64(len(frame) - start)
			half := fold(uint64(addresses) + uint64(proto) + length)
			full := ^fold(uint64(half) + uint64(slowSum(frame[start:])))
			for _, c := range []struct {
				name  string
				field uint16
				cut   int
				want  Sum
			}{
				{"right", full, 0, GoodSum},
				{"half", half, 0, HalfSum},
				{"half, for many segments", fold(uint64(addresses) + uint64(proto)), 0, HalfSum},
				{"wrong", full ^ 0x5555, 0, WrongSum},
				{"cut", full, 3, NoSum},
				{"none", 0, 0, map[uint8]Sum{TCP: HalfSum, UDP: NoSum}[proto]},
			} {
				binary.BigEndian.PutUint16(field, c.field)
				var h Header
				data := frame[:len(frame)-c.cut]
				if h.Decode(LinkEthernet, data, len(frame)) != OK {
					t.Fatal(h.Status)
				}
				if got := h.Sum(data); got != c.want {
					t.Errorf("IPv%d, protocol %d, %s: %d, want %d", version, proto, c.name, got, c.want)
				}
			}
		}
	}
}

// TestOptions: what TCP options tell, in any order, and that a broken one ends
// them.
func TestOptions(t *testing.T) {
	for _, c := range []struct {
		options string
		want    Header
	}{
		{"\x01\x01\x08\x0a\x00\x00\x00\x07\x00\x00\x00\x09", Header{Stamp: 7, Stamped: true}},
		{"\x08\x0a\x00\x00\x00\x07\x00\x00\x00\x09\x01\x00", Header{Stamp: 7, Stamped: true}},
		{"\x13\x12\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", Header{Signed: true}},
		{"\x1d\x04\x00\x00", Header{Signed: true}},
		{"\x03\xff\x08\x0a\x00\x00\x00\x07\x00\x00\x00\x09", Header{}},
		{"\x03\x01\x08\x0a\x00\x00\x00\x07\x00\x00\x00\x09", Header{}},
		{"\x00\x01\x08\x0a\x00\x00\x00\x07\x00\x00\x00\x09", Header{}},
		{"\x01\x01\x01\x08", Header{}},
	} {
		var h Header
		if h.options([]byte(c.options)); h != c.want {
			t.Errorf("%x: %+v", c.options, h)
		}
	}
}

// BenchmarkSum is the cost of verifying a full segment.
func BenchmarkSum(b *testing.B) {
	frame, _ := summed(4, TCP, string(make([]byte, 1448)))
	var h Header
	h.Decode(LinkEthernet, frame, len(frame))
	b.SetBytes(1448)
	b.ReportAllocs()
	for b.Loop() {
		h.Sum(frame)
	}
}

// BenchmarkDecode is the cost of the headers before it.
func BenchmarkDecodeStamped(b *testing.B) {
	frame, start := summed(4, TCP, string(make([]byte, 1460)))
	frame[start+12] = 8 << 4
	copy(frame[start+20:], "\x01\x01\x08\x0a\x00\x00\x00\x07\x00\x00\x00\x09")
	var h Header
	b.ReportAllocs()
	for b.Loop() {
		h.Decode(LinkEthernet, frame, len(frame))
	}
}

// TestSumOfShort has a datagram end where its buffer ends: nothing behind it
// is read.
func TestSumOfShort(t *testing.T) {
	frame, at := summed(4, UDP, "in depth")
	binary.BigEndian.PutUint16(frame[at+6:], 0x1234)
	frame = slices.Clip(frame)
	var h Header
	h.Decode(LinkEthernet, frame, len(frame))
	if got := h.Sum(frame); got != WrongSum {
		t.Errorf("a wrong sum is %d", got)
	}
}

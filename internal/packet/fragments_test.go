package packet

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/telltale-audit/telltale/internal/oracle"
)

const second = int64(1e9)

// part4 returns an IPv4 packet that is a part of a larger one.
func part4(id uint16, offset int, more bool, payload []byte) []byte {
	b := over4(UDP, payload)
	binary.BigEndian.PutUint16(b[4:], id)
	binary.BigEndian.PutUint16(b[6:], uint16(offset/8))
	if more {
		b[6] |= 0x20
	}
	return b
}

// part6 is the same for IPv6.
func part6(id uint16, offset int, more bool, payload []byte) []byte {
	head := []byte{UDP, 0, byte(offset >> 8), byte(offset), 0, 0, byte(id >> 8), byte(id)}
	if more {
		head[3] |= 1
	}
	return over6(extFragment, append(head, payload...))
}

type maker func(id uint16, offset int, more bool, payload []byte) []byte

var makers = map[string]maker{"ipv4": part4, "ipv6": part6}

// A bench holds Fragments and keeps books of what goes in and comes out.
type bench struct {
	t      testing.TB
	f      *Fragments
	number int64
	time   int64
	in     int64
	out    int64
	alone  []Part
	wholes []*Whole
	begun  []*Whole

	forgetful bool // parts that stay alone are counted, not kept
}

func newBench(t testing.TB, limit int) *bench {
	b := &bench{t: t}
	b.f = NewFragments(limit, func(w *Whole) {
		if w.Header.Status != OK || w.Header.PayloadEnd != len(w.Data) && w.Header.Cut > 0 {
			t.Fatalf("%+v", w.Header)
		}
		b.out += int64(len(w.Data))
		b.begun = append(b.begun, w)
	}, func(p Part) {
		if p.Header.Status != Fragment || p.Header.PayloadStart != 0 || p.Header.PayloadEnd != len(p.Data) {
			t.Fatalf("%+v", p)
		}
		b.out += int64(len(p.Data))
		if !b.forgetful {
			p.Data = bytes.Clone(p.Data)
			b.alone = append(b.alone, p)
		}
	})
	return b
}

// add gives a packet and returns what it completes.
func (b *bench) add(data []byte) *Whole {
	var h Header
	h.Decode(LinkRaw, data, len(data))
	if h.Status != Fragment {
		b.t.Fatalf("%+v", h)
	}
	return b.addHeader(&h, data)
}

func (b *bench) addHeader(h *Header, data []byte) *Whole {
	b.number++
	b.in += int64(h.PayloadEnd - h.PayloadStart)
	w := b.f.Add(h, data, b.number, b.time)
	clear(data) // it is the caller's
	if w != nil {
		b.out += int64(len(w.Data))
		b.wholes = append(b.wholes, w)
	}
	return w
}

// close flushes and checks the books.
func (b *bench) close() {
	b.t.Helper()
	b.f.Flush()
	if got := b.out + b.f.Repeated(); got != b.in {
		b.t.Fatalf("%d bytes in, %d out: %d alone, repeated %d", b.in, got, len(b.alone), b.f.Repeated())
	}
	if b.f.held != 0 || len(b.f.open) != 0 || b.f.byAge.Len() != 0 {
		b.t.Fatalf("holds %d bytes of %d packets", b.f.held, len(b.f.open))
	}
}

// udpOf returns a UDP datagram with a payload of n bytes.
func udpOf(n int) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0xc3, 0x50, 0, 53}, uint16(n+8))
	b = append(b, 0, 0)
	for i := range n {
		b = append(b, byte(i)^byte(i>>8))
	}
	return b
}

// TestFragmentsOrders puts a packet together in every order of its parts.
func TestFragmentsOrders(t *testing.T) {
	udp := udpOf(3000)
	for name, part := range makers {
		for order := range 24 {
			b := newBench(t, 1<<20)
			parts := [][]byte{part(7, 0, true, udp[:800]), part(7, 800, true, udp[800:1600]), part(7, 1600, true, udp[1600:2400]), part(7, 2400, false, udp[2400:])}
			var numbers []int64
			for n := order; len(parts) > 0; n /= 4 {
				i := n % len(parts)
				b.add(part(8, 0, true, udp[:8])) // another packet between them
				b.add(parts[i])
				numbers = append(numbers, b.number)
				parts = slices.Delete(parts, i, i+1)
			}
			if len(b.wholes) != 1 {
				t.Fatalf("%s: %d packets", name, len(b.wholes))
			}
			w := b.wholes[0]
			if !bytes.Equal(w.Data, udp) || !slices.Equal(w.Packets, numbers) {
				t.Errorf("%s: %d bytes from %v, want %v", name, len(w.Data), w.Packets, numbers)
			}
			h := w.Header
			if h.Status != OK || h.Proto != UDP || h.DstPort != 53 || h.PayloadStart != 8 || h.PayloadEnd != len(udp) || h.Fragment || h.FragID != 0 {
				t.Errorf("%s: %+v", name, h)
			}
			b.close()
		}
	}
}

// TestFragmentsTunnel finds the packet inside one that came in parts.
func TestFragmentsTunnel(t *testing.T) {
	outer := overUDP(2152, gtp("30ff", "", carriedUDP))[20:]
	b := newBench(t, 1<<20)
	b.add(part4(7, 16, false, outer[16:]))
	w := b.add(part4(7, 0, true, outer[:16]))
	var inner Header
	if w == nil || !w.Header.Inner(w.Data, &inner) || inner.DstPort != 53 || string(data(w.Data, inner)) != "\x01\x02\x03\x04" {
		t.Fatalf("%+v, %+v", w, inner)
	}
}

// TestFragmentsOverlap tells the versions apart.
func TestFragmentsOverlap(t *testing.T) {
	x := func(b byte, n int) []byte { return bytes.Repeat([]byte{b}, n) }
	b := newBench(t, 1<<20)
	b.add(part4(1, 8, true, x('a', 16)))
	b.add(part4(1, 0, true, x('b', 16)))  // 8 of them contradict
	b.add(part4(1, 8, true, x('a', 8)))   // repeated
	b.add(part4(1, 0, true, x('b', 8)))   // repeated
	b.add(part4(1, 40, false, x('c', 8))) // the end
	b.add(part4(1, 48, false, x('d', 8))) // beyond the end
	b.add(part4(1, 32, false, x('d', 8))) // another end
	w := b.add(part4(1, 16, true, slices.Concat(x('e', 8), x('f', 16))))
	if w == nil || !w.Header.Disputed || string(w.Data) != "bbbbbbbbaaaaaaaaaaaaaaaaffffffffffffffffcccccccc" || !slices.Equal(w.Packets, []int64{1, 2, 5, 8}) {
		t.Fatalf("%+v", w)
	}
	var alone string
	for _, p := range b.alone {
		alone += string(p.Data) + " "
	}
	if alone != "bbbbbbbb dddddddd dddddddd eeeeeeee " || b.f.Repeated() != 16 {
		t.Errorf("alone: %s, repeated %d", alone, b.f.Repeated())
	}
	if p := b.alone[0]; p.Packet != 2 || p.Header.FragOffset != 8 || p.Header.FragID != 1 {
		t.Errorf("%+v", p)
	}
	b.close()

	b = newBench(t, 1<<20)
	b.add(part6(1, 8, true, x('a', 16)))
	b.add(part6(1, 8, true, x('a', 16))) // repeated
	b.add(part6(1, 0, true, x('b', 16))) // overlaps
	w = b.add(part6(1, 24, false, x('c', 8)))
	if w == nil || !w.Header.Disputed || len(b.alone) != 1 || len(b.alone[0].Whole) != 16 || b.f.Repeated() != 16 {
		t.Errorf("%+v, %d parts alone, %d bytes repeated", w, len(b.alone), b.f.Repeated())
	}
	b.close()
}

// TestFragmentsUnsound gives parts back at once that can not belong to a
// packet, or that begin one which can not get whole.
func TestFragmentsUnsound(t *testing.T) {
	b := newBench(t, 1<<20)
	b.add(part6(1, 0, true, make([]byte, 12)))
	b.add(part4(1, 16, true, make([]byte, 7)))
	b.add(part4(1, 65528, false, make([]byte, 9)))
	b.add(part4(1, 8, false, nil))
	cut := part4(1, 0, true, make([]byte, 16))
	var h Header
	h.Decode(LinkRaw, cut[:28], len(cut))
	b.addHeader(&h, cut[:28])
	wifi := bytesOf(t, "0801", "0000"+bssid+phoneMAC+serverMAC+"1100", four)
	h.Decode(LinkWiFi, wifi, len(wifi))
	b.addHeader(&h, wifi)
	if len(b.alone) != 4 || len(b.begun) != 2 || len(b.f.open) != 0 {
		t.Errorf("%d alone, %d begun, %d packets open", len(b.alone), len(b.begun), len(b.f.open))
	}
	b.close()
}

// TestFragmentsOdd has parts of IPv4 packets end amid eight bytes, and others
// follow: the packet is what Linux makes of them, and the bytes that are too
// many come out alone. Of an IPv6 packet such a part is none.
func TestFragmentsOdd(t *testing.T) {
	udp := udpOf(40)
	for n := 1; n < 8; n++ {
		for _, odd := range []int{0, 16} {
			b := newBench(t, 1<<20)
			for at := 0; at < 32; at += 16 {
				part := bytes.Clone(udp[at : at+16])
				if at == odd {
					part = append(part, "#######"[:n]...)
				}
				b.add(part4(7, at, true, part))
			}
			w := b.add(part4(7, 32, false, udp[32:]))
			if w == nil || w.Header.Disputed || !bytes.Equal(w.Data, udp) || len(b.alone) != 1 {
				t.Fatalf("%d bytes too many at %d: %+v, %d alone", n, odd, w, len(b.alone))
			}
			if p := b.alone[0]; string(p.Data) != "#######"[:n] || p.At != 16 || len(p.Whole) != 16+n || p.Header.FragOffset != odd+16 || p.Packet != int64(odd/16)+1 {
				t.Errorf("%d bytes too many at %d: %+v", n, odd, p)
			}
			b.close()
		}
	}
	b := newBench(t, 1<<20)
	b.add(part4(7, 0, true, udp[:19])) // what follows never comes
	b.close()
	if len(b.begun) != 1 || len(b.alone) != 0 || !bytes.Equal(b.begun[0].Data, udp[:19]) {
		t.Errorf("the first part alone: %d begun, %d alone", len(b.begun), len(b.alone))
	}
	b = newBench(t, 1<<20)
	b.add(part6(7, 0, true, udp[:16]))
	b.add(part6(7, 16, true, udp[16:35]))
	if w := b.add(part6(7, 32, false, udp[32:])); w != nil {
		t.Errorf("ipv6: %+v", w)
	}
	b.close()
}

// TestFragmentsBegun has the last part of a packet not come: what is there
// from its beginning on is read, and nothing behind a hole.
func TestFragmentsBegun(t *testing.T) {
	udp := udpOf(100)
	for name, part := range makers {
		b := newBench(t, 1<<20)
		b.time = 5
		b.add(part(7, 16, true, udp[16:32]))
		b.add(part(7, 0, true, udp[:16]))
		b.add(part(7, 40, true, udp[40:56]))
		b.add(part(9, 8, false, udp[8:])) // another packet's end
		b.close()
		if len(b.begun) != 1 || len(b.alone) != 2 {
			t.Fatalf("%s: %d begun, %d alone", name, len(b.begun), len(b.alone))
		}
		w := b.begun[0]
		if h := w.Header; h.SrcPort != 50000 || h.PayloadStart != 8 || h.PayloadEnd != 32 || h.Cut != 108-32 || h.Fragment {
			t.Errorf("%s: %+v", name, h)
		}
		if !bytes.Equal(w.Data, udp[:32]) || !slices.Equal(w.Packets, []int64{1, 2}) || w.Time != 5 {
			t.Errorf("%s: %x of %v at %d", name, w.Data, w.Packets, w.Time)
		}
	}
}

// TestFragmentsHeadless has a first part be too short for the headers.
func TestFragmentsHeadless(t *testing.T) {
	b := newBench(t, 1<<20)
	short := part4(1, 0, true, make([]byte, 8))
	short[9] = TCP
	b.add(short)
	b.close()
	if len(b.begun) != 0 || len(b.alone) != 1 {
		t.Errorf("%d begun, %d alone", len(b.begun), len(b.alone))
	}
}

func TestFragmentsExpire(t *testing.T) {
	b := newBench(t, 1<<20)
	for id := range uint16(10) {
		b.time += 10 * second
		b.add(part4(id, 0, true, make([]byte, 8)))
	}
	if len(b.begun) != 4 || len(b.f.open) != 6 {
		t.Errorf("%d given up, %d wait", len(b.begun), len(b.f.open))
	}
	b.time = 1 << 62 // absurd: all that waits is given up, no more
	b.add(part4(20, 0, true, make([]byte, 8)))
	b.time = 101 * second
	b.add(part4(21, 0, true, make([]byte, 8)))
	b.time = 150 * second
	b.f.Expire(b.time)
	if len(b.f.open) != 2 {
		t.Errorf("%d wait", len(b.f.open))
	}
	b.time = 162 * second
	b.f.Expire(b.time)
	if len(b.f.open) != 0 {
		t.Errorf("%d wait", len(b.f.open))
	}
	b.close()
}

// TestFragmentsLimit floods: memory is bounded, the oldest go first.
func TestFragmentsLimit(t *testing.T) {
	const limit = 25_000
	b := newBench(t, limit)
	for id := range uint16(1000) {
		b.add(part4(id, 8*int(id)+8, true, make([]byte, 64)))
		if b.f.held > limit {
			t.Fatalf("holds %d bytes", b.f.held)
		}
	}
	for i, p := range b.alone {
		if p.Packet != int64(i)+1 {
			t.Fatalf("part %d alone is of packet %d", i, p.Packet)
		}
	}
	if open := len(b.f.open); open < 20 || open > 40 {
		t.Errorf("%d packets wait", open)
	}
	b.close()
}

// TestFragmentsBooks adds parts at random: no byte is lost or made.
func TestFragmentsBooks(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	wholes := 0
	for range 300 {
		ops := make([]byte, 5*(1+rnd.IntN(60)))
		for i := range ops {
			ops[i] = byte(rnd.Uint32())
		}
		wholes += books(t, ops)
	}
	if wholes < 20 {
		t.Errorf("only %d packets got whole", wholes)
	}
}

func FuzzFragments(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 1, 0, 0, 1, 1, 0})
	f.Fuzz(func(t *testing.T, ops []byte) {
		oracle.Allocates(t, 0, 12*len(ops), func() { books(t, ops) }) // five bytes are a packet
	})
}

// booksLimit is how many bytes are kept while books plays.
const booksLimit = 12 << 10

// books plays operations of five bytes: packet, offset, more or not, length
// and content, and time. It returns how many packets got whole.
func books(t *testing.T, ops []byte) int {
	b := newBench(t, booksLimit)
	b.forgetful = true // what the bench allocates is no fault of what it measures
	for ; len(ops) >= 5; ops = ops[5:] {
		part := part4
		if ops[0]&1 != 0 {
			part = part6
		}
		payload := bytes.Repeat([]byte{ops[3] & 3}, int(ops[3]>>2))
		if ops[3]&4 == 0 { // else a part may be odd
			payload = payload[:len(payload)&^7]
		}
		b.time += int64(int8(ops[4])) * second / 8
		offset := int(ops[1]&15) * 8
		b.add(part(uint16(ops[0]&7), offset, ops[2]&3 != 0 || offset == 0, payload))
		if b.f.held < 0 || b.f.held > booksLimit {
			t.Fatalf("holds %d bytes", b.f.held)
		}
	}
	b.close()
	for _, w := range b.wholes {
		if len(w.Data) == 0 || w.Header.PayloadEnd != len(w.Data) && w.Header.Proto != UDP {
			t.Fatalf("%+v", w)
		}
	}
	return len(b.wholes)
}

// TestFragmentsMerge lays small parts over a packet of many: what that
// allocates does not grow with how many there are.
func TestFragmentsMerge(t *testing.T) {
	const last = 8 * 4000
	b := newBench(t, FragmentMemory)
	b.forgetful = true
	for at := 0; at < last; at += 16 { // with a gap behind each
		b.add(part4(7, at, true, make([]byte, 8)))
	}
	over := part4(7, 8000, true, bytes.Repeat([]byte{1}, 8))
	var h Header
	h.Decode(LinkRaw, over, len(over))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const times = 1000
	for range times {
		b.in += 8
		b.f.Add(&h, over, 1, 0)
	}
	runtime.ReadMemStats(&after)
	if n := (after.TotalAlloc - before.TotalAlloc) / times; n > 512 {
		t.Errorf("a part over one of %d allocates %d bytes", last/16, n)
	}
	b.close()
}

// BenchmarkFragments is the worst case: the smallest parts, last first.
func BenchmarkFragments(b *testing.B) {
	var packets [][]byte
	for offset := 65528; offset >= 0; offset -= 8 {
		packets = append(packets, part4(7, offset, offset < 65528, make([]byte, 7+min(1, 65528-offset))))
	}
	b.ReportAllocs()
	for b.Loop() {
		f := NewFragments(FragmentMemory, func(*Whole) { b.Fatal("begun") }, func(Part) { b.Fatal("alone") })
		var w *Whole
		for i, data := range packets {
			var h Header
			h.Decode(LinkRaw, data, len(data))
			w = f.Add(&h, data, int64(i), 0)
		}
		if w == nil {
			b.Fatal("not whole")
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(packets)), "ns/part")
}

package flow

import (
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/packet"
)

// quiet is a handler that forgets what it is done with, and nothing else.
type quiet struct{ bytes int64 }

func (q *quiet) Open(*Flow) {}
func (q *quiet) Data(f *Flow, d telltale.Direction, at int64, b []byte) {
	q.bytes += int64(len(b))
	f.Forget(d, at+int64(len(b)))
}
func (q *quiet) Gap(*Flow, telltale.Direction, int64, int64) {}
func (q *quiet) Alt(*Flow, telltale.Direction, Copy)         {}
func (q *quiet) Close(*Flow, int64)                          {}

// road returns a function that gives a table one packet after the other of
// some flows, in order.
func road(proto uint8, flows uint16, size int) func() {
	t := NewTable(&quiet{}, Limits{Flows: 4 * 3000}) // none gives way
	data := make([]byte, 54+size)
	h := link()
	h.Proto, h.PayloadStart, h.PayloadEnd = proto, 54, len(data)
	p := capture.Packet{Data: data, WireLen: len(data)}
	seqs := make([]uint32, flows)
	return func() {
		p.Number++
		p.Time += 1e4
		t.At(Instant{p.Time, p.Time})
		i := uint16(p.Number) % flows
		h.SrcPort, h.Seq = 1024+i, seqs[i]
		seqs[i] += uint32(size)
		t.Packet(&h, &p)
	}
}

// TestNoAllocation: once a flow is known, its packets in order cost none.
func TestNoAllocation(t *testing.T) {
	for name, proto := range map[string]uint8{"TCP": packet.TCP, "UDP": packet.UDP} {
		next := road(proto, 300, 1280)
		for range 1000 {
			next()
		}
		if n := testing.AllocsPerRun(2000, next); n != 0 {
			t.Errorf("%s: %v allocations a packet", name, n)
		}
	}
}

// BenchmarkFlowLookup is the table without payload: find the flow of a packet
// among 3,000 and note the packet.
func BenchmarkFlowLookup(b *testing.B) { benchmark(b, packet.TCP, 3000, 0) }

// BenchmarkInOrder is TCP in order, 1,280 bytes a segment, of 100 flows.
func BenchmarkInOrder(b *testing.B) { benchmark(b, packet.TCP, 100, 1280) }

// BenchmarkDatagram is the same for UDP, which is not remembered.
func BenchmarkDatagram(b *testing.B) { benchmark(b, packet.UDP, 100, 1280) }

func benchmark(b *testing.B, proto uint8, flows uint16, size int) {
	next := road(proto, flows, size)
	for range 2 * int(flows) {
		next()
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		next()
	}
}

// BenchmarkHoles is a flood of segments that leave a hole each: one behind
// the other, and scattered over the place.
func BenchmarkHoles(b *testing.B) {
	for name, seq := range map[string]func(i uint32) uint32{
		"ascending": func(i uint32) uint32 { return 2 * i },
		"scattered": func(i uint32) uint32 { return i + 2*(i*2654435761>>14) },
	} {
		b.Run(name, func(b *testing.B) {
			t := NewTable(&quiet{}, Limits{})
			h := link()
			h.PayloadStart, h.PayloadEnd = 54, 55
			p := capture.Packet{Data: make([]byte, 55), WireLen: 55}
			b.ReportAllocs()
			for b.Loop() {
				p.Number++
				h.Seq = seq(uint32(p.Number))
				t.Packet(&h, &p)
			}
		})
	}
}

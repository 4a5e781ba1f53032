package pipeline

import (
	"testing"

	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
)

// BenchmarkRun runs the re-enacted incident through, one worker and four.
func BenchmarkRun(b *testing.B) {
	s, err := lab.Incident(lab.Options{Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	var packets []capture.Packet
	size := int64(0)
	for _, p := range s.Packets {
		packets = append(packets, capture.Packet{Data: p.Data, Time: p.Time, Number: p.Number, WireLen: len(p.Data), Link: packet.LinkEthernet})
		size += int64(len(p.Data))
	}
	for name, workers := range map[string]int{"one worker": 1, "four workers": 4} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Run(b.Context(), &frames{packets: packets, each: 200}, Config{Workers: workers, Engine: engine}, new(heard)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(packets)), "packets/op")
		})
	}
}

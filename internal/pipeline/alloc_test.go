package pipeline

import (
	"testing"

	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
)

// TestPacketAllocates holds the wiring to no allocation a packet: one without
// payload passes through a shard and its flow.
func TestPacketAllocates(t *testing.T) {
	s, err := lab.Incident(lab.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	w := newCrew(Config{Engine: engine}).workers[0]
	for _, p := range s.Packets {
		var h packet.Header
		h.Decode(packet.LinkEthernet, p.Data, len(p.Data))
		if h.Proto != packet.TCP || h.Flags != packet.ACK || payload(&h) > 0 {
			continue
		}
		in := &capture.Packet{Data: p.Data, Time: p.Time, Number: p.Number, WireLen: len(p.Data), Link: packet.LinkEthernet}
		home := shardOf(&h)
		if n := testing.AllocsPerRun(100, func() { w.shard(home).packet(&h, in) }); n != 0 {
			t.Errorf("a packet takes %v allocations", n)
		}
		return
	}
	t.Fatal("no packet without payload")
}

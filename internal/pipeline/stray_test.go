package pipeline

import (
	"slices"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/lab"
)

// TestStray has packets whose TCP headers are broken: what they say is searched
// and told, but no flow is made of those that say nothing.
func TestStray(t *testing.T) {
	for text, found := range map[string]int{"imei=" + imei: 1, "nothing at all here": 0} {
		c := lab.NewCapture(1)
		conn := c.Conn(start, phone, server, 80, lab.Carriage{})
		conn.Open()
		conn.Send(telltale.ToServer, []byte(" "+text+" "))
		said := slices.MaxFunc(framesOf(c), func(a, b capture.Packet) int { return len(a.Data) - len(b.Data) })
		said.Data = slices.Clone(said.Data)
		said.Data[14+20+12] = 0x10 // a TCP header of four bytes
		h := hear(t, []capture.Packet{said})
		flows := 0
		for _, e := range h.events {
			if e.Message == nil && e.Told == nil && e.Crash == nil {
				flows++
			}
		}
		if n := len(h.sightings()); n != found || flows != found {
			t.Errorf("%q: %d sightings, %d flows, want %d of each", text, n, flows, found)
		}
		if h.tally.Payload.Skipped[telltale.SkipUndecodable] == 0 {
			t.Errorf("%q: nothing counts as skipped: %+v", text, h.tally.Payload)
		}
	}
}

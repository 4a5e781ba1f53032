package flow

import (
	"testing"

	"github.com/telltale-audit/telltale/internal/packet"
)

// TestLatestIsClosed has the flow of the packet before end, whose record is empty then:
// a packet of which all that names a flow is zero begins one of its own.
func TestLatestIsClosed(t *testing.T) {
	w, l := begin(t, Limits{})
	w.send(link(), "x")
	w.table.GiveUp(1)
	w.send(packet.Header{}, "y")
	w.table.Finish()
	if len(l.flows) != 2 {
		t.Errorf("%d flows, want 2", len(l.flows))
	}
}

// TestLatestThroughTunnel has a packet with the ends of the one before come through a
// numbered tunnel, and acknowledge what that flow's other side is far from: it is of
// another phone.
func TestLatestThroughTunnel(t *testing.T) {
	w, l := begin(t, Limits{})
	w.send(through(0, packet.SYN, 100, 0), "")
	w.send(turned(through(0, packet.SYN|packet.ACK, 500, 101)), "")
	w.send(through(0xb, packet.ACK, 101, 500+100<<20), "of B")
	w.table.Finish()
	if len(l.flows) != 2 {
		t.Errorf("%d flows, want 2", len(l.flows))
	}
}

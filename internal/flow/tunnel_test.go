package flow

import (
	"testing"

	"github.com/telltale-audit/telltale/internal/packet"
)

// through returns a packet of the test's connection as it comes through a
// numbered tunnel.
func through(tunnel uint32, flags uint8, seq, ack uint32) packet.Header {
	h := link()
	h.Depth, h.Carrier, h.Tunnel, h.Flags, h.Seq, h.Ack = 1, 7, tunnel, flags, seq, ack
	return h
}

// TestTunnels has two phones with the same address and port speak to the same
// server through tunnels of the same nodes: what each says stays its own,
// both ways, whichever order the packets come in.
func TestTunnels(t *testing.T) {
	a := []packet.Header{
		through(0xa, packet.SYN, 100, 0), turned(through(0x1a, packet.SYN|packet.ACK, 500, 101)),
		through(0xa, packet.ACK, 101, 501), turned(through(0x1a, packet.ACK, 501, 107)),
	}
	b := []packet.Header{
		through(0xb, packet.SYN, 900000, 0), turned(through(0x1b, packet.SYN|packet.ACK, 70000, 900001)),
		through(0xb, packet.ACK, 900001, 70001), turned(through(0x1b, packet.ACK, 70001, 900007)),
	}
	for name, order := range map[string][]int{
		"alternately": {0, 4, 1, 5, 2, 6, 3, 7}, "crosswise": {0, 4, 5, 1, 6, 2, 7, 3}, "one after the other": {0, 1, 2, 3, 4, 5, 6, 7},
		"without handshakes": {2, 6, 7, 3}, "the server first": {3, 7, 2, 6},
	} {
		l := newLog(t)
		w := &wire{table: NewTable(l, Limits{})}
		for _, i := range order {
			h, says := append(a, b...)[i], ""
			if i%4 >= 2 {
				says = []string{"of A__", "to A__", "of B__", "to B__"}[i/4*2+i%4-2]
			}
			w.send(h, says)
		}
		w.table.Finish()
		if len(l.flows) != 2 {
			t.Errorf("%s: %d flows, want 2", name, len(l.flows))
			continue
		}
		for _, f := range l.flows {
			if x, y := string(f.main[0]), string(f.main[1]); x[3:] != y[3:] {
				t.Errorf("%s: a flow of %q and %q", name, x, y)
			}
		}
	}
}

// TestTunnelFlood sends the packets of one connection through ever other
// tunnels: a table looks at a handful of flows for each all the same.
func TestTunnelFlood(t *testing.T) {
	l := newLog(t)
	w := &wire{table: NewTable(l, Limits{})}
	const packets = 5000
	for i := range uint32(packets) {
		w.send(through(1+i, packet.ACK, 1, 0), "x")
	}
	w.table.Finish()
	if len(l.flows) != maxAlike {
		t.Errorf("%d flows, want %d", len(l.flows), maxAlike)
	}
	if steps := w.table.Stats().Steps; steps > 5*maxAlike*packets {
		t.Errorf("%d steps for %d packets", steps, packets)
	}
}

package flow

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
)

// maxAlike is how many flows with the same ends may differ by their tunnels'
// numbers alone. What comes then is taken for the oldest's.
const maxAlike = 8

// How well a packet that came through a numbered tunnel fits a flow.
const (
	foreign = iota // its direction came through another tunnel
	maybe          // nothing of its direction came yet
	answers        // nor that, but it acknowledges what the other side sent
	known          // its direction came through the same tunnel
)

// findThrough looks up the flow of a packet that came through a tunnel whose
// ends each choose a number for what they are sent (packet.Header.Tunnel). Both
// numbers of a flow are learned from its packets: that of the way back from the
// first packet that answers. Where several flows may be meant the oldest is.
func (t *Table) findThrough(tag uint32, k *Key, h *packet.Header) (best *Flow, d telltale.Direction) {
	if len(t.index.slots) == 0 {
		return nil, 0
	}
	var fit, alike int
	var oldest *Flow
	for i := t.index.home(tag); t.index.slots[i].record != 0; i = t.index.after(i) {
		t.index.steps++
		if t.index.slots[i].tag != tag {
			continue
		}
		f := t.records.at(t.index.slots[i].record)
		if f.Key != *k && f.Key != k.reverse() {
			continue
		}
		alike++
		if oldest == nil || f.ID < oldest.ID {
			oldest = f
		}
		if n := t.fits(f, f.directionOf(k), h); n > fit || n == fit && n != foreign && f.ID < best.ID {
			best, fit = f, n
		}
	}
	if best == nil && alike >= maxAlike {
		best = oldest
	}
	if best == nil {
		return nil, 0
	}
	d = best.directionOf(k)
	if fit != foreign {
		t.through(best, d, h.Tunnel)
	}
	return best, d
}

// through notes the number of the tunnel that a direction came through.
func (t *Table) through(f *Flow, d telltale.Direction, tunnel uint32) {
	numbers := t.tunnels[f.record]
	if numbers[d] == tunnel {
		return
	}
	if t.tunnels == nil {
		t.tunnels = map[uint32][2]uint32{}
	}
	numbers[d] = tunnel
	t.tunnels[f.record] = numbers
}

// directionOf returns which way a packet of the flow goes whose key is k.
func (f *Flow) directionOf(k *Key) telltale.Direction {
	if f.Key == *k {
		return telltale.ToServer
	}
	return telltale.ToClient
}

// fits says how well a packet with the ends of f fits it.
func (t *Table) fits(f *Flow, d telltale.Direction, h *packet.Header) int {
	switch t.tunnels[f.record][d] {
	case h.Tunnel:
		return known
	case 0:
	default:
		return foreign
	}
	peer := &f.streams[d.Reverse()]
	if h.Proto != packet.TCP || h.Flags&packet.ACK == 0 || !peer.based {
		return maybe
	}
	switch ahead := peer.ahead(h.Ack); {
	case ahead >= -reach && ahead <= 1: // FIN counts as one
		return answers
	case ahead <= reach:
		return maybe
	}
	return foreign
}

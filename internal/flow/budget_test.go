package flow

import (
	"testing"

	"github.com/telltale-audit/telltale/internal/packet"
)

// flood begins flow number n of a class.
var flood = [classes]func(w *wire, h packet.Header){
	opening:  func(w *wire, h packet.Header) { w.flagged(h, packet.SYN, 1, 0) },
	finished: func(w *wire, h packet.Header) { w.flagged(h, packet.RST, 1, 0) },
	asked:    both(portDNS),
	lone: func(w *wire, h packet.Header) {
		h.Proto = packet.UDP
		w.send(h, "x")
	},
	datagram: both(9),
	spoken: func(w *wire, h packet.Header) {
		w.flagged(h, packet.SYN, 1, 0)
		w.send(h, "x")
	},
	carrying: func(w *wire, h packet.Header) {
		w.send(h, "x")
		w.send(turned(h), "y")
	},
}

// both is a datagram to a port, and its answer.
func both(port uint16) func(w *wire, h packet.Header) {
	return func(w *wire, h packet.Header) {
		h.Proto, h.DstPort = packet.UDP, port
		w.send(h, "x")
		w.send(turned(h), "y")
	}
}

// TestBudget floods a table with every class at once: all of them together keep
// to the budget, each keeps its share, and nothing of a class gives way that has
// no more than that.
func TestBudget(t *testing.T) {
	w, l := begin(t, Limits{})
	few := link()
	for few.SrcPort = range uint16(100) { // that have gone on: less than their share
		flood[carrying](w, few)
	}
	var most int64
	for n := range uint16(3000) {
		for c := range carrying {
			h := link()
			h.SrcPort = 1000 + n
			h.Src[14] = byte(c)
			flood[c](w, h)
			most = max(most, w.table.spent)
		}
	}
	if half := w.table.share(flowsShare); most > half || most < half*9/10 {
		t.Errorf("flows took %d bytes, want nearly %d", most, half)
	}
	for c := range classes {
		least := min(int64(w.table.room[c])*costs[c], w.table.share(shares[c])) - 2*costs[c]
		if got := int64(w.table.count[c]) * costs[c]; c != carrying && got < least {
			t.Errorf("class %d is left %d bytes, want %d", c, got, least)
		}
	}
	if n := w.table.count[carrying]; n != 100 {
		t.Errorf("%d are left of 100 connections that had gone on", n)
	}
	l.balance(w.table)
}

// TestMayOwn: what flows and what waits in them take, their owner may not hold,
// and the other way round; neither is ever left without a part.
func TestMayOwn(t *testing.T) {
	w, _ := begin(t, Limits{})
	all := w.table.limits.Memory
	if got := int64(w.table.MayOwn()); got != all {
		t.Errorf("of an empty table's %d bytes %d may be held", all, got)
	}
	for n := range uint16(2000) {
		h := link()
		h.SrcPort = 1000 + n
		flood[carrying](w, h)
	}
	if got, want := int64(w.table.MayOwn()), all-w.table.spent; got != want || got < all/2 {
		t.Errorf("beside %d bytes of flows %d may be held, want %d", w.table.spent, got, want)
	}
	w.table.Own(int(all))
	if got, want := w.table.mayHold(), w.table.share(heldShare); got != want {
		t.Errorf("%d bytes may wait where the owner holds all, want %d", got, want)
	}
	w.table.held = all
	if got, want := int64(w.table.MayOwn()), w.table.share(ownedShare); got != want {
		t.Errorf("%d bytes may be held where all waits, want %d", got, want)
	}
}

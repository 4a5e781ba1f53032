package flow

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
)

// maxExpiries is how many flows of a class one packet may close by its time,
// so that a jump of the clock is no storm.
const maxExpiries = 60

// A class of flows has its own patience. The classes stand in the order in
// which they give way when the table is full.
type class uint8

const (
	opening  class = iota // TCP that has not carried a byte
	finished              // TCP that said FIN both ways, or RST
	asked                 // a name was asked for, and the answer came
	datagram              // all else that is not TCP
	carrying              // TCP with payload
	classes
)

// patience is how long a flow may be silent, in capture time: as long as its
// like keeps a mapping in an address translator (RFC 5382 REQ-5, RFC 4787
// REQ-5), but TCP with payload an hour, and what is over and done with less.
var patience = [classes]int64{
	opening:  minute,
	finished: 30 * second,
	asked:    5 * second,
	datagram: 2 * minute,
	carrying: hour,
}

// portDNS is where names are asked for, mostly each from a port of its own:
// there are as many such flows as names.
const portDNS = 53

// classOf returns the class of a flow after a packet.
func classOf(f *Flow, payload bool) class {
	switch {
	case f.Proto == packet.UDP && f.DstPort == portDNS && f.Packets[telltale.ToServer] > 0 && f.Packets[telltale.ToClient] > 0:
		return asked
	case f.Proto != packet.TCP:
		return datagram
	case f.Ended != "":
		return finished
	case payload:
		return carrying
	}
	return f.class
}

// touch makes f the most recent flow of its class.
func (t *Table) touch(f *Flow, c class) {
	f.seen, f.class = t.clock.now, c
	if f.idle.listed() {
		f.idle.unlink()
	}
	t.idle[c].push(&f.idle, f)
}

// expire closes flows that have been silent for too long.
func (t *Table) expire(number int64) {
	for c := range t.idle {
		for range maxExpiries {
			f := t.idle[c].first()
			if f == nil || t.clock.now-f.seen <= patience[c] {
				break
			}
			t.close(f, telltale.EndedIdle, number)
		}
	}
}

// evict closes the flow that is missed least.
func (t *Table) evict(number int64) {
	for c := range t.idle {
		if f := t.idle[c].first(); f != nil {
			t.close(f, telltale.EndedEvicted, number)
			return
		}
	}
}

// close tells the rest of a flow, and frees its record. why stands where the
// flow did not end by itself.
func (t *Table) close(f *Flow, why telltale.Ended, number int64) {
	if f.Ended == "" {
		f.Ended = why
	}
	for d := range f.streams {
		t.flush(f, telltale.Direction(d))
	}
	t.handler.Close(f, number)
	f.idle.unlink()
	t.index.remove(f.tag, f.record)
	t.records.put(f)
	t.live--
}

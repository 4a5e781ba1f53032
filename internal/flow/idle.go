package flow

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
)

// maxExpiries is how many flows of a class one packet may close by its time,
// so that a jump of the clock is no storm.
const maxExpiries = 50

// A class of flows has its own patience, and its own room in the table: a
// flood of flows pushes out its like and nothing else.
type class uint8

const (
	opening  class = iota // TCP that has not carried a byte
	finished              // TCP that said FIN both ways, or RST
	asked                 // a name was asked for, and the answer came
	lone                  // not TCP, and one side alone has spoken
	datagram              // all else that is not TCP
	spoken                // TCP of which one segment was read
	carrying              // TCP that has gone on from there
	classes
)

// patience is how long a flow may be silent, in capture time: as long as its
// like keeps a mapping in an address translator (RFC 5382 REQ-5, RFC 4787
// REQ-5), but TCP with payload an hour, and what is over and done with less.
var patience = [classes]int64{
	opening:  minute,
	finished: 30 * second,
	asked:    5 * second,
	lone:     2 * minute,
	datagram: 2 * minute,
	spoken:   hour,
	carrying: hour,
}

// rooms is how many of a table's flows may be of a class, in 64ths. What is
// over and done with needs little: it waits for stragglers.
var rooms = [classes]int{opening: 16, finished: 1, asked: 1, lone: 8, datagram: 8, spoken: 16, carrying: 16}

// room returns how many flows of each class a table has room for.
func (l *Limits) room() [classes]int {
	room := rooms
	for c := range room {
		room[c] = max(1, l.Flows*room[c]/64)
	}
	return room
}

// goesOn reports whether both sides together have said more than one segment: a
// flood of connections that say one thing and no more pushes out none of these.
// One whose beginning was not captured, or that gave way before, goes on already.
func (f *Flow) goesOn() bool { return f.streams[0].said+f.streams[1].said >= often }

// often is how many segments make a connection one that goes on.
const often = 2

// portDNS is where names are asked for, mostly each from a port of its own:
// there are as many such flows as names.
const portDNS = 53

// classOf returns the class of a flow after a packet.
func classOf(f *Flow, payload bool) class {
	switch {
	case f.Proto == packet.UDP && f.DstPort == portDNS && f.Packets[telltale.ToServer] > 0 && f.Packets[telltale.ToClient] > 0:
		return asked
	case f.Proto != packet.TCP && (f.Packets[telltale.ToServer] == 0 || f.Packets[telltale.ToClient] == 0):
		return lone
	case f.Proto != packet.TCP:
		return datagram
	case f.Ended != "":
		return finished
	case payload && !f.goesOn():
		return spoken
	case payload:
		return carrying
	}
	return f.class
}

// touch makes f the most recent flow of its class. Where that has no room
// for it, the flow that has been silent for longest gives way.
func (t *Table) touch(f *Flow, c class, number int64) {
	f.seen = t.instant.Heard
	if f.idle.listed() {
		t.unlist(f)
	}
	f.class = c
	t.idle[c].push(&f.idle, f)
	t.count[c]++
	t.spent += costs[c]
	if t.count[c] > t.room[c] {
		t.evict(c, number)
	}
	t.fit(number)
}

// unlist takes f out of the list of its class.
func (t *Table) unlist(f *Flow) {
	f.idle.unlink()
	t.count[f.class]--
	t.spent -= costs[f.class]
}

// expire closes flows that have been silent for too long.
func (t *Table) expire(number int64) {
	for c := range t.idle {
		if t.instant.Now > t.due[c] {
			t.expireOf(class(c), number)
		}
	}
}

// expireOf closes those of a class, and notes when the next one may be due:
// asking flows that are not would fetch their memory for every packet.
func (t *Table) expireOf(c class, number int64) {
	for range maxExpiries {
		f := t.idle[c].first()
		t.stats.Steps++
		switch {
		case f == nil:
			t.due[c] = t.instant.Now + patience[c]
			return
		case !t.isOver(f):
			t.due[c] = min(f.seen, t.instant.Now) + patience[c] // one that counts as heard for long says nothing of the others
			return
		}
		t.close(f, telltale.EndedIdle, number)
	}
}

// isOver reports whether f has been silent for too long.
func (t *Table) isOver(f *Flow) bool { return t.instant.Now-f.seen > patience[f.class] }

// evict closes the flow of a class that has been silent for longest. One that
// is over and done with loses nothing by that: it is as if it had waited.
func (t *Table) evict(c class, number int64) {
	why := telltale.EndedEvicted
	switch c {
	case opening:
		t.stats.HalfOpen++
	case lone, datagram:
		t.stats.Datagrams++
	case spoken, carrying:
		t.stats.Streams++
	default:
		why = telltale.EndedIdle
	}
	t.close(t.idle[c].first(), why, number)
}

// close tells the rest of a flow, and frees its record. why stands where the
// flow did not end by itself.
func (t *Table) close(f *Flow, why telltale.Ended, number int64) {
	if f.Ended == "" {
		f.Ended = why
	}
	for d := range f.streams {
		t.flush(f, telltale.Direction(d))
		t.missTail(f, telltale.Direction(d))
	}
	t.handler.Close(f, number)
	t.runs -= int(f.counted)
	t.unlist(f)
	t.index.remove(f.tag, f.record)
	if t.latest == f {
		t.latest = nil
	}
	if len(t.tunnels) > 0 {
		delete(t.tunnels, f.record)
	}
	t.records.put(f)
	t.live--
}

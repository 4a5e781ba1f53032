package packet

import (
	"bytes"
	"container/list"
	"slices"
)

// FragmentMemory is how many bytes of fragments a run keeps in all; where it
// has several [Fragments], they share it.
const FragmentMemory = 32 << 20

// Limits of a packet that [Fragments] puts together.
const (
	maxDatagram  = 65535
	fragmentCost = 128             // bytes that a part takes besides its own
	datagramCost = 640             // bytes that a packet takes whose parts arrive
	fragmentWait = 60 * int64(1e9) // nanoseconds (RFC 8200 section 4.5)
)

// Fragments puts the parts of fragmented IP packets together. What it does
// depends on the packets alone. One goroutine at a time uses it.
//
// Every byte given to Add comes out exactly once: in a [Whole] that Add returns
// or, where the packet does not get whole, in what is had of it from its
// beginning on, to first; to alone; or in the count that Repeated returns.
// Where parts contradict each other the first copy counts and the other goes to
// alone, as do bytes that are too many in a part: see round. Receivers drop a
// packet whose parts overlap (RFC 5722; Linux does so with IPv4 too, but for a
// part of which all came before): then it is [Header.Disputed]. Parts wait for
// the others for 60 s of capture time.
type Fragments struct {
	first    func(*Whole)
	alone    func(Part)
	limit    int
	held     int
	repeated int64
	steps    int64 // parts looked at or moved
	clock    patience
	open     map[fragmentKey]*datagram
	byAge    list.List // of *datagram, the oldest first
	merged   []*piece  // reused by merge
}

// A Part is a part of an IP packet that did not get whole.
type Part struct {
	Header Header // as decoded, but for the payload, which is all of Data
	Data   []byte // borrowed
	Whole  []byte // the part that it is a piece of, borrowed
	At     int    // where in Whole
	Packet int64  // number of the packet that brought it
	Time   int64  // of that packet, in nanoseconds
}

// A Whole is an IP packet that was put together, or the beginning of one. It
// belongs to the caller.
type Whole struct {
	Header  Header  // decoded; its payload lies in Data, and it may be a tunnel
	Before  int     // bytes before Data in the packet that held its first part
	Data    []byte  // all that follows the IP header, or as much of it as there was
	Packets []int64 // numbers of the packets that supplied it, ascending
	Time    int64   // of the packet that completed it, or else began it, in nanoseconds
}

type fragmentKey struct {
	src, dst Addr
	id       uint32
	version  uint8
	proto    uint8 // 0 for IPv6, where the first part alone tells it
	depth    uint8
	carrier  uint32
	tunnel   uint32 // a part and its like go the same way
}

// A datagram is a packet whose parts arrive.
type datagram struct {
	key    fragmentKey
	header Header   // of the first part in the packet, or until it came of another
	pieces []*piece // few bytes to move where parts come out of order
	size   int      // of all parts together, -1 until the last one came
	got    int
	born   int64
	lapped bool // a part came that lay over others and brought more
	age    *list.Element
}

// A piece is what one part supplied. Pieces lie in order and do not overlap.
type piece struct {
	start        int
	data         []byte
	packet, time int64
	over         int // bytes behind data in its array that are too many, see round
}

func (p *piece) end() int { return p.start + len(p.data) }

func (p *piece) cut(from, until int) piece {
	return piece{start: from, data: p.data[from-p.start : until-p.start], packet: p.packet, time: p.time}
}

// NewFragments returns a Fragments that keeps at most limit bytes and gives up
// the oldest packets for that. Of what does not get whole it hands the
// beginning to first, if its headers are all there: what was on the wire could
// be read, whether or not the rest came. The other parts go to alone. Both may
// be called by any method, and first may call Add.
func NewFragments(limit int, first func(*Whole), alone func(Part)) *Fragments {
	return &Fragments{first: first, alone: alone, limit: limit, open: map[fragmentKey]*datagram{}}
}

// Steps returns the number of parts that were looked at or moved: it grows
// with the packets, whatever is in them.
func (f *Fragments) Steps() int64 { return f.steps }

// Repeated returns the number of bytes that came again, the same as before.
func (f *Fragments) Repeated() int64 { return f.repeated }

// Add takes a packet of status [Fragment], with its number and its time in
// nanoseconds, and returns the packet that it completes, or nil.
func (f *Fragments) Add(h *Header, data []byte, number, time int64) *Whole {
	f.Expire(time)
	p := piece{start: h.FragOffset, data: data[h.PayloadStart:h.PayloadEnd], packet: number, time: time}
	p.round(h)
	if !sound(h, &p) {
		p.restore()
		f.unsound(h, p)
		return nil
	}
	d := f.datagram(h)
	f.place(d, h, p)
	if d.got == d.size {
		f.giveOver(&d.header, d.pieces...)
		f.drop(d)
		return d.whole(time)
	}
	for f.held > f.limit {
		f.giveUp(f.byAge.Front().Value.(*datagram))
	}
	return nil
}

// Expire gives up what has waited too long at a time, in nanoseconds. Add
// does so too.
func (f *Fragments) Expire(time int64) {
	f.clock.advance(time)
	for e := f.byAge.Front(); e != nil && f.clock.now-e.Value.(*datagram).born >= fragmentWait; e = f.byAge.Front() {
		f.giveUp(e.Value.(*datagram))
	}
}

// Flush gives up all, as the capture ends.
func (f *Fragments) Flush() {
	for f.byAge.Len() > 0 {
		f.giveUp(f.byAge.Front().Value.(*datagram))
	}
}

// round leaves of a part what a receiver takes, if others come behind: its
// length is to be a multiple of 8. With IPv4, Linux passes over the bytes that
// are too many; with IPv6 over the part (RFC 8200 section 4.5).
func (p *piece) round(h *Header) {
	if h.Version == 4 && h.FragMore {
		p.over = len(p.data) & 7
		p.data = p.data[:len(p.data)-p.over]
	}
}

// restore takes back what round did, where nothing follows the part.
func (p *piece) restore() { p.data, p.over = p.data[:len(p.data)+p.over], 0 }

// giveOver hands out the bytes that are too many in parts which others follow.
func (f *Fragments) giveOver(h *Header, pieces ...*piece) {
	for _, p := range pieces {
		if n := len(p.data); p.over > 0 {
			whole := *p
			whole.restore()
			f.giveOf(h, whole, whole.cut(p.start+n, whole.end()), true)
			f.held -= p.over
			p.over = 0
		}
	}
}

// sound reports whether a part can belong to an IP packet. One that the
// capture length cut can not: the packet will never be whole.
func sound(h *Header, p *piece) bool {
	if h.Version == 0 || h.Cut > 0 || len(p.data) == 0 || h.FragMore && len(p.data)%8 != 0 {
		return false
	}
	return p.end() <= maxDatagram
}

// unsound hands out a part that belongs to no packet: as the beginning of one
// if it is that.
func (f *Fragments) unsound(h *Header, p piece) {
	if h.Version != 0 && p.start == 0 {
		p := piece{data: bytes.Clone(p.data), packet: p.packet, time: p.time}
		if w := begun(h, []*piece{&p}, -1, h.Cut); w != nil {
			f.first(w)
			return
		}
	}
	f.give(h, p, h.FragMore)
}

// datagram returns what the parts of h's packet are gathered in.
func (f *Fragments) datagram(h *Header) *datagram {
	k := fragmentKey{src: h.Src, dst: h.Dst, id: h.FragID, version: h.Version, depth: h.Depth, carrier: h.Carrier, tunnel: h.Tunnel}
	if h.Version == 4 {
		k.proto = h.Proto
	}
	d := f.open[k]
	if d == nil {
		d = &datagram{key: k, header: *h, size: -1, born: f.clock.now}
		d.age = f.byAge.PushBack(d)
		f.open[k] = d
		f.held += datagramCost
	}
	return d
}

// place adds a part to its packet.
func (f *Fragments) place(d *datagram, h *Header, p piece) {
	if !d.fits(&p, h.FragMore) {
		p.restore()
		f.give(h, p, h.FragMore)
		return
	}
	if p.start == 0 {
		d.header = *h
	}
	at, _ := slices.BinarySearchFunc(d.pieces, p.start, func(q *piece, start int) int { return q.end() - start - 1 })
	f.steps += int64(len(d.pieces)-at) + 1
	switch {
	case at == len(d.pieces) || d.pieces[at].start >= p.end():
		d.pieces = slices.Insert(d.pieces, at, f.keep(d, p))
	default:
		had := d.got
		f.held += p.over // as if it was kept
		f.giveOver(h, &p)
		f.merge(d, at, p)
		d.lapped = d.lapped || d.got > had
	}
}

// has reports whether p repeats a part of q.
func (p *piece) has(q *piece) bool {
	return p.start <= q.start && p.end() >= q.end() && bytes.Equal(p.data[q.start-p.start:][:len(q.data)], q.data)
}

// fits reports whether a part agrees with where the packet ends, as far as
// that is known, and notes the end that the last part tells.
func (d *datagram) fits(p *piece, more bool) bool {
	switch {
	case d.size >= 0:
		return more && p.end() < d.size || !more && p.end() == d.size
	case more:
		return true
	case len(d.pieces) > 0 && d.pieces[len(d.pieces)-1].end() > p.end():
		return false
	}
	d.size = p.end()
	return true
}

// keep owns a piece.
func (f *Fragments) keep(d *datagram, p piece) *piece {
	d.got += len(p.data)
	f.held += fragmentCost + len(p.data) + p.over
	p.data = bytes.Clone(p.data[:len(p.data)+p.over])[:len(p.data)]
	return &p
}

// merge takes of a part what was not there yet; the pieces from at on are
// the first that it overlaps.
func (f *Fragments) merge(d *datagram, at int, p piece) {
	first, merged := at, f.merged[:0]
	from := p.start
	for ; at < len(d.pieces) && d.pieces[at].start < p.end(); at++ {
		q := d.pieces[at]
		if from < q.start {
			merged = append(merged, f.keep(d, p.cut(from, q.start)))
			from = q.start
		}
		until := min(q.end(), p.end())
		if again := p.cut(from, until); q.has(&again) {
			f.repeated += int64(until - from)
		} else {
			f.giveOf(&d.header, p, again, true)
		}
		merged = append(merged, q)
		from = until
	}
	if from < p.end() {
		merged = append(merged, f.keep(d, p.cut(from, p.end())))
	}
	d.pieces = slices.Replace(d.pieces, first, at, merged...)
	clear(merged)
	f.merged = merged[:0]
}

// whole returns the packet, all of whose parts are there.
func (d *datagram) whole(time int64) *Whole {
	w := joined(&d.header, d.pieces, 0)
	w.Time = time
	// The first part of an IPv6 packet holds all headers (RFC 8200 section 4.5).
	if d.lapped || d.key.version == 6 && w.Header.PayloadStart > d.pieces[0].end() {
		w.Header.Disputed = true
	}
	return w
}

// joined reads pieces that follow each other from the packet's beginning on,
// behind which cut bytes are missing.
func joined(head *Header, pieces []*piece, cut int) *Whole {
	w := &Whole{Header: *head, Before: head.PayloadStart, Time: pieces[0].time}
	for _, p := range pieces {
		w.Data = append(w.Data, p.data...)
		w.Packets = append(w.Packets, p.packet)
	}
	slices.Sort(w.Packets)
	w.Packets = slices.Compact(w.Packets)
	h := &w.Header
	h.Fragment, h.FragID, h.FragOffset, h.FragMore = false, 0, 0, false
	h.PayloadStart, h.PayloadEnd, h.Cut, h.next = 0, len(w.Data), cut, 0
	h.Status = h.payload(w.Data)
	return w
}

// begun is [joined] for a packet that is not whole, nil if its headers are not.
// size is that of all parts, where it is known; at least cut bytes are missing.
func begun(head *Header, pieces []*piece, size, cut int) *Whole {
	known := size >= 0
	if !known {
		size = maxDatagram // no header is broken only because it ends behind what there is
	}
	w := joined(head, pieces, max(cut, size-pieces[len(pieces)-1].end()))
	if w.Header.Status != OK {
		return nil
	}
	w.Header.Disputed = w.Header.Disputed || w.Header.Proto == TCP // acknowledged, it is the capture that missed the rest
	if !known && w.Header.Proto != UDP {                           // whose own length has told by now
		w.Header.Cut = cut
	}
	return w
}

// beginning takes off d the pieces that follow each other from the packet's
// beginning on, and returns what they say, nil if that is nothing.
func (f *Fragments) beginning(d *datagram) *Whole {
	n := 0
	for end := 0; n < len(d.pieces) && d.pieces[n].start == end; n++ {
		end = d.pieces[n].end()
	}
	if n == 0 {
		return nil
	}
	f.giveOver(&d.header, d.pieces[:n-1]...)
	d.pieces[n-1].restore()
	w := begun(&d.header, d.pieces[:n], d.size, 0)
	if w != nil {
		f.release(d.pieces[:n])
		d.pieces = d.pieces[n:]
	}
	return w
}

// giveUp hands out the parts of a packet that does not get whole.
func (f *Fragments) giveUp(d *datagram) {
	w := f.beginning(d)
	f.giveParts(d)
	f.drop(d)
	if w != nil { // last: it may call Add
		f.first(w)
	}
}

func (f *Fragments) giveParts(d *datagram) {
	for _, p := range d.pieces {
		p.restore()
		f.give(&d.header, *p, d.size < 0 || p.end() < d.size)
	}
	f.release(d.pieces)
	d.pieces, d.got = nil, 0
}

// give hands out one part, with what the header of its packet says.
func (f *Fragments) give(h *Header, p piece, more bool) { f.giveOf(h, p, p, more) }

// giveOf hands out a piece of a part.
func (f *Fragments) giveOf(h *Header, whole, p piece, more bool) {
	part := Part{Header: *h, Data: p.data, Whole: whole.data, At: p.start - whole.start, Packet: p.packet, Time: p.time}
	part.Header.FragOffset, part.Header.FragMore = p.start, more
	part.Header.PayloadStart, part.Header.PayloadEnd, part.Header.next = 0, len(p.data), 0
	f.alone(part)
}

// release gives back what pieces cost.
func (f *Fragments) release(pieces []*piece) {
	for _, p := range pieces {
		f.held -= fragmentCost + len(p.data) + p.over
	}
}

// drop forgets a packet.
func (f *Fragments) drop(d *datagram) {
	f.release(d.pieces)
	f.held -= datagramCost
	f.byAge.Remove(d.age)
	delete(f.open, d.key)
}

// patience is capture time. It never goes back, and one absurd packet time
// moves it only as far as it takes to give up all that waits.
type patience struct {
	now     int64 // that has passed since the first packet
	last    int64 // packet time that now stands for
	running bool
}

func (c *patience) advance(t int64) {
	switch {
	case !c.running:
		c.running, c.last = true, t
	case t > c.last:
		c.now += int64(min(uint64(t)-uint64(c.last), uint64(fragmentWait)))
		c.last = t
	case uint64(c.last)-uint64(t) > uint64(fragmentWait):
		c.last = t
	}
}

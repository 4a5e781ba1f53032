package flow

import (
	"cmp"
	"hash/maphash"
	"math"
	"slices"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/packet"
)

// A Table sorts the packets of one shard into flows. It is used by one
// goroutine at a time. What it does depends on the packets alone.
type Table struct {
	handler Handler
	limits  Limits
	seed    maphash.Seed
	latest  *Flow // of the packet before that went through no tunnel, if it is not closed
	index   index
	records records
	tunnels map[uint32][2]uint32 // numbers of those that a flow came through, by record and direction; 0: not known yet
	live    int
	runs    int // that the flows remember
	idle    [classes]list[Flow]
	due     [classes]int64 // until then, no flow of the class has been silent for too long
	count   [classes]int   // flows in the lists
	room    [classes]int   // for flows in the lists
	spent   int64          // bytes that the flows in the lists cost
	owned   int64          // bytes that the owner holds for flows beside
	instant Instant        // of the packet in hand
	holders list[hold]     // directions that hold bytes back, by how long
	held    int64          // cost of all that is held back
	recent  recent
	others  readings
	stats   Stats
}

// NewTable returns an empty table that tells h what it finds.
func NewTable(h Handler, lim Limits) *Table {
	lim = lim.orDefault()
	return &Table{handler: h, limits: lim, room: lim.room(), seed: maphash.MakeSeed(), recent: recent{size: lim.Recent}}
}

// Stats returns what the table has counted so far.
func (t *Table) Stats() Stats {
	s := t.stats
	s.Steps += t.index.steps + t.recent.steps
	return s
}

// At tells the table when the next packet comes, as the capture's [Clock] says. It
// is called before each packet, and before [Table.Finish].
func (t *Table) At(now Instant) { t.instant = now }

// Packet takes the next packet of the shard. h is its decoded header, with
// status OK.
func (t *Table) Packet(h *packet.Header, p *capture.Packet) *Flow {
	t.expire(p.Number)
	f, d, sound := t.flowOf(h, p)
	if !h.Again || !f.Whole {
		f.count(d, p)
	}
	f.Whole = true
	in := piece{data: p.Data[h.PayloadStart:h.PayloadEnd], packet: p.Number, time: p.Time, cut: int64(h.Cut)}
	t.stats.Payload += int64(len(in.data))
	t.stats.Cut += in.cut
	if h.Proto == packet.TCP {
		t.segment(f, d, h, sound, &in)
	} else {
		t.datagram(f, d, sound && !h.Disputed, &in)
		if h.SurplusEnd > h.SurplusStart {
			t.surplus(f, d, in, p.Data[h.SurplusStart:h.SurplusEnd])
		}
	}
	t.remember(f)
	t.touch(f, classOf(f, len(in.data) > 0), p.Number)
	return f
}

// Stray tells of bytes [from, from+n) of p.Data, which belong to no flow that
// can be named: of a part of a packet, or of one with broken headers. Their
// flow is that of the addresses and the protocol. They are not counted.
func (t *Table) Stray(h *packet.Header, p *capture.Packet, from, n int) *Flow {
	t.expire(p.Number)
	bare := packet.Header{
		Version: h.Version, Proto: h.Proto, Src: h.Src, Dst: h.Dst, Depth: h.Depth, Carrier: h.Carrier, Tunnel: h.Tunnel,
		SrcMAC: h.SrcMAC, DstMAC: h.DstMAC, HasMAC: h.HasMAC,
	}
	f, d, _ := t.flowOf(&bare, p)
	f.count(d, p)
	if n > 0 {
		t.handler.Alt(f, d, Copy{Data: p.Data, From: from, To: from + n, At: -int64(n), Packets: []int64{p.Number}})
	}
	t.touch(f, classOf(f, false), p.Number)
	return f
}

// Finish ends all flows as the capture ends, in the order of their IDs. Those that
// have been silent for too long ended before.
func (t *Table) Finish() { t.end(telltale.EndedCapture, math.MaxInt64) }

// GiveUp ends all flows because the table can't go on after the packet of that
// number.
func (t *Table) GiveUp(number int64) { t.end(telltale.EndedEvicted, number) }

func (t *Table) end(why telltale.Ended, number int64) {
	all := make([]*Flow, 0, t.live)
	for c := range t.idle {
		root := &t.idle[c].root
		for n := root.next; n != nil && n != root; n = n.next {
			all = append(all, n.item)
		}
	}
	slices.SortFunc(all, func(a, b *Flow) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Part, b.Part), cmp.Compare(a.Depth, b.Depth))
	})
	for _, f := range all {
		if why == telltale.EndedCapture && t.isOver(f) {
			t.close(f, telltale.EndedIdle, number)
		} else {
			t.close(f, why, number)
		}
	}
}

// flowOf returns the packet's flow, which it opens if need be, the packet's
// direction in it, and whether its checksum is not against it.
func (t *Table) flowOf(h *packet.Header, p *capture.Packet) (*Flow, telltale.Direction, bool) {
	var k Key
	k.set(h)
	var tag uint32
	f, d := t.repeat(&k, h)
	if f == nil {
		tag = t.tag(&k)
		f, d = t.find(tag, &k, h)
	}
	if f != nil {
		sound := f.streams[d].verify(h, p.Data)
		if h.Proto != packet.TCP || !sound || !f.renewed(d, h) {
			return f, d, sound
		}
		tag = f.tag
		t.close(f, telltale.EndedIdle, p.Number) // if it ended otherwise, that was not captured
	}
	f, d = t.open(tag, &k, h, p)
	if h.Tunnel == 0 {
		t.latest = f
	}
	return f, d, f.streams[d].verify(h, p.Data)
}

// repeat returns the flow of the packet before if this one is of it too, as every other
// one is where much is carried.
func (t *Table) repeat(k *Key, h *packet.Header) (*Flow, telltale.Direction) {
	if f := t.latest; f != nil && h.Tunnel == 0 {
		if d, ok := f.has(k); ok {
			return f, d
		}
	}
	return nil, 0
}

// find looks a flow up, whichever side sent the packet.
func (t *Table) find(tag uint32, k *Key, h *packet.Header) (*Flow, telltale.Direction) {
	if len(t.index.slots) == 0 {
		return nil, 0
	}
	if h.Tunnel != 0 {
		return t.findThrough(tag, k, h)
	}
	for i := t.index.home(tag); t.index.slots[i].record != 0; i = t.index.after(i) {
		t.index.steps++
		if t.index.slots[i].tag != tag {
			continue
		}
		f := t.records.at(t.index.slots[i].record)
		if d, ok := f.has(k); ok {
			t.latest = f
			return f, d
		}
	}
	return nil, 0
}

// open begins a flow with its first packet.
func (t *Table) open(tag uint32, k *Key, h *packet.Header, p *capture.Packet) (*Flow, telltale.Direction) {
	f, d := t.records.take(), directionOf(h)
	f.ID, f.Part, f.Start, f.End = p.Number, h.Part, p.Time, p.Time
	f.Key, f.SrcMAC, f.DstMAC, f.HasMAC = *k, h.SrcMAC, h.DstMAC, h.HasMAC
	if d == telltale.ToClient {
		f.Key, f.SrcMAC, f.DstMAC = k.reverse(), h.DstMAC, h.SrcMAC
	}
	f.tag = tag
	if h.Flags&packet.SYN == 0 {
		f.streams[d].said = often - 1
	}
	if h.Tunnel != 0 {
		t.through(f, d, h.Tunnel)
	}
	t.index.insert(tag, f.record)
	t.live++
	t.handler.Open(f)
	return f, d
}

// count adds a packet to the flow's figures.
func (f *Flow) count(d telltale.Direction, p *capture.Packet) {
	f.Packets[d]++
	f.Bytes[d] += int64(p.WireLen)
	f.End = max(f.End, p.Time)
	if f.Program == nil {
		f.Program = p.App
	}
}

// surplus takes what a packet has behind its datagram, which no receiver reads.
func (t *Table) surplus(f *Flow, d telltale.Direction, in piece, data []byte) {
	in.data, in.at = data, f.streams[d].next
	t.stats.Payload += int64(len(data))
	t.stray(f, d, in)
}

// datagram takes the payload of a packet that is not of a stream.
func (t *Table) datagram(f *Flow, d telltale.Direction, sound bool, in *piece) {
	s := &f.streams[d]
	if len(in.data) == 0 {
		return
	}
	in.at = s.next
	if !sound {
		t.stray(f, d, *in)
		return
	}
	s.advance(in)
	t.handler.Data(f, d, in.at, in.data)
}

package lab

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/telltale-audit/telltale"
)

const (
	flagFIN = 1
	flagSYN = 2
	flagRST = 4
	flagPSH = 8
	flagACK = 16

	tcpHeader = 32 // with the timestamps option
	mtu       = 1500

	step  = int64(20 * time.Microsecond) // between packets of one sender
	delay = int64(28 * time.Millisecond) // to the far end and back
)

// A Conn is a TCP conversation in the making. Each method adds packets to its
// capture at the conversation's own time, which runs on as packets are added.
// A Conn that sends without being opened looks like one whose start was
// before the capture.
type Conn struct {
	capture  *Capture
	hosts    [2]Host   // hosts[d] sends in direction d
	ports    [2]uint16 // likewise
	carriage Carriage
	rng      *rand.Rand
	now      int64
	isn      [2]uint32
	sent     [2]int64  // payload bytes of a direction so far
	flags    [2]int64  // sequence numbers taken by SYN and FIN
	stamp    [2]uint32 // what the sender's timestamp clock started from
	heard    [2]uint32 // the timestamp the sender of a direction echoes
	lost     [2][]telltale.Range
	pieces   [2][]piece
	first    *Packet
}

// A piece is the stream bytes that one packet carried.
type piece struct {
	telltale.Range
	packet *Packet
}

// Conn starts a conversation at time at (nanoseconds) from client to a port
// of server. Nothing is captured until one of its methods is called.
func (c *Capture) Conn(at int64, client, server Host, port uint16, how Carriage) *Conn {
	source, rng := c.flow()
	return &Conn{
		capture: c, hosts: [2]Host{client, server}, ports: [2]uint16{source, port}, carriage: how, rng: rng, now: at,
		isn: [2]uint32{rng.Uint32(), rng.Uint32()}, stamp: [2]uint32{rng.Uint32(), rng.Uint32()},
	}
}

// Now returns the conversation's time in nanoseconds.
func (c *Conn) Now() int64 { return c.now }

// Wait lets time pass.
func (c *Conn) Wait(d time.Duration) { c.now += int64(d) }

// Carry changes how the bytes sent from now on are carried.
func (c *Conn) Carry(how Carriage) { c.carriage = how }

// Lose makes the capture miss the stream bytes r of direction d, which are
// still to be sent. The receiver gets and acknowledges them.
func (c *Conn) Lose(d telltale.Direction, r telltale.Range) { c.lost[d] = append(c.lost[d], r) }

// Open captures the three packets of the handshake.
func (c *Conn) Open() {
	c.control(telltale.ToServer, flagSYN)
	c.now += delay
	c.control(telltale.ToClient, flagSYN|flagACK)
	c.control(telltale.ToServer, flagACK)
}

// Send sends b in direction d, waits for it to be acknowledged, and returns
// where in the stream it went.
func (c *Conn) Send(d telltale.Direction, b []byte) telltale.Range {
	r := telltale.Range{Start: c.sent[d], End: c.sent[d] + int64(len(b))}
	segments := cut(r, c.segmentSize(), c.lost[d])
	for len(segments) > 0 {
		n := min(flight, len(segments))
		c.sendFlight(d, segments[:n], b[segments[0].Start-r.Start:])
		segments = segments[n:]
	}
	return r
}

// sendFlight sends segments, whose bytes b begins with, and acknowledges them.
func (c *Conn) sendFlight(d telltale.Direction, segments []telltale.Range, b []byte) {
	base := segments[0].Start
	got := arrivals{had: make([]bool, len(segments))}
	for _, k := range c.carriage.arrange(len(segments), c.rng) {
		s := segments[k]
		c.now += step
		got.add(k)
		if slices.ContainsFunc(c.lost[d], s.Overlaps) {
			continue
		}
		p := c.segment(d, flagPSH|flagACK, s.Start, b[s.Start-base:s.End-base])
		if !c.capture.forgetful {
			c.pieces[d] = append(c.pieces[d], piece{s, p})
		}
		if got.due(c.carriage.Acks) {
			c.sent[d] = segments[got.whole-1].End
			c.control(d.Reverse(), flagACK)
		}
	}
	c.sent[d] = segments[len(segments)-1].End
	c.acknowledge(d)
}

// acknowledge has the receiver of direction d acknowledge all it got.
func (c *Conn) acknowledge(d telltale.Direction) {
	if d == telltale.ToServer {
		c.now += delay
	}
	c.control(d.Reverse(), flagACK)
}

// Close ends the conversation with a FIN from the sender of direction d, then
// one from the other side.
func (c *Conn) Close(d telltale.Direction) {
	c.control(d, flagFIN|flagACK)
	c.now += delay
	c.control(d.Reverse(), flagFIN|flagACK)
	c.control(d, flagACK)
}

// Reset ends the conversation with a RST from the sender of direction d.
func (c *Conn) Reset(d telltale.Direction) { c.control(d, flagRST|flagACK) }

// control captures a packet without payload.
func (c *Conn) control(d telltale.Direction, flags uint8) {
	c.now += step
	c.segment(d, flags, c.sent[d], nil)
	if flags&(flagSYN|flagFIN) != 0 {
		c.flags[d]++
	}
}

// segment captures one TCP segment (RFC 9293, 3.1) whose payload is at
// stream offset at of direction d.
func (c *Conn) segment(d telltale.Direction, flags uint8, at int64, payload []byte) *Packet {
	back := d.Reverse()
	b := make([]byte, 0, tcpHeader+8+len(payload))
	b = binary.BigEndian.AppendUint16(b, c.ports[d])
	b = binary.BigEndian.AppendUint16(b, c.ports[back])
	b = binary.BigEndian.AppendUint32(b, c.isn[d]+uint32(c.flags[d]+at))
	b = binary.BigEndian.AppendUint32(b, c.ackNumber(d, flags))
	b = append(b, 0, flags, 0x04, 0x00, 0, 0, 0, 0) // window 1024, scaled by 128
	b = c.appendOptions(b, d, flags)
	b[12] = byte(len(b) / 4 << 4)
	p := c.capture.put(c.now, c.hosts[d], c.hosts[back], protoTCP, append(b, payload...), 16)
	if c.first == nil {
		c.first = p
	}
	return p
}

func (c *Conn) ackNumber(d telltale.Direction, flags uint8) uint32 {
	if flags&flagACK == 0 {
		return 0
	}
	back := d.Reverse()
	return c.isn[back] + uint32(c.flags[back]+c.sent[back])
}

// appendOptions appends the timestamps option (RFC 7323, 3) and, to a SYN,
// maximum segment size, window scale and SACK permitted.
func (c *Conn) appendOptions(b []byte, d telltale.Direction, flags uint8) []byte {
	if flags&flagSYN != 0 {
		b = append(b, 2, 4)
		b = binary.BigEndian.AppendUint16(b, uint16(mtu-20-c.ipHeader()))
		b = append(b, 4, 2, 8, 10)
	} else {
		b = append(b, 1, 1, 8, 10)
	}
	now := c.stamp[d] + uint32(c.now/int64(time.Millisecond))
	b = binary.BigEndian.AppendUint32(b, now)
	b = binary.BigEndian.AppendUint32(b, c.heard[d])
	c.heard[d.Reverse()] = now
	if flags&flagSYN != 0 {
		b = append(b, 1, 3, 3, 7)
	}
	return b
}

func (c *Conn) ipHeader() int {
	if c.hosts[0].Addr.Is4() {
		return 20
	}
	return 40
}

func (c *Conn) segmentSize() int64 {
	most := mtu - c.ipHeader() - tcpHeader
	if c.carriage.Segment > 0 && c.carriage.Segment < most {
		return int64(c.carriage.Segment)
	}
	return int64(most)
}

// Packets returns the numbers of the packets that first carried the stream
// bytes r of direction d, ascending. [Capture.Packets] must have been called.
func (c *Conn) Packets(d telltale.Direction, r telltale.Range) []int64 {
	pieces := slices.Clone(c.pieces[d])
	slices.SortFunc(pieces, func(a, b piece) int { return int(a.packet.Number - b.packet.Number) })
	carried := make([]bool, r.Len())
	var numbers []int64
	for _, p := range pieces {
		if p.Overlaps(r) && mark(carried, p.Start-r.Start, p.End-r.Start) {
			numbers = append(numbers, p.packet.Number)
		}
	}
	return numbers
}

// mark sets the flags [start, end), as far as there are such, and reports
// whether one of them was not set before.
func mark(flags []bool, start, end int64) bool {
	news := false
	for i := max(start, 0); i < min(end, int64(len(flags))); i++ {
		news = news || !flags[i]
		flags[i] = true
	}
	return news
}

// First returns the number of the conversation's first packet, once
// [Capture.Packets] was called.
func (c *Conn) First() int64 { return c.first.Number }

package lab

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"slices"
)

// A Host is one end of a conversation as the capture shows it: the far ends
// have the gateway's MAC.
type Host struct {
	MAC  [6]byte
	Addr netip.Addr
}

// A Packet is one captured Ethernet frame.
type Packet struct {
	Time   int64 // nanoseconds since the Unix epoch, whole microseconds
	Number int64 // from 1, in capture order; 0 until [Capture.Packets] was called
	Data   []byte
}

// A Capture collects the packets of many conversations. Conversations may be
// added in any order: the capture sorts by time.
type Capture struct {
	seed      uint64
	packets   []*Packet
	flows     int64
	sealed    int64
	ipID      uint16
	forgetful bool // conversations need not know which packet carried what
}

// NewCapture returns an empty capture. The seed decides whatever the caller
// leaves open, such as sequence numbers and the order of shuffled segments.
func NewCapture(seed uint64) *Capture { return &Capture{seed: seed} }

// Packets sorts what was captured by time, numbers it and returns it.
// Packets of the same time stay in the order in which they were added.
func (c *Capture) Packets() []*Packet {
	slices.SortStableFunc(c.packets, func(a, b *Packet) int { return int(max(-1, min(1, a.Time-b.Time))) })
	for i, p := range c.packets {
		p.Number = int64(i + 1)
	}
	return c.packets
}

// Flows returns how many conversations were built.
func (c *Capture) Flows() int64 { return c.flows }

// Sealed returns how many bytes went by in TLS application data records,
// their headers included.
func (c *Capture) Sealed() int64 { return c.sealed }

// flow counts a conversation and returns the port its client speaks from and
// a source of chance of its own.
func (c *Capture) flow() (port uint16, rng *rand.Rand) {
	c.flows++
	return uint16(32768 + c.flows%28000), rand.New(rand.NewPCG(c.seed, uint64(c.flows)))
}

// put captures one packet: the transport part with its checksum, which is at
// offset sum, filled in.
func (c *Capture) put(at int64, src, dst Host, proto uint8, transport []byte, sum int) *Packet {
	c.ipID++
	data := appendHeaders(make([]byte, 0, 54+len(transport)), src, dst, proto, c.ipID, len(transport))
	data = append(data, transport...)
	segment := data[len(data)-len(transport):]
	binary.BigEndian.PutUint16(segment[sum:], transportSum(src, dst, proto, segment))
	p := &Packet{Time: at, Data: data}
	c.packets = append(c.packets, p)
	return p
}

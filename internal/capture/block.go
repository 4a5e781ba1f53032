package capture

import (
	"fmt"

	"github.com/telltale-audit/telltale/internal/packet"
)

// Options of pcapng.
const (
	optComment     = 1
	optApplication = 4  // of a section
	optResolution  = 9  // of an interface
	optOffset      = 14 // of an interface
	optDropped     = 4  // of a packet
	optIfDrop      = 5  // of interface statistics
	optOSDrop      = 7  // of interface statistics

	noDropCount = 0xffff // of an obsolete packet block
)

// simulatedMark is what the lab writes into the captures it makes.
const simulatedMark = "SIMULATED by telltale lab"

// An iface is one interface of a section.
type iface struct {
	link    packet.Link
	snaplen uint32
	clock   clock
	drops   drops
}

// block takes one whole block, and returns what is wrong with it.
func (c *pcapngCutter) block(w []byte, b *Batch) (broken string) {
	body := w[8 : len(w)-4]
	switch c.order.u32(w) {
	case blockSection:
		return c.newSection(w, body)
	case blockInterface:
		return c.newInterface(body)
	case blockPacket:
		return c.packet(body, b)
	case blockOldPacket:
		return c.oldPacket(body, b)
	case blockSimple:
		return c.simplePacket(body, b)
	case blockStats:
		return c.statistics(body)
	case blockCustom:
		c.apps.block(c.order, body)
	}
	return ""
}

// section starts a section.
func (c *pcapngCutter) section(o order, body []byte) error {
	if major := o.u16(body[4:]); major != 1 {
		return fmt.Errorf("pcapng version %d.%d is not known", major, o.u16(body[6:]))
	}
	c.order = o
	c.endSection()
	return nil
}

func (c *pcapngCutter) newSection(w, body []byte) string {
	if len(body) < 16 {
		return "a section header is too short"
	}
	o, _ := sectionOrder(w)
	if err := c.section(o, body); err != nil {
		c.endSection()
		return err.Error()
	}
	return ""
}

func (c *pcapngCutter) newInterface(body []byte) string {
	if len(body) < 8 {
		return "an interface description is too short"
	}
	if len(c.interfaces) == maxInterfaces {
		return "too many interfaces"
	}
	i := iface{
		link:    packet.Link(c.order.u16(body)),
		snaplen: c.order.u32(body[4:]),
		clock:   newClock(),
	}
	c.order.options(body[8:], func(code uint16, v []byte) {
		switch {
		case code == optResolution && len(v) >= 1:
			i.clock.resolution(v[0])
		case code == optOffset && len(v) >= 8:
			i.clock.offset = int64(c.order.u64(v))
		}
	})
	c.interfaces = append(c.interfaces, i)
	c.link(i.link)
	return ""
}

// packet takes an enhanced packet block.
func (c *pcapngCutter) packet(body []byte, b *Batch) string {
	if len(body) < 20 {
		return "a packet block is too short"
	}
	return c.timed(c.order.u32(body), body, b)
}

// oldPacket takes an obsolete packet block, which differs in the front.
func (c *pcapngCutter) oldPacket(body []byte, b *Batch) string {
	if len(body) < 20 {
		return "a packet block is too short"
	}
	broken := c.timed(uint32(c.order.u16(body)), body, b)
	if n := c.order.u16(body[2:]); broken == "" && n != noDropCount {
		c.interfaces[c.order.u16(body)].drops.packets += int64(n)
	}
	return broken
}

// timed takes the part that packet blocks have in common.
func (c *pcapngCutter) timed(number uint32, body []byte, b *Batch) string {
	if int64(number) >= int64(len(c.interfaces)) {
		return "a packet of an interface that is not described"
	}
	in := &c.interfaces[number]
	captured := c.order.u32(body[12:])
	if int64(captured) > int64(len(body)-20) || captured > maxPacket {
		return "a packet is longer than its block"
	}
	ticks := uint64(c.order.u32(body[4:]))<<32 | uint64(c.order.u32(body[8:]))
	c.last = in.clock.time(ticks)
	end := 20 + int(captured)
	p := Packet{Data: body[20:end:end], Time: c.last, WireLen: int(c.order.u32(body[16:])), Link: in.link, Interface: number}
	if behind := (end + 3) &^ 3; behind < len(body) {
		p.Comment = c.packetOptions(body[behind:], in)
		p.App = c.apps.comment(p.Comment)
	}
	b.Packets = append(b.Packets, p)
	return ""
}

// packetOptions returns the comment of a packet, if there is one, and counts
// the packets that were lost before it.
func (c *pcapngCutter) packetOptions(b []byte, in *iface) (comment []byte) {
	c.order.options(b, func(code uint16, v []byte) {
		switch {
		case code == optComment && comment == nil:
			comment = v
		case code == optDropped && len(v) >= 8:
			in.drops.packets = addCount(in.drops.packets, c.order.u64(v))
		}
	})
	return comment
}

// simplePacket takes a simple packet block. It has no time of its own and
// gets that of the packet before.
func (c *pcapngCutter) simplePacket(body []byte, b *Batch) string {
	if len(body) < 4 {
		return "a packet block is too short"
	}
	if len(c.interfaces) == 0 {
		return "a packet of an interface that is not described"
	}
	in := &c.interfaces[0]
	onWire := c.order.u32(body)
	captured := onWire
	if in.snaplen > 0 {
		captured = min(captured, in.snaplen)
	}
	if int64(captured) > int64(len(body)-4) || captured > maxPacket {
		return "a packet is longer than its block"
	}
	end := 4 + int(captured)
	b.Packets = append(b.Packets, Packet{
		Data: body[4:end:end], Time: c.last, WireLen: int(onWire), Link: in.link,
	})
	return ""
}

// options calls found for each option in b until one does not fit.
func (o order) options(b []byte, found func(code uint16, value []byte)) {
	for len(b) >= 4 {
		code, n := o.u16(b), int(o.u16(b[2:]))
		if b = b[4:]; code == 0 || n > len(b) {
			return
		}
		found(code, b[:n])
		b = b[min(len(b), (n+3)&^3):]
	}
}

package capture

import "math"

// Names of [File.Drops]: who lost the packets.
const (
	DropInterface = "interface" // the interface, for want of resources
	DropSystem    = "system"    // the operating system
	DropPackets   = "packets"   // as packets themselves say of what came before them
)

// drops counts the packets that one interface lost.
type drops struct{ iface, system, packets int64 }

// Drops returns how many packets the capture says that it lost, by who lost
// them; nil if it says nothing of that. The counts may overlap: the same
// packet may be missed by two of them. Whole after io.EOF.
func (f *File) Drops() map[string]int64 {
	var d drops
	if c, ok := f.format.(*pcapngCutter); ok {
		d = c.dropped()
	}
	var out map[string]int64
	for _, n := range []struct {
		name  string
		count int64
	}{{DropInterface, d.iface}, {DropSystem, d.system}, {DropPackets, d.packets}} {
		if n.count > 0 {
			if out == nil {
				out = map[string]int64{}
			}
			out[n.name] = n.count
		}
	}
	return out
}

// dropped returns what all sections' interfaces lost so far.
func (c *pcapngCutter) dropped() drops {
	d := c.ended
	for i := range c.interfaces {
		d.add(c.interfaces[i].drops)
	}
	return d
}

func (d *drops) add(o drops) {
	d.iface = addCount(d.iface, uint64(o.iface))
	d.system = addCount(d.system, uint64(o.system))
	d.packets = addCount(d.packets, uint64(o.packets))
}

// endSection forgets the interfaces of a section, but not what they lost.
func (c *pcapngCutter) endSection() {
	c.ended = c.dropped()
	c.interfaces = c.interfaces[:0]
}

// statistics takes an interface statistics block. Its counts are those since
// the capture began: a later block replaces an earlier one.
func (c *pcapngCutter) statistics(body []byte) string {
	if len(body) < 12 {
		return "interface statistics are too short"
	}
	number := c.order.u32(body)
	if int64(number) >= int64(len(c.interfaces)) {
		return "statistics of an interface that is not described"
	}
	d := &c.interfaces[number].drops
	c.order.options(body[12:], func(code uint16, v []byte) {
		switch {
		case len(v) < 8:
		case code == optIfDrop:
			d.iface = addCount(0, c.order.u64(v))
		case code == optOSDrop:
			d.system = addCount(0, c.order.u64(v))
		}
	})
	return ""
}

// addCount adds up and saturates: the counts are only claimed.
func addCount(n int64, more uint64) int64 {
	if more > uint64(math.MaxInt64-n) {
		return math.MaxInt64
	}
	return n + int64(more)
}

package capture

import (
	"fmt"

	"github.com/telltale-audit/telltale/internal/packet"
)

// Magic numbers of pcap (draft-ietf-opsawg-pcap section 4).
const (
	magicMicro    = 0xa1b2c3d4
	magicNano     = 0xa1b23c4d
	magicModified = 0xa1b2cd34 // longer record headers, of old Linux systems
	magicIxia     = 0x1c0001ac // of Ixia's devices: 4 bytes more behind the file's header
	magicIxiaSoft = 0x1c0001ab // and of its programs

	pcapHead   = 24
	recordHead = 16
)

// pcapCutter reads pcap.
type pcapCutter struct {
	*ledger
	order    order
	unit     int64 // nanoseconds per unit of a time's fraction
	header   int   // bytes of a record's header
	swapped  bool  // a record's two lengths stand in the other order
	records  int64 // that were read
	settled  bool  // whether headers are longer than they should be is known
	snaplen  uint32
	linkType packet.Link
	resync
}

// A record is the header of a pcap record.
type record struct {
	time             int64 // ns
	fraction         int64 // ns, the part of time below a second
	captured, onWire uint32
}

// pcapMagic returns the magic number at the start of b and its byte order;
// ok says whether it is one of pcap's.
func pcapMagic(b []byte) (magic uint32, o order, ok bool) {
	if len(b) < 4 {
		return 0, false, false
	}
	for _, o := range []order{false, true} {
		switch magic := o.u32(b); magic {
		case magicMicro, magicNano, magicModified, magicIxia, magicIxiaSoft:
			return magic, o, true
		}
	}
	return 0, false, false
}

func (c *pcapCutter) head(w []byte) (int, error) {
	if len(w) < pcapHead {
		return pcapHead, nil
	}
	var magic uint32
	magic, c.order, _ = pcapMagic(w)
	c.unit, c.header = 1000, recordHead
	size := pcapHead
	switch magic {
	case magicNano:
		c.unit = 1
	case magicModified:
		c.header = recordHead + 8
	case magicIxia, magicIxiaSoft:
		size += 4
	}
	major, minor := c.order.u16(w[4:]), c.order.u16(w[6:])
	if major != 2 {
		return 0, fmt.Errorf("pcap version %d.%d is not known", major, minor)
	}
	c.swapped = minor < 3
	c.snaplen = c.order.u32(w[16:])
	c.linkType = packet.Link(c.order.u32(w[20:])) // the upper bits tell of the FCS
	if link, ok := aixLink(c.linkType); ok && minor == 2 {
		c.linkType, c.unit, c.swapped = link, 1, false
	}
	c.link(c.linkType)
	return size, nil
}

func (c *pcapCutter) record(b []byte) record {
	fraction := int64(c.order.u32(b[4:])) * c.unit
	r := record{
		time:     int64(c.order.u32(b))*1e9 + fraction,
		fraction: fraction,
		captured: c.order.u32(b[8:]),
		onWire:   c.order.u32(b[12:]),
	}
	if c.swapped {
		r.captured, r.onWire = r.onWire, r.captured
	}
	return r
}

func (c *pcapCutter) cut(w []byte, end bool, b *Batch) int {
	i := 0
	for {
		if c.lost {
			n, found := c.find(w[i:], end)
			c.skipped += int64(n)
			if i += n; !found {
				return i
			}
			c.lost = false
		}
		if i == len(w) {
			return i
		}
		extra, wait := c.settle(w[i:], c.at+int64(i), end)
		if wait {
			return i
		}
		i += extra
		n, broken := c.next(w[i:], end, b)
		if broken != "" {
			c.damage(c.at+int64(i), broken)
			c.skipped++
			c.lost = true
			n = 1 // look for the next record from the byte after
		}
		if n == 0 {
			return i
		}
		i += n
	}
}

// next cuts the record at the front of w and returns its length, 0 if w must
// be longer, or what is wrong with the record.
func (c *pcapCutter) next(w []byte, end bool, b *Batch) (n int, broken string) {
	const cut = "the file ends inside a packet record"
	if len(w) < c.header {
		return 0, ifEnd(end, cut)
	}
	r := c.record(w)
	n = c.header + int(r.captured)
	if c.absurd(r) {
		return 0, fmt.Sprintf("a packet record claims %d bytes", r.captured)
	}
	if len(w) < n {
		return 0, ifEnd(end, cut)
	}
	if !c.strict(r) {
		if !end && len(w) < n+c.header {
			return 0, ""
		}
		if !c.tolerable(r, w[n:]) {
			return 0, "a packet record makes no sense"
		}
	}
	c.seen(r.time)
	c.records++
	p := Packet{Data: w[c.header:n:n], Time: r.time, WireLen: int(r.onWire), Link: c.linkType}
	if p.Link == packet.LinkEthernet {
		p.App = c.apps.trailer(p.Data)
	}
	b.Packets = append(b.Packets, p)
	return n, ""
}

func ifEnd(end bool, reason string) string {
	if end {
		return reason
	}
	return ""
}

// absurd reports whether a record's length cannot be.
func (c *pcapCutter) absurd(r record) bool {
	return r.captured > maxPacket || r.captured > max(sanePacket, c.snaplen)
}

// strict reports whether a record is as all sound writers write it. Not every
// writer is sound.
func (c *pcapCutter) strict(r record) bool {
	return !c.absurd(r) && r.fraction < 1e9 && r.captured <= r.onWire && r.onWire-1 < maxPacket
}

// tolerable reports whether a record that is not strict is to be believed,
// by what follows it.
func (c *pcapCutter) tolerable(r record, after []byte) bool {
	if len(after) < c.header {
		return r.onWire > 0 || r.captured > 0
	}
	f := c.record(after)
	return c.strict(f) || near(f.time, r.time) && !c.absurd(f) && f.onWire|f.captured > 0
}

// find looks for the first plausible record in w. It returns how many bytes
// lie before it or, if it is not found yet, can be given up.
func (c *pcapCutter) find(w []byte, end bool) (skip int, found bool) {
	for i := 0; len(w)-i >= c.header; i++ {
		r := c.record(w[i:])
		if !c.strict(r) || !c.plausible(r.time) {
			continue
		}
		next := i + c.header + int(r.captured)
		switch {
		case len(w)-next >= c.header:
			if f := c.record(w[next:]); c.strict(f) && near(f.time, r.time) {
				return i, true
			}
		case !end:
			return i, false
		case len(w) == next:
			return i, true
		}
	}
	if end {
		return len(w), false
	}
	return max(0, len(w)-c.header+1), false
}

package capture

import (
	"fmt"

	"github.com/telltale-audit/telltale/internal/packet"
)

// strange reports whether the second record of a file, with which w begins,
// gives reason to doubt how long the headers are.
func (c *pcapCutter) strange(w []byte) bool {
	if len(w) < c.header {
		return false
	}
	r := c.record(w)
	return !c.strict(r) || !near(r.time, c.last)
}

// lengthen has the headers of all records be longer from the second on, which
// should begin at an offset.
func (c *pcapCutter) lengthen(extra int, at int64) {
	c.damage(at, fmt.Sprintf("record headers are %d bytes longer than they should be", extra))
	c.skipped += int64(extra)
	c.header += extra
}

// longer reports by how many bytes the headers of records are longer than the
// file's magic number says, 0 if they are not. w begins where the second record
// should, and enough says whether it held what it takes to know. Some writers
// of the 1990s, and devices of Nokia's, added fields and kept the number. The
// first packet was taken for one with these fields in front; what it lacks at
// its end is what is passed over here.
func (c *pcapCutter) longer(w []byte) (extra int, enough bool) {
	for _, extra := range []int{4, 8} {
		if len(w) < extra+c.header {
			return 0, false
		}
		r := c.record(w[extra:])
		if !c.strict(r) || !c.plausible(r.time) {
			continue
		}
		next := extra + c.header + extra + int(r.captured)
		switch {
		case len(w) == next:
			return extra, true
		case len(w) < next+c.header:
			return 0, false
		}
		if f := c.record(w[next:]); c.strict(f) && near(f.time, r.time) {
			return extra, true
		}
	}
	return 0, true
}

// aixLink returns the link type that AIX means by a number of its own: the
// interface types of SNMP (RFC 1573). Its files are of version 2.2, and the
// fractions of their times count nanoseconds.
func aixLink(l packet.Link) (link packet.Link, ok bool) {
	switch l {
	case 6:
		return packet.LinkEthernet, true
	case 9:
		return packet.LinkTokenRing, true
	case 15:
		return packet.LinkFDDI, true
	case 24:
		return packet.LinkNull, true
	}
	return l, false
}

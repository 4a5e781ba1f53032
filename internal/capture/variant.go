package capture

import (
	"fmt"

	"github.com/telltale-audit/telltale/internal/packet"
)

// settle decides, once, how long the headers of records are. w begins at an
// offset where the second record should. It returns how many bytes of w are
// to be passed over, or that w must be longer to tell.
func (c *pcapCutter) settle(w []byte, at int64, end bool) (extra int, wait bool) {
	if c.settled || c.records != 1 || len(w) < c.header {
		return 0, false
	}
	if r := c.record(w); !c.strict(r) || !near(r.time, c.last) {
		if extra, wait = c.longer(w, end); wait {
			return 0, true
		}
	}
	c.settled = true
	if extra > 0 {
		c.lengthen(extra, at)
	}
	return extra, false
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
// should, and wait says that it must be longer to know. Some writers
// of the 1990s, and devices of Nokia's, added fields and kept the number. The
// first packet was taken for one with these fields in front; what it lacks at
// its end is what is passed over here.
func (c *pcapCutter) longer(w []byte, end bool) (extra int, wait bool) {
	for _, extra := range []int{4, 8} {
		if len(w) < extra+c.header {
			return 0, !end
		}
		r := c.record(w[extra:])
		if !c.strict(r) || !c.plausible(r.time) {
			continue
		}
		next := extra + c.header + extra + int(r.captured)
		switch {
		case end && len(w) == next:
			return extra, false
		case len(w) < next+c.header:
			return 0, !end
		}
		if f := c.record(w[next:]); c.strict(f) && near(f.time, r.time) {
			return extra, false
		}
	}
	return 0, false
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

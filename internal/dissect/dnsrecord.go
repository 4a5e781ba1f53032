package dissect

import (
	"net/netip"
	"strconv"

	"github.com/telltale-audit/telltale/internal/wire"
)

// The record types whose data is shown as text.
const (
	typeA     = 1
	typeNS    = 2
	typeCNAME = 5
	typePTR   = 12
	typeMX    = 15
	typeTXT   = 16
	typeAAAA  = 28
	typeSRV   = 33
	typeSVCB  = 64
	typeHTTPS = 65
)

// dnsType returns the name of a record type, or "TYPE99" (RFC 3597, section
// 5).
func dnsType(t uint16) string {
	switch t {
	case typeA:
		return "A"
	case typeNS:
		return "NS"
	case typeCNAME:
		return "CNAME"
	case 6:
		return "SOA"
	case typePTR:
		return "PTR"
	case typeMX:
		return "MX"
	case typeTXT:
		return "TXT"
	case typeAAAA:
		return "AAAA"
	case typeSRV:
		return "SRV"
	case typeSVCB:
		return "SVCB"
	case typeHTTPS:
		return "HTTPS"
	case 255:
		return "ANY"
	}
	return "TYPE" + strconv.Itoa(int(t))
}

// record reads the record at c and moves past it (RFC 1035, section 4.1.3).
func (m *dnsMessage) record(c *wire.Cursor) (a Answer, ok bool) {
	a.Name, _, ok = m.name(c)
	typ, _ := c.U16(), c.U16()
	a.TTL = c.U32()
	data := c.Vec16()
	if !ok || !c.OK() {
		return a, false
	}
	a.Type = dnsType(typ)
	start := len(m.text)
	m.data(&a, typ, &data)
	if data.OK() && len(m.text) > start {
		a.Data = m.text[start:]
	}
	return a, true
}

// data appends the data of a record of type typ to the text. Where the data
// is not of its type the cursor fails.
func (m *dnsMessage) data(a *Answer, typ uint16, c *wire.Cursor) {
	switch typ {
	case typeA:
		if b := c.Bytes(4); b != nil {
			a.Addr = netip.AddrFrom4([4]byte(b))
		}
	case typeAAAA:
		if b := c.Bytes(16); b != nil {
			a.Addr = netip.AddrFrom16([16]byte(b))
		}
	case typeCNAME, typePTR, typeNS:
		m.target(c)
	case typeMX:
		m.number(c.U16())
		m.target(c)
	case typeSVCB, typeHTTPS:
		m.number(c.U16())
		m.target(c)
		m.hints(a, *c)
	case typeSRV:
		for range 3 {
			m.number(c.U16())
		}
		m.target(c)
	case typeTXT:
		for c.Len() > 0 {
			s := c.Vec8()
			m.text = append(m.text, s.Rest()...)
			if c.Len() > 0 {
				m.text = append(m.text, ' ')
			}
		}
	}
	if a.Addr.IsValid() {
		m.text = a.Addr.AppendTo(m.text)
	}
}

// The parameters of a service that hold addresses (RFC 9460, section 7.3).
const (
	paramIPv4 = 4
	paramIPv6 = 6
)

// hints takes the addresses that a service's record brings along.
func (m *dnsMessage) hints(a *Answer, c wire.Cursor) {
	for c.Len() > 0 && !m.skim {
		key, value := c.U16(), c.Vec16()
		size := 0
		switch key {
		case paramIPv4:
			size = 4
		case paramIPv6:
			size = 16
		}
		for size > 0 && value.Len() >= size && len(m.Besides) < maxBesides {
			addr, _ := netip.AddrFromSlice(value.Bytes(size))
			m.Besides = append(m.Besides, Answer{Name: a.Name, Type: a.Type, TTL: a.TTL, Addr: addr})
		}
	}
}

// number appends n and a space.
func (m *dnsMessage) number(n uint16) {
	m.text = append(strconv.AppendUint(m.text, uint64(n), 10), ' ')
}

// target appends the name at c.
func (m *dnsMessage) target(c *wire.Cursor) {
	if name, _, ok := m.name(c); !ok || name == nil {
		c.Seek(-1)
	}
}

package dissect

import (
	"encoding/hex"
	"net"
	"net/netip"

	"github.com/telltale-audit/telltale/internal/wire"
)

// dhcp reads what a device asks of its network (RFC 2131, RFC 2132): it names
// itself to everyone there.
var dhcp = datagrams("dhcp", []uint16{67, 68}, true, soundDHCP, readDHCP)

const (
	dhcpFixed  = 236 // bytes before the options
	dhcpCookie = "\x63\x82\x53\x63"
)

func soundDHCP(b []byte) bool {
	return len(b) > dhcpFixed+4 && (b[0] == 1 || b[0] == 2) && b[2] <= 16 && string(b[dhcpFixed:dhcpFixed+4]) == dhcpCookie
}

var dhcpTypes = [9]string{1: "discover", 2: "offer", 3: "request", 4: "decline", 5: "ack", 6: "nak", 7: "release", 8: "inform"}

func readDHCP(c *wire.Cursor, x *spans) bool {
	c.Seek(12)
	own := c.Bytes(4)
	c.Seek(28)
	hardware := c.Bytes(6)
	x.cut("dhcp.client_mac", 28, 6)
	c.Seek(dhcpFixed)
	if string(c.Bytes(4)) != dhcpCookie {
		return false
	}
	x.fact("client_mac", []byte(net.HardwareAddr(hardware).String()))
	if ip := netip.AddrFrom4([4]byte(own)); !ip.IsUnspecified() {
		x.fact("client_address", []byte(ip.String()))
	}
	for c.Len() > 0 {
		code := c.U8()
		if code == 0 {
			continue
		}
		if code == 255 {
			break
		}
		if option := c.Vec8(); c.OK() {
			x.dhcpOption(code, option)
		}
	}
	return true
}

// dhcpOption reads one option (RFC 2132).
func (x *spans) dhcpOption(code uint8, c wire.Cursor) {
	switch code {
	case 12:
		x.mark("dhcp.hostname", c)
	case 15:
		x.mark("dhcp.domain", c)
	case 50:
		if ip, ok := netip.AddrFromSlice(c.Rest()); ok {
			x.fact("requested_address", []byte(ip.String()))
		}
	case 53:
		if t := c.U8(); int(t) < len(dhcpTypes) {
			x.fact("type", []byte(dhcpTypes[t]))
		}
	case 60:
		x.mark("dhcp.vendor_class", c)
	case 61:
		b := c.Rest()
		x.cut("dhcp.client_id", c.Off()-len(b), len(b))
		x.fact("client_id", []byte(hex.EncodeToString(b)))
	case 77:
		x.mark("dhcp.user_class", c)
	case 81: // RFC 4702
		c.Bytes(3)
		x.mark("dhcp.fqdn", c)
	}
}

// dhcpv6 reads the same of IPv6 (RFC 8415).
var dhcpv6 = datagrams("dhcpv6", []uint16{546, 547}, false, soundDHCPv6, readDHCPv6)

var dhcpv6Types = [12]string{
	1: "solicit", 2: "advertise", 3: "request", 4: "confirm", 5: "renew", 6: "rebind", 7: "reply", 8: "release", 9: "decline",
	10: "reconfigure", 11: "information-request",
}

func soundDHCPv6(b []byte) bool { return len(b) >= 8 && 1 <= b[0] && int(b[0]) < len(dhcpv6Types) }

func readDHCPv6(c *wire.Cursor, x *spans) bool {
	typ := c.U8()
	c.U24() // transaction
	if int(typ) >= len(dhcpv6Types) || dhcpv6Types[typ] == "" {
		return false
	}
	x.fact("type", []byte(dhcpv6Types[typ]))
	for c.Len() > 0 {
		code, option := c.U16(), c.Vec16()
		if !c.OK() {
			break
		}
		switch code {
		case 1: // the client's DUID: often its MAC address
			b := option.Rest()
			x.cut("dhcpv6.client_id", option.Off()-len(b), len(b))
			x.fact("client_id", []byte(hex.EncodeToString(b)))
		case 16:
			option.U32() // enterprise
			class := option.Vec16()
			x.mark("dhcpv6.vendor_class", class)
		case 39: // RFC 4704
			option.U8()
			x.mark("dhcpv6.fqdn", option)
		}
	}
	return true
}

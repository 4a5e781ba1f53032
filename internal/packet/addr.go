package packet

import "net/netip"

// Addr is an IP address; an IPv4 address is held as ::ffff:a.b.c.d. It is a
// plain array because it is part of map keys on the hot path.
type Addr [16]byte

// AddrFrom returns a as an Addr. A zone is dropped, and the zero netip.Addr
// becomes the zero Addr.
func AddrFrom(a netip.Addr) Addr {
	if !a.IsValid() {
		return Addr{}
	}
	return a.As16()
}

// Netip returns a as a netip.Addr, IPv4 addresses as such.
func (a Addr) Netip() netip.Addr { return netip.AddrFrom16(a).Unmap() }

// String returns the usual text of the address.
func (a Addr) String() string { return a.Netip().String() }

// set4 stores the four bytes of an IPv4 address.
func (a *Addr) set4(b []byte) {
	a[10], a[11] = 0xff, 0xff
	copy(a[12:], b)
}

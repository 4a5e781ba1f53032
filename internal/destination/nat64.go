package destination

import "net/netip"

// wellKnownPrefix is where translators put IPv4 addresses unless they were
// told otherwise (RFC 6052 2.1).
var wellKnownPrefix = netip.MustParsePrefix("64:ff9b::/96")

// onlyIPv4 is a name that has IPv4 addresses only; whoever gets an IPv6
// address for it has learnt the prefix of the network's translator (RFC 7050).
const onlyIPv4 = "ipv4only.arpa"

// A Translator turns addresses of a NAT64 back into those of the far end. The
// zero value knows the well-known prefix; others are learnt from the traffic.
type Translator struct{ learnt []netip.Prefix }

// maxPrefixes bounds what is learnt: a network has one translator, or two.
const maxPrefixes = 8

// Unmap returns the IPv4 address that a stands for, or a itself.
func (t *Translator) Unmap(a netip.Addr) netip.Addr {
	a = a.Unmap()
	if !a.Is6() {
		return a
	}
	if wellKnownPrefix.Contains(a) {
		return embedded(a, 96)
	}
	for _, p := range t.learnt {
		if p.Contains(a) {
			return embedded(a, p.Bits())
		}
	}
	return a
}

// Learn takes an IPv6 address that DNS gave for name and, where it tells the
// prefix of a translator, keeps that.
func (t *Translator) Learn(name string, a netip.Addr) {
	if name != onlyIPv4 || !a.Is6() || a.Is4In6() || wellKnownPrefix.Contains(a) || len(t.learnt) >= maxPrefixes {
		return
	}
	for _, bits := range []int{96, 64, 56, 48, 40, 32} { // RFC 6052 2.2
		b := embedded(a, bits).As4()
		if b[0] != 192 || b[1] != 0 || b[2] != 0 || b[3] != 170 && b[3] != 171 { // RFC 7050 2.2
			continue
		}
		if p, err := a.Prefix(bits); err == nil && t.Unmap(a) == a {
			t.learnt = append(t.learnt, p)
		}
		return
	}
}

// embedded returns the IPv4 address behind a prefix of that many bits. Byte 8
// of the address is never part of it (RFC 6052 2.2).
func embedded(a netip.Addr, bits int) netip.Addr {
	b, at := a.As16(), bits/8
	var v4 [4]byte
	for i := range v4 {
		if at == 8 {
			at++
		}
		v4[i] = b[at]
		at++
	}
	return netip.AddrFrom4(v4)
}

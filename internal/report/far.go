package report

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/telltale-audit/telltale"
)

// far is a contact with its name as it may be shown.
type far struct {
	*Contact
	name string
}

// rest parts the contacts that are no party: look-ups of names, the own
// network, and the others by protection, each most flows first.
func (v *view) rest() {
	type key struct {
		name       string
		protection telltale.Protection
	}
	told := map[key]bool{}
	for _, p := range v.parties {
		told[key{p.name, p.protection}] = true
	}
	for i := range v.Contacts {
		c := &v.Contacts[i]
		f := far{c, v.name(c.Name, c.DestIP)}
		switch {
		case told[key{f.name, c.Protection}]:
		case c.AppProto == "dns":
			v.lookups = append(v.lookups, f)
		case c.Protection == telltale.Sealed:
			v.sealed = append(v.sealed, f)
		case f.local():
			v.local = append(v.local, f)
		case c.Protection == telltale.Open || c.Protection == telltale.Forgeable:
			v.open = append(v.open, f)
		default:
			v.unknown = append(v.unknown, f)
		}
	}
	for _, fs := range [...][]far{v.open, v.sealed, v.unknown, v.local, v.lookups} {
		slices.SortStableFunc(fs, func(a, b far) int { return cmp.Compare(b.Flows, a.Flows) })
	}
}

// local says that the far end is on the device's own network: what goes there
// does not pass the internet.
func (f far) local() bool {
	ip := f.DestIP
	return ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsMulticast() ||
		ip == netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// inkOf is the ink of contacts' marks: the signal where one of them is open
// beyond the own network.
func inkOf(cs []far) ink {
	if slices.ContainsFunc(cs, func(f far) bool { return f.Protection == telltale.Open && !f.local() }) {
		return signal
	}
	return plain
}

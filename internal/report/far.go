package report

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/destination"
)

// far is a contact with its name as it may be shown.
type far struct {
	*Contact
	name  string
	owner string // who runs the network of its address, where it has no name and a table says who; else ""
}

// called names the far end; where it has no name, by its address and whose network
// that is in. Who runs a network need not be who runs the machine.
func (f far) called() string {
	if f.owner == "" {
		return f.name
	}
	return f.name + " (network of " + f.owner + ")"
}

// fitted names the far end in so many cells: of a name the end matters, of an address
// with whose network that is in, the beginning.
func (f far) fitted(cells int) string {
	if f.owner == "" {
		return fitEnd(f.name, cells)
	}
	return fit(f.called(), cells)
}

// isAddress reports whether what a far end is called is no name.
func isAddress(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil
}

// ownerOf returns who runs the network that an address is in, as a table says, or
// "" if none does.
func (v *view) ownerOf(address string) string {
	for i := range v.Destinations {
		for _, c := range v.Destinations[i].Claims {
			if c.Predicate == destination.ASOrganisation && v.m.Text(c.Subject) == address {
				return v.m.Text(c.Object)
			}
		}
	}
	return ""
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
		f := far{Contact: c, name: v.name(c.Name, c.DestIP)}
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
	for _, fs := range [...][]far{v.open, v.sealed, v.unknown} {
		for i := range fs[:min(len(fs), maxMet)] {
			if f := &fs[i]; isAddress(f.name) {
				f.owner = v.ownerOf(f.name)
			}
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

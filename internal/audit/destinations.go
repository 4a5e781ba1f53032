package audit

import (
	"net/netip"
	"slices"
	"strconv"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/pipeline"
	"github.com/telltale-audit/telltale/internal/report"
)

// maxDestinations bounds the far ends told apart; further ones share one
// record without name or address.
const maxDestinations = 1 << 16

// destinations are the far ends, by name where they have one.
type destinations struct {
	byKey map[string]*telltale.Destination
	list  []*telltale.Destination
	seen  map[string]*report.Contact // by destination id
}

func newDestinations() *destinations {
	return &destinations{byKey: map[string]*telltale.Destination{}, seen: map[string]*report.Contact{}}
}

// of returns the destination of that name or, without one, that address.
func (d *destinations) of(name telltale.Text, addr netip.Addr) *telltale.Destination {
	key := name.Raw()
	if key == "" {
		key = addr.String()
	}
	dest := d.byKey[key]
	if dest == nil {
		if len(d.list) >= maxDestinations {
			name, addr, key = telltale.Text{}, netip.Addr{}, "others"
		}
		if dest = d.byKey[key]; dest == nil {
			dest = &telltale.Destination{ID: "d" + strconv.Itoa(len(d.list)+1), Name: name}
			d.byKey[key] = dest
			d.list = append(d.list, dest)
		}
	}
	if addr.IsValid() && len(dest.DestIP) < 64 && !slices.Contains(dest.DestIP, addr) {
		dest.DestIP = append(dest.DestIP, addr)
	}
	return dest
}

// contact counts a flow for its far end.
func (d *destinations) contact(f *pipeline.FlowInfo, isSrc bool, names []telltale.Name) {
	addr, sent, received := f.Key.Dst.Netip(), f.Bytes[0], f.Bytes[1]
	var name telltale.Text
	if len(names) > 0 {
		name = names[0].Name
	}
	if !isSrc {
		addr, name, sent, received = f.Key.Src.Netip(), telltale.Text{}, received, sent
	}
	dest := d.of(name, addr)
	key := dest.ID + " " + string(f.Protection)
	c := d.seen[key]
	if c == nil {
		c = &report.Contact{Name: dest.Name, DestIP: addr, AppProto: f.AppProto, Protection: f.Protection, First: f.Start}
		d.seen[key] = c
	}
	c.Flows++
	c.Sent += sent
	c.Received += received
	c.First, c.Last = min(c.First, f.Start), max(c.Last, f.End)
	if len(c.Times) < report.MaxTimes {
		c.Times = append(c.Times, f.Start)
	}
}

func (d *destinations) records() []telltale.Destination {
	out := make([]telltale.Destination, len(d.list))
	for i, dest := range d.list {
		out[i] = *dest
	}
	return out
}

// contacts returns the far ends as the flows showed them, the busiest first.
func (d *destinations) contacts() []report.Contact {
	var out []report.Contact
	for _, dest := range d.list {
		for _, p := range []telltale.Protection{telltale.Open, telltale.Forgeable, telltale.Sealed, telltale.UnknownProtection} {
			if c := d.seen[dest.ID+" "+string(p)]; c != nil {
				slices.Sort(c.Times)
				out = append(out, *c)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b report.Contact) int {
		return int((b.Sent + b.Received) - (a.Sent + a.Received))
	})
	return out
}

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
	byName map[string]*farEnd
	byAddr map[netip.Addr]*farEnd // of those without a name
	list   []*farEnd
	beyond int64 // flows and messages of far ends that were not told apart

	unlisted int64   // flows and messages whose address is left out of what is listed of their far end
	others   *farEnd // shared by those beyond the bound; nil until then
}

// A farEnd is a destination and what the flows to it showed.
type farEnd struct {
	telltale.Destination
	seen []report.Contact // one for each protection
}

func newDestinations() *destinations {
	return &destinations{byName: map[string]*farEnd{}, byAddr: map[netip.Addr]*farEnd{}}
}

// of returns the destination of that name or, without one, that address.
func (d *destinations) of(name telltale.Text, addr netip.Addr) *farEnd {
	dest := d.byName[name.Raw()]
	if name.IsZero() {
		dest = d.byAddr[addr]
	}
	if dest == nil {
		dest = d.add(name, addr)
	}
	switch {
	case dest == d.others || !addr.IsValid() || slices.Contains(dest.DestIP, addr):
	case len(dest.DestIP) < maxAddresses:
		dest.DestIP = append(dest.DestIP, addr)
	default:
		d.unlisted++
	}
	return dest
}

// add makes the record of a far end that was not seen before.
func (d *destinations) add(name telltale.Text, addr netip.Addr) *farEnd {
	if len(d.list) >= maxDestinations {
		d.beyond++
		if d.others == nil {
			d.others = d.append(telltale.Text{})
		}
		return d.others
	}
	dest := d.append(name)
	if name.IsZero() {
		d.byAddr[addr] = dest
	} else {
		d.byName[name.Raw()] = dest
	}
	return dest
}

func (d *destinations) append(name telltale.Text) *farEnd {
	dest := &farEnd{Destination: telltale.Destination{ID: "d" + strconv.Itoa(len(d.list)+1), Name: name}}
	d.list = append(d.list, dest)
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
	c := d.of(name, addr).contact(f, addr)
	c.Flows++
	c.Sent += sent
	c.Received += received
	c.First, c.Last = min(c.First, f.Start), max(c.Last, f.End)
	if len(c.Times) < report.MaxTimes {
		c.Times = append(c.Times, f.Start)
	}
}

// contact returns the figures of the flows that are protected as f is.
func (e *farEnd) contact(f *pipeline.FlowInfo, addr netip.Addr) *report.Contact {
	for i := range e.seen {
		if e.seen[i].Protection == f.Protection {
			return &e.seen[i]
		}
	}
	e.seen = append(e.seen, report.Contact{Name: e.Name, DestIP: addr, AppProto: f.AppProto, Protection: f.Protection, First: f.Start})
	return &e.seen[len(e.seen)-1]
}

func (d *destinations) records() []telltale.Destination {
	out := make([]telltale.Destination, len(d.list))
	for i, dest := range d.list {
		out[i] = dest.Destination
	}
	return out
}

// contacts returns the far ends as the flows showed them, the busiest first.
func (d *destinations) contacts() []report.Contact {
	n := 0
	for _, dest := range d.list {
		n += len(dest.seen)
	}
	out := make([]report.Contact, 0, n)
	for _, dest := range d.list {
		for _, p := range []telltale.Protection{telltale.Open, telltale.Forgeable, telltale.Sealed, telltale.UnknownProtection} {
			for _, c := range dest.seen {
				if c.Protection == p {
					slices.Sort(c.Times)
					out = append(out, c)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b report.Contact) int {
		return int((b.Sent + b.Received) - (a.Sent + a.Received))
	})
	return out
}

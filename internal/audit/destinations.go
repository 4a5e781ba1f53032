package audit

import (
	"net/netip"
	"slices"
	"strconv"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/destination"
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
	vias   int   // far ends whose alias is kept

	unlisted int64   // flows and messages whose address is left out of what is listed of their far end
	others   *farEnd // shared by those beyond the bound; nil until then
}

// A farEnd is a destination and what the flows to it showed.
type farEnd struct {
	telltale.Destination
	seen []report.Contact // one for each protection
	via  string           // the alias that DNS gave for the name, where there was one
}

func newDestinations() *destinations {
	return &destinations{byName: map[string]*farEnd{}, byAddr: map[netip.Addr]*farEnd{}}
}

// maxVias bounds the far ends whose alias is kept.
const maxVias = 1 << 13

// far is the far end of one flow or message.
type far struct {
	name telltale.Text
	via  string // the alias that DNS gave for the name; or ""
	addr netip.Addr
}

// of returns the destination of that name or, without one, that address.
func (d *destinations) of(far far) *farEnd {
	name, addr := far.name, far.addr
	dest := d.byName[name.Raw()]
	if name.IsZero() {
		dest = d.byAddr[addr]
	}
	if dest == nil {
		dest = d.add(name, addr)
	}
	if far.via != "" && dest.via == "" && dest != d.others && d.vias < maxVias {
		dest.via = far.via
		d.vias++
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
func (d *destinations) contact(f *pipeline.FlowInfo, isSrc bool, far far, service string) {
	sent, received := f.Bytes[0], f.Bytes[1]
	if !isSrc {
		sent, received = received, sent
	}
	e := d.of(far)
	c := e.contact(f, far.addr)
	c.Flows++
	c.Service = service
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

// maxTold is how many far ends a report is told the claims of; the records
// hold them of all.
const maxTold = 1024

// records returns the far ends; with the claims about those that identifiers
// went to, and then about the others, as far as maxTold goes.
func (d *destinations) records(b *destination.Book, sent func(id string) bool) []telltale.Destination {
	out := make([]telltale.Destination, len(d.list))
	told := 0
	for _, first := range []bool{true, false} {
		for i, dest := range d.list {
			if sent(dest.ID) != first {
				continue
			}
			out[i] = dest.Destination
			if told < maxTold {
				out[i] = dest.described(b)
				told++
			}
		}
	}
	return out
}

// described returns the record of a far end with what is known of it.
func (e *farEnd) described(b *destination.Book) telltale.Destination {
	out := e.Destination
	name := out.Name.Raw()
	if d, ok := destination.DomainOf(name); ok {
		out.Domain = telltale.NewText(d.Registrable)
	}
	out.Claims = b.Claims(destination.Far{Name: name, Via: e.via, Addrs: out.DestIP})
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

package audit

import (
	"cmp"
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

// A farEnd is a destination and what the flows to it showed. There may be tens
// of thousands: its record is made when it is written.
type farEnd struct {
	number int    // from 1
	name   string // "" of one that has none
	via    string // the alias that DNS gave for the name, where there was one
	addrs  []netip.Addr
	seen   []contact // one for each protection, and where it matters each device
	met    []*owner  // the devices that met it, where that matters
	crowd  bool      // more than maxMet did
}

// maxMet is how many devices are told apart at a far end. Of those beyond it only
// the declared are.
const maxMet = 64

// crowd stands for the devices that are not told apart.
var crowd = &owner{}

// meet notes that a device met the far end, and returns for whom it counts there.
// Nil is whoever, where it does not matter.
func (e *farEnd) meet(o *owner) *owner {
	switch {
	case o == nil || slices.Contains(e.met, o):
		return o
	case len(e.met) >= maxMet && o.file < 0:
		e.crowd = true
		return crowd
	}
	e.met = append(e.met, o)
	return o
}

// strange reports whether only strangers met the far end.
func (e *farEnd) strange(strangers map[string]bool) bool {
	if strangers == nil || e.crowd || len(e.met) == 0 {
		return false
	}
	return !slices.ContainsFunc(e.met, func(o *owner) bool { return !strangers[o.ID] })
}

// ID returns the destination_id.
func (e *farEnd) ID() string { return "d" + strconv.Itoa(e.number) }

func newDestinations() *destinations {
	return &destinations{byName: map[string]*farEnd{}, byAddr: map[netip.Addr]*farEnd{}}
}

// maxVias bounds the far ends whose alias is kept.
const maxVias = 1 << 13

// far is the far end of one flow or message.
type far struct {
	name string // "" if it has none
	via  string // the alias that DNS gave for the name; or ""
	addr netip.Addr
}

// of returns the destination of that name or, without one, that address.
func (d *destinations) of(far far) *farEnd {
	name, addr := far.name, far.addr
	dest := d.byName[name]
	if name == "" {
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
	case dest == d.others || !addr.IsValid() || slices.Contains(dest.addrs, addr):
	case len(dest.addrs) < maxAddresses:
		dest.addrs = append(dest.addrs, addr)
	default:
		d.unlisted++
	}
	return dest
}

// add makes the record of a far end that was not seen before.
func (d *destinations) add(name string, addr netip.Addr) *farEnd {
	if len(d.list) >= maxDestinations {
		d.beyond++
		if d.others == nil {
			d.others = d.append("")
		}
		return d.others
	}
	dest := d.append(name)
	if name == "" {
		d.byAddr[addr] = dest
	} else {
		d.byName[name] = dest
	}
	return dest
}

func (d *destinations) append(name string) *farEnd {
	dest := &farEnd{number: len(d.list) + 1, name: name}
	d.list = append(d.list, dest)
	return dest
}

// contact counts a flow of a device for its far end.
func (d *destinations) contact(f *pipeline.FlowInfo, isSrc bool, far far, service string, dev *owner) {
	sent, received := f.Bytes[0], f.Bytes[1]
	if !isSrc {
		sent, received = received, sent
	}
	e := d.of(far)
	c := e.contact(f, far.addr, e.meet(dev))
	c.service = service
	c.add(f, sent, received)
}

// maxTold is how many far ends a report tells of; the records hold all.
const maxTold = 1024

// records returns the far ends that a report tells of, with the claims about
// them, in the order they were met: those that identifiers went to, and of the
// others as many as maxTold has room for.
func (d *destinations) records(b *destination.Book, sent func(id string) bool, strangers map[string]bool) []telltale.Destination {
	room := maxTold
	told := make([]bool, len(d.list))
	for _, first := range []bool{true, false} {
		for i, e := range d.list {
			if room > 0 && sent(e.ID()) == first && !e.strange(strangers) {
				told[i] = true
				room--
			}
		}
	}
	var out []telltale.Destination
	for i, e := range d.list {
		if told[i] {
			out = append(out, e.described(b))
		}
	}
	return out
}

// record returns the record of a far end, without claims.
func (e *farEnd) record() telltale.Destination {
	return telltale.Destination{ID: e.ID(), Name: telltale.NewText(e.name), DestIP: e.addrs}
}

// described returns the record of a far end with what is known of it.
func (e *farEnd) described(b *destination.Book) telltale.Destination {
	out := e.record()
	if d, ok := destination.DomainOf(e.name); ok {
		out.Domain = telltale.NewText(d.Registrable)
	}
	out.Claims = b.Claims(destination.Far{Name: e.name, Via: e.via, Addrs: e.addrs})
	return out
}

// protections is the order of a far end's contacts.
var protections = [...]telltale.Protection{telltale.Open, telltale.Forgeable, telltale.Sealed, telltale.UnknownProtection}

// contacts returns the far ends as the flows showed them, but for those of
// strangers, the busiest first.
func (d *destinations) contacts(strangers map[string]bool) []report.Contact {
	type entry struct { // of a list that is put in order before anything big is made
		name string
		*contact
	}
	list := make([]entry, 0, len(d.list))
	for _, e := range d.list {
		for _, p := range protections {
			if c := e.together(p, strangers); c != nil {
				list = append(list, entry{e.name, c})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b entry) int { return cmp.Compare(b.sent+b.received, a.sent+a.received) })
	out := make([]report.Contact, len(list))
	for i, e := range list {
		out[i] = e.described(e.name)
	}
	return out
}

// together returns what the flows of all devices but strangers showed that were
// protected by p, nil if there were none.
func (e *farEnd) together(p telltale.Protection, strangers map[string]bool) (sum *contact) {
	for i := range e.seen {
		switch c := &e.seen[i]; {
		case c.protection != p || c.strange(strangers):
		case sum == nil:
			sum = c
		default:
			sum = sum.with(c)
		}
	}
	return sum
}

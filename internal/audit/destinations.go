package audit

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/destination"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/pipeline"
	"github.com/telltale-audit/telltale/internal/report"
)

// maxDestinations bounds the far ends told apart; further ones share one
// record without name or address.
const maxDestinations = 1 << 16

// destinations are the far ends, by name where they have one.
type destinations struct {
	byName map[string]*farEnd
	byAddr map[packet.Addr]*farEnd // of those without a name
	list   []*farEnd
	vias   map[*farEnd]string // the aliases that DNS gave for the names of some
	beyond int64              // flows and messages of far ends that were not told apart
	speeches

	unlisted int64   // flows and messages whose address is left out of what is listed of their far end
	others   *farEnd // shared by those beyond the bound; nil until then
}

// A farEnd is a destination and what the flows to it showed. There may be tens
// of thousands: its record is made when it is written.
type farEnd struct {
	name   string         // "" of one that has none
	addr   packet.Addr    // the first, where listed
	others *[]packet.Addr // the other addresses; nil: there are none
	met    *[]*owner      // the devices that met it, where that matters; of one alone it is that one's own list
	seen   contact        // one for each protection, and where it matters each device; the first of them
	number int32          // from 1
	listed bool           // it has an address
	crowd  bool           // more than maxMet devices met it
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
	case o == nil, e.met != nil && slices.Contains(*e.met, o):
	case e.met == nil:
		e.met = &o.alone
	case len(*e.met) >= maxMet && o.file < 0:
		e.crowd = true
		return crowd
	default:
		met := append(slices.Clip(*e.met), o)
		e.met = &met
	}
	return o
}

// strange reports whether only strangers met the far end.
func (e *farEnd) strange(strangers map[string]bool) bool {
	if strangers == nil || e.crowd || e.met == nil {
		return false
	}
	return !slices.ContainsFunc(*e.met, func(o *owner) bool { return !strangers[o.ID] })
}

// contacts are those of the far end.
func (e *farEnd) contacts(yield func(*contact) bool) {
	for c := &e.seen; c != nil && c.speech != nil; c = c.next {
		if !yield(c) {
			return
		}
	}
}

// ID returns the destination_id.
func (e *farEnd) ID() string { return "d" + strconv.Itoa(int(e.number)) }

func newDestinations() *destinations {
	return &destinations{byName: map[string]*farEnd{}, byAddr: map[packet.Addr]*farEnd{}, vias: map[*farEnd]string{}, speeches: speeches{}}
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
	name, addr := far.name, packet.AddrFrom(far.addr)
	var dest *farEnd
	if name == "" {
		dest = d.byAddr[addr]
	} else {
		dest = d.byName[name]
	}
	if dest == nil {
		dest = d.add(name, addr)
	}
	if far.via != "" && dest != d.others && len(d.vias) < maxVias && d.vias[dest] == "" {
		d.vias[dest] = far.via
	}
	if dest != d.others && far.addr.IsValid() && !dest.list(addr) {
		d.unlisted++
	}
	return dest
}

// list has addr be among the far end's addresses. It reports false where the list
// of them is full.
func (e *farEnd) list(addr packet.Addr) bool {
	switch {
	case !e.listed:
		e.addr, e.listed = addr, true
	case e.addr == addr:
	case e.others == nil:
		e.others = &[]packet.Addr{addr}
	case slices.Contains(*e.others, addr):
	case len(*e.others) < maxAddresses-1:
		*e.others = append(*e.others, addr)
	default:
		return false
	}
	return true
}

// add makes the record of a far end that was not seen before.
func (d *destinations) add(name string, addr packet.Addr) *farEnd {
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
	dest := &farEnd{number: int32(len(d.list)) + 1, name: name}
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
	e.count(f, packet.AddrFrom(far.addr), speech{e.meet(dev), f.Protection, f.AppProto, service}, d.speeches, sent, received)
}

// count counts a flow that went to addr.
func (e *farEnd) count(f *pipeline.FlowInfo, addr packet.Addr, as speech, known speeches, sent, received int64) {
	last := &e.seen
	for c := range e.contacts {
		if last = c; c.protection == as.protection && c.device == as.device {
			if as.appProto = c.appProto; *c.speech != as {
				c.speech = known.of(as)
			}
			e.add(c, f, sent, received)
			return
		}
	}
	if last.speech != nil {
		last.next = new(contact)
		last = last.next
	}
	e.begin(last, known.of(as), f, addr, sent, received)
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
			out = append(out, d.described(e, b))
		}
	}
	return out
}

// record returns the record of a far end, without addresses and claims.
func (e *farEnd) record() telltale.Destination {
	return telltale.Destination{ID: e.ID(), Name: telltale.NewText(e.name)}
}

// addresses returns the addresses of a far end, in the order they were met.
func (e *farEnd) addresses() []netip.Addr {
	if !e.listed {
		return nil
	}
	out := []netip.Addr{e.addr.Netip()}
	if e.others != nil {
		for _, a := range *e.others {
			out = append(out, a.Netip())
		}
	}
	return out
}

// described returns the record of a far end with what is known of it.
func (d *destinations) described(e *farEnd, b *destination.Book) telltale.Destination {
	out := e.record()
	out.DestIP = e.addresses()
	if domain, ok := destination.DomainOf(e.name); ok {
		out.Domain = telltale.NewText(domain.Registrable)
	}
	out.Claims = b.Claims(destination.Far{Name: e.name, Via: d.vias[e], Addrs: out.DestIP})
	return out
}

// protections is the order of a far end's contacts.
var protections = [...]telltale.Protection{telltale.Open, telltale.Forgeable, telltale.Sealed, telltale.UnknownProtection}

// contacts returns the far ends as the flows showed them, but for those of
// strangers, the busiest first.
func (d *destinations) contacts(strangers map[string]bool) []report.Contact {
	type entry struct { // of a list that is put in order before anything big is made
		bytes int64
		end   *farEnd
		*contact
	}
	starts := 0
	list := make([]entry, 0, len(d.list))
	for _, e := range d.list {
		for _, p := range protections {
			if c := e.together(p, strangers); c != nil {
				list = append(list, entry{c.sent + c.received, e, c})
				starts += c.starts()
			}
		}
	}
	slices.SortStableFunc(list, func(a, b entry) int { return cmp.Compare(b.bytes, a.bytes) })
	out := make([]report.Contact, len(list))
	times := make([]telltale.Time, 0, starts) // of all: most have one
	for i, e := range list {
		first := len(times)
		times = e.times(times)
		out[i] = e.end.contact(e.contact, times[first:len(times):len(times)])
	}
	return out
}

// together returns what the flows of all devices but strangers showed that were
// protected by p, nil if there were none.
func (e *farEnd) together(p telltale.Protection, strangers map[string]bool) (sum *contact) {
	for c := range e.contacts {
		switch {
		case c.protection != p || c.strange(strangers):
		case sum == nil:
			sum = c
		default:
			sum = e.sum(sum, c)
		}
	}
	return sum
}

package report

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/telltale-audit/telltale"
)

// party is a far end that was sent identifiers under one protection: the sends
// to it taken together, with its name as it may be shown.
type party struct {
	name       string
	from       string // the device's label, where several devices sent
	ip         netip.Addr
	text       telltale.Text
	protection telltale.Protection
	readableBy telltale.ReadableBy
	sends      []*Send
	ids        []*telltale.Identifier // at least probable, by rank of kind
	has        map[*telltale.Identifier]bool
	count      int
	times      []telltale.Time
}

// partyKey tells parties apart by what the capture says, not by the masked
// name, which two far ends may share.
type partyKey struct {
	text       string
	device     string
	ip         netip.Addr
	protection telltale.Protection
	readableBy telltale.ReadableBy
}

// open says that anyone on the path could read what went to the party.
func (p *party) open() bool { return p.readableBy == telltale.AnyoneOnPath }

// view is an audit as the sections of a report read it.
type view struct {
	*Audit
	m       *telltale.Masker
	byID    map[string]*telltale.Identifier
	parties []*party               // who was sent what is at least probable
	senders []*party               // who sent such to a device
	perhaps []*telltale.Identifier // possible only

	// The contacts that are no party, each most flows first.
	open, sealed, unknown, local, lookups []far
}

func newView(a *Audit, m *telltale.Masker) *view {
	v := &view{Audit: a, m: m, byID: map[string]*telltale.Identifier{}}
	for i := range a.Identifiers {
		id := &a.Identifiers[i]
		v.byID[id.ID] = id
		if id.Level == telltale.Possible {
			v.perhaps = append(v.perhaps, id)
		}
	}
	slices.SortStableFunc(v.perhaps, byRank)
	v.parties, v.senders = v.group(false), v.group(true)
	v.rest()
	return v
}

// group joins the sends of devices, or what devices received, into parties,
// the readable ones first.
func (v *view) group(received bool) []*party {
	var parties []*party
	at := map[partyKey]*party{}
	for i := range v.Sends {
		s := &v.Sends[i]
		ids := v.sure(s)
		if len(ids) == 0 || s.Received != received {
			continue
		}
		key := v.keyOf(s)
		p := at[key]
		if p == nil {
			p = &party{
				name: v.name(s.Destination, s.DestIP), from: v.deviceLabel(s.Device), ip: s.DestIP, text: s.Destination,
				protection: s.Protection, readableBy: s.ReadableBy, has: map[*telltale.Identifier]bool{},
			}
			at[key] = p
			parties = append(parties, p)
		}
		p.add(s, ids)
	}
	for _, p := range parties {
		slices.SortStableFunc(p.ids, byRank)
		slices.Sort(p.times)
	}
	slices.SortStableFunc(parties, func(p, q *party) int {
		return cmp.Or(readerRank(p.readableBy)-readerRank(q.readableBy), cmp.Compare(len(q.ids), len(p.ids)), cmp.Compare(q.count, p.count))
	})
	return parties
}

func (v *view) keyOf(s *Send) partyKey {
	key := partyKey{text: v.name(s.Destination, s.DestIP), device: s.Device, protection: s.Protection, readableBy: s.ReadableBy}
	if s.Destination.IsZero() {
		key.ip = s.DestIP
	}
	return key
}

// deviceLabel names a device where there is more than one to tell apart.
func (v *view) deviceLabel(id string) string {
	if len(v.Devices) < 2 {
		return ""
	}
	for i := range v.Devices {
		if d := &v.Devices[i]; d.ID == id && d.Label != "" {
			return d.Label
		}
	}
	return id
}

func (p *party) add(s *Send, ids []*telltale.Identifier) {
	p.sends = append(p.sends, s)
	p.count += s.Count
	p.times = append(p.times, s.Times...)
	for _, id := range ids {
		if !p.has[id] {
			p.has[id] = true
			p.ids = append(p.ids, id)
		}
	}
}

// sure returns the identifiers of s that are at least probable.
func (v *view) sure(s *Send) []*telltale.Identifier {
	var out []*telltale.Identifier
	for _, name := range s.Identifiers {
		if id := v.byID[name]; id != nil && id.Level.AtLeast(telltale.Probable) {
			out = append(out, id)
		}
	}
	return out
}

// name returns a far end's name as it may be shown, or its address.
func (v *view) name(name telltale.Text, ip netip.Addr) string {
	switch {
	case !name.IsZero():
		return v.m.Text(name)
	case ip.IsValid():
		return v.m.Addr(ip)
	}
	return "a far end without a name"
}

func byRank(a, b *telltale.Identifier) int { return kindRank(a.Kind) - kindRank(b.Kind) }

// readerRank orders by who could read, the widest circle first.
func readerRank(r telltale.ReadableBy) int {
	i := slices.Index([]telltale.ReadableBy{
		telltale.AnyoneOnPath, telltale.LocalNetwork, telltale.Operator, telltale.UnknownReader, telltale.DestinationOnly,
	}, r)
	if i < 0 {
		return 3
	}
	return i
}

package audit

import (
	"slices"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/pipeline"
	"github.com/telltale-audit/telltale/internal/report"
)

// A contact is what the flows of a device to a far end showed that were protected
// alike. Most far ends see one flow, and there may be tens of thousands: with its
// first contact one takes 112 bytes.
type contact struct {
	*speech                // nil: there was no flow
	rest           *repeat // nil: there was one flow, to the far end's first address
	sent, received int64   // bytes, by the device and by the far end
	last           telltale.Time
	start          telltale.Time // of the first flow
	next           *contact      // of the far end
}

// A speech is who spoke how; contacts that are alike in that share one.
type speech struct {
	device     *owner // nil: whoever
	protection telltale.Protection
	appProto   string // of the first flow
	service    string // id of the service whose far end it is, or ""
}

// A repeat is what a contact is besides where it had several flows, or where the
// first was not to the far end's first address.
type repeat struct {
	addr   packet.Addr // of the first flow
	flows  int64
	first  telltale.Time
	starts []telltale.Time // of the flows after the first, at most report.MaxTimes with it
}

// speeches are one of each.
type speeches map[speech]*speech

// of returns the one that is like s.
func (x speeches) of(s speech) *speech {
	known := x[s]
	if known == nil {
		known = &s
		x[s] = known
	}
	return known
}

// begin makes c the contact that flow f, to addr, is the first of.
func (e *farEnd) begin(c *contact, s *speech, f *pipeline.FlowInfo, addr packet.Addr, sent, received int64) {
	*c = contact{speech: s, sent: sent, received: received, start: f.Start, last: max(0, f.End)}
	if addr != e.addr {
		e.more(c).addr = addr
	}
}

// add counts a further flow of a contact of e.
func (e *farEnd) add(c *contact, f *pipeline.FlowInfo, sent, received int64) {
	c.sent += sent
	c.received += received
	c.last = max(c.last, f.End)
	r := e.more(c)
	r.flows++
	r.first = min(r.first, f.Start)
	if len(r.starts) < report.MaxTimes-1 {
		r.starts = append(r.starts, f.Start)
	}
}

// more returns what a contact of e is besides.
func (e *farEnd) more(c *contact) *repeat {
	if c.rest == nil {
		c.rest = &repeat{addr: e.addr, flows: 1, first: c.start}
	}
	return c.rest
}

// flows returns how many there were.
func (c *contact) flows() int64 {
	if c.rest == nil {
		return 1
	}
	return c.rest.flows
}

// strange reports whether the flows are of a stranger.
func (c *contact) strange(strangers map[string]bool) bool {
	return strangers != nil && c.device != nil && (c.device == crowd || strangers[c.device.ID])
}

// starts returns how many starts of flows are known.
func (c *contact) starts() int {
	if c.rest == nil {
		return 1
	}
	return 1 + len(c.rest.starts)
}

// times appends the starts of the flows to dst, as they closed.
func (c *contact) times(dst []telltale.Time) []telltale.Time {
	dst = append(dst, c.start)
	if c.rest != nil {
		dst = append(dst, c.rest.starts...)
	}
	return dst
}

// sum returns the figures of two contacts of e together.
func (e *farEnd) sum(c, x *contact) *contact {
	sum, other := *c, x
	if x.start < c.start {
		sum, other = *x, c
	}
	rest := *e.more(&sum)
	sum.rest = &rest
	rest.flows += other.flows()
	sum.sent += other.sent
	sum.received += other.received
	sum.last = max(sum.last, other.last)
	starts := other.times(slices.Clip(rest.starts))
	slices.Sort(starts)
	rest.starts = starts[:min(len(starts), report.MaxTimes-1)]
	return &sum
}

// contact returns a contact of e as a report takes it, with the starts of its flows.
func (e *farEnd) contact(c *contact, times []telltale.Time) report.Contact {
	addr, first := e.addr, c.start
	if c.rest != nil {
		addr, first = c.rest.addr, c.rest.first
	}
	slices.Sort(times)
	return report.Contact{
		Name: telltale.NewText(e.name), DestIP: addr.Netip(), AppProto: c.appProto, Service: c.service, Flows: c.flows(), Sent: c.sent, Received: c.received,
		Protection: c.protection, First: first, Last: c.last, Times: times,
	}
}

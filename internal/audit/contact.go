package audit

import (
	"net/netip"
	"slices"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/pipeline"
	"github.com/telltale-audit/telltale/internal/report"
)

// A contact is what the flows to a far end showed that were protected alike.
// There may be tens of thousands, so it takes 96 bytes; most far ends see one
// flow, which takes none beside it.
type contact struct {
	next           *contact    // of the far end; nil: this is the last
	device         *owner      // nil: whoever
	*speech                    // shared by those alike
	addr           packet.Addr // of the first flow
	flows          int64
	sent, received int64 // bytes, by the device and by the far end
	first, last    telltale.Time
	start          telltale.Time    // of the first flow
	starts         *[]telltale.Time // of the flows after it, at most report.MaxTimes with it; nil where there are none
}

// A speech is how a contact spoke.
type speech struct {
	protection telltale.Protection
	appProto   string // of the first flow
	service    string // id of the service whose far end it is, or ""
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

// contactOf returns the figures of the flows of a device that are protected as f
// is, which went to addr.
func (d *destinations) contactOf(e *farEnd, f *pipeline.FlowInfo, addr netip.Addr, dev *owner) *contact {
	last := &e.contacts
	for c := e.contacts; c != nil; c = c.next {
		if c.protection == f.Protection && c.device == dev {
			return c
		}
		last = &c.next
	}
	*last = &contact{device: dev, addr: packet.AddrFrom(addr), speech: d.speeches.of(speech{protection: f.Protection, appProto: f.AppProto}), first: f.Start, start: f.Start}
	return *last
}

// add counts a flow.
func (c *contact) add(f *pipeline.FlowInfo, sent, received int64) {
	c.flows++
	c.sent += sent
	c.received += received
	c.first, c.last = min(c.first, f.Start), max(c.last, f.End)
	if c.flows == 1 {
		return
	}
	if c.starts == nil {
		c.starts = new([]telltale.Time)
	}
	if len(*c.starts) < report.MaxTimes-1 {
		*c.starts = append(*c.starts, f.Start)
	}
}

// strange reports whether the flows are of a stranger.
func (c *contact) strange(strangers map[string]bool) bool {
	return strangers != nil && c.device != nil && (c.device == crowd || strangers[c.device.ID])
}

// times returns the starts of the flows, as they closed.
func (c *contact) times() []telltale.Time {
	if c.starts == nil {
		return []telltale.Time{c.start}
	}
	return append([]telltale.Time{c.start}, *c.starts...)
}

// with returns the figures of c and of x, to the same far end, together.
func (c *contact) with(x *contact) *contact {
	sum, other := *c, x
	if x.start < c.start {
		sum, other = *x, c
	}
	sum.flows += other.flows
	sum.sent += other.sent
	sum.received += other.received
	sum.last = max(sum.last, other.last)
	starts := slices.Concat(sum.times()[1:], other.times())
	slices.Sort(starts)
	starts = starts[:min(len(starts), report.MaxTimes-1)]
	sum.starts = &starts
	return &sum
}

// described returns the contact as a report takes it.
func (c *contact) described(name string) report.Contact {
	times := c.times()
	slices.Sort(times)
	return report.Contact{
		Name: telltale.NewText(name), DestIP: c.addr.Netip(), AppProto: c.appProto, Service: c.service, Flows: c.flows, Sent: c.sent, Received: c.received,
		Protection: c.protection, First: c.first, Last: c.last, Times: times,
	}
}

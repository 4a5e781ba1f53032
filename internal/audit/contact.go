package audit

import (
	"net/netip"
	"slices"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/pipeline"
	"github.com/telltale-audit/telltale/internal/report"
)

// A contact is what the flows to a far end showed that were protected alike.
// Most far ends see one flow, which takes no memory beside the contact.
type contact struct {
	device         *owner // nil: whoever
	protection     telltale.Protection
	addr           netip.Addr // of the first flow
	appProto       string     // of the first flow
	service        string     // id of the service whose far end it is, or ""
	flows          int64
	sent, received int64 // bytes, by the device and by the far end
	first, last    telltale.Time
	start          telltale.Time   // of the first flow
	starts         []telltale.Time // of the flows after it, at most report.MaxTimes with it
}

// contact returns the figures of the flows of a device that are protected as f
// is, which went to addr.
func (e *farEnd) contact(f *pipeline.FlowInfo, addr netip.Addr, dev *owner) *contact {
	for i := range e.seen {
		if e.seen[i].protection == f.Protection && e.seen[i].device == dev {
			return &e.seen[i]
		}
	}
	e.seen = append(e.seen, contact{device: dev, addr: addr, appProto: f.AppProto, protection: f.Protection, first: f.Start, start: f.Start})
	return &e.seen[len(e.seen)-1]
}

// add counts a flow.
func (c *contact) add(f *pipeline.FlowInfo, sent, received int64) {
	c.flows++
	c.sent += sent
	c.received += received
	c.first, c.last = min(c.first, f.Start), max(c.last, f.End)
	if c.flows > 1 && len(c.starts) < report.MaxTimes-1 {
		c.starts = append(c.starts, f.Start)
	}
}

// strange reports whether the flows are of a stranger.
func (c *contact) strange(strangers map[string]bool) bool {
	return strangers != nil && c.device != nil && (c.device == crowd || strangers[c.device.ID])
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
	starts := slices.Concat(sum.starts, []telltale.Time{other.start}, other.starts)
	slices.Sort(starts)
	sum.starts = starts[:min(len(starts), report.MaxTimes-1)]
	return &sum
}

// described returns the contact as a report takes it.
func (c *contact) described(name string) report.Contact {
	times := append([]telltale.Time{c.start}, c.starts...)
	slices.Sort(times)
	return report.Contact{
		Name: telltale.NewText(name), DestIP: c.addr, AppProto: c.appProto, Service: c.service, Flows: c.flows, Sent: c.sent, Received: c.received,
		Protection: c.protection, First: c.first, Last: c.last, Times: times,
	}
}

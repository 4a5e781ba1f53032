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

// contact returns the figures of the flows that are protected as f is, which
// went to addr.
func (e *farEnd) contact(f *pipeline.FlowInfo, addr netip.Addr) *contact {
	for i := range e.seen {
		if e.seen[i].protection == f.Protection {
			return &e.seen[i]
		}
	}
	e.seen = append(e.seen, contact{addr: addr, appProto: f.AppProto, protection: f.Protection, first: f.Start, start: f.Start})
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

// described returns the contact as a report takes it.
func (c *contact) described(name string) report.Contact {
	times := append([]telltale.Time{c.start}, c.starts...)
	slices.Sort(times)
	return report.Contact{
		Name: telltale.NewText(name), DestIP: c.addr, AppProto: c.appProto, Service: c.service, Flows: c.flows, Sent: c.sent, Received: c.received,
		Protection: c.protection, First: c.first, Last: c.last, Times: times,
	}
}

package pipeline

import (
	"net/netip"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/dissect"
)

// Told is what a DNS answer told.
type Told struct {
	Time    telltale.Time // of its last packet
	Answers []Answer
}

// Answer is an address that a DNS answer gave for the name that was asked.
type Answer struct {
	Addr netip.Addr
	Name string
	TTL  uint32 // seconds
}

// answers returns the addresses in a DNS answer. The name is the one that
// was asked for: the aliases between (CNAME) are the answer's own business.
func (w *worker) answers(m *dissect.Message) []Answer {
	if m.DNS == nil || m.DNS.Query {
		return nil
	}
	var out []Answer
	for _, a := range m.DNS.Answers {
		if a.Addr.IsValid() {
			out = append(out, Answer{a.Addr, w.strings.of(m.DNS.Name), a.TTL})
		}
	}
	return out
}

package pipeline

import (
	"bytes"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/destination"
	"github.com/telltale-audit/telltale/internal/dissect"
)

// Told is what a DNS answer told.
type Told struct {
	Time    telltale.Time // of its last packet
	Answers []destination.Answer
}

// answers returns the addresses in a DNS answer, under the name that was
// asked for, with the alias (CNAME) that has them; and the names that were
// answered for an address.
func (w *worker) answers(m *dissect.Message) []destination.Answer {
	if m.DNS == nil || m.DNS.Query {
		return nil
	}
	var out []destination.Answer
	for i := range m.DNS.Answers {
		if a, ok := w.answer(m.DNS.Name, &m.DNS.Answers[i]); ok {
			out = append(out, a)
		}
	}
	return out
}

// answer returns what one record tells. Where nothing was asked, as in
// announcements of mDNS, the record's own name counts.
func (w *worker) answer(asked []byte, r *dissect.Answer) (a destination.Answer, ok bool) {
	switch {
	case r.Addr.IsValid():
		a.Addr, a.TTL = r.Addr, r.TTL
		if len(asked) == 0 {
			asked = r.Name
		}
		a.Name = w.strings.of(asked)
		if !bytes.EqualFold(asked, r.Name) {
			a.Via = w.strings.of(r.Name)
		}
		return a, true
	case r.Type == "PTR" && len(r.Data) > 0 && len(r.Name) <= maxReverse:
		a.Addr, a.PTR = destination.ReverseAddr(string(r.Name))
		if a.PTR {
			a.Name, a.TTL = w.strings.of(r.Data), r.TTL
		}
	}
	return a, a.PTR
}

// maxReverse is the length of the longest name that stands for an address,
// with a final dot.
const maxReverse = len("f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.ip6.arpa.")

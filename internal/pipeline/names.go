package pipeline

import (
	"bytes"
	"net/netip"

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
// asked for, with the alias (CNAME) that has them; the names that were
// answered for an address; and what a machine calls itself in its network.
func (w *worker) answers(m *dissect.Message) []destination.Answer {
	switch {
	case m.DNS == nil && (m.Proto == "dhcp" || m.Proto == "nbns"):
		return w.ownName(m.Facts)
	case m.DNS == nil || m.DNS.Query:
		return nil
	}
	var out []destination.Answer
	for i := range m.DNS.Answers {
		if a, ok := w.answer(m.DNS.Name, &m.DNS.Answers[i]); ok {
			out = append(out, a)
		}
	}
	for i := range m.DNS.Besides {
		r := &m.DNS.Besides[i]
		asked := m.DNS.Name
		if r.Type == "A" || r.Type == "AAAA" { // of another name
			asked = r.Name
		}
		if a, ok := w.answer(asked, r); ok {
			out = append(out, a)
		}
	}
	return out
}

// ownName returns the name and the address that a machine says it has, if it
// says both.
func (w *worker) ownName(facts []dissect.Fact) []destination.Answer {
	a := destination.Answer{Kind: destination.Own}
	for _, f := range facts {
		switch f.Name {
		case "hostname", "name":
			if isName(f.Value) {
				a.Name = w.strings.of(f.Value)
			}
		case "address", "client_address", "requested_address":
			a.Addr, _ = netip.ParseAddr(string(f.Value))
		}
	}
	if a.Name == "" || !a.Addr.IsValid() || a.Addr.IsUnspecified() {
		return nil
	}
	return []destination.Answer{a}
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
		if a.Addr, ok = destination.ReverseAddr(string(r.Name)); ok {
			a.Name, a.TTL, a.Kind = w.strings.of(r.Data), r.TTL, destination.Reverse
		}
	}
	return a, ok
}

// maxReverse is the length of the longest name that stands for an address,
// with a final dot.
const maxReverse = len("f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.ip6.arpa.")

package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
)

// maxContacts is how many far ends the table of contacts names.
const maxContacts = 10

// far is a contact with its name as it may be shown.
type far struct {
	*Contact
	name string
}

// rest parts the contacts that are no party by protection.
func (v *view) rest() {
	type key struct {
		name       string
		protection telltale.Protection
	}
	told := map[key]bool{}
	for _, p := range v.parties {
		told[key{p.name, p.protection}] = true
	}
	for i := range v.Contacts {
		c := &v.Contacts[i]
		f := far{c, v.name(c.Name, c.DestIP)}
		switch {
		case told[key{f.name, c.Protection}]:
		case c.Protection == telltale.Open || c.Protection == telltale.Forgeable:
			v.open = append(v.open, f)
		case c.Protection == telltale.Sealed:
			v.sealed = append(v.sealed, f)
		default:
			v.unknown = append(v.unknown, f)
		}
	}
	for _, fs := range [...][]far{v.open, v.sealed, v.unknown} {
		slices.SortStableFunc(fs, func(a, b far) int { return cmp.Compare(b.Flows, a.Flows) })
	}
}

// others draws the far ends that no identifier was seen to go to: the open
// ones by name, the sealed ones as a count.
func (v *view) others(s *screen, t table) {
	if len(v.open)+len(v.sealed)+len(v.unknown) == 0 {
		return
	}
	s.blank()
	named := min(len(v.open), 2)
	for i := range named {
		v.other(s, t, "Open, no identifier seen", v.open[i:i+1])
	}
	v.other(s, t, "Open, no identifier seen", v.open[named:])
	v.other(s, t, "Sealed contents, not visible", v.sealed)
	v.other(s, t, "Protection not known", v.unknown)
}

// other draws contacts as one row: what went, to whom, how often.
func (v *view) other(s *screen, t table, what string, cs []far) {
	if len(cs) == 0 {
		return
	}
	name := cs[0].name
	if len(cs) > 1 {
		name = counted(int64(len(cs)), "destination")
	}
	var flows int64
	for _, c := range cs {
		flows += c.Flows
	}
	p := cs[0].Protection
	if t.mark == 0 {
		s.prose(2, 4, span{what + ": " + name + ", " + times(int(flows)) + " ", plain}, span{protectionMark(p), protectionInk(p)})
		return
	}
	dot, rule := "◌", "╌"
	switch p {
	case telltale.Open:
		dot = "●"
	case telltale.Sealed:
		dot, rule = "○", "═"
	default:
	}
	r := &row{}
	r.at(2, fit(what, t.mark-3), plain)
	r.at(t.mark, dot+strings.Repeat(rule, t.rules+2)+"▶", protectionInk(p))
	t.to(r, name, flows, p, plain)
	s.row(r)
}

// contacts draws whom the device talked to, most bytes first: what there is to
// tell where no identifier was seen.
func (v *view) contacts(s *screen) {
	if len(v.Contacts) == 0 {
		return
	}
	cs := slices.Clone(v.Contacts)
	slices.SortStableFunc(cs, func(a, b Contact) int { return cmp.Compare(b.Sent+b.Received, a.Sent+a.Received) })
	word, received, sent, flows := s.width-9, s.width-11, s.width-23, s.width-34
	s.blank()
	head := &row{}
	head.put("WHOM IT TALKED TO", bold)
	if s.width >= narrow {
		head.right(flows, "FLOWS", bold)
		head.right(sent, "SENT", bold)
		head.right(received, "RECEIVED", bold)
	}
	s.row(head)
	for i := range cs[:min(len(cs), maxContacts)] {
		c := &cs[i]
		name := v.name(c.Name, c.DestIP)
		if s.width < narrow {
			s.prose(2, 4, span{fitEnd(name, s.width-4) + " ", plain}, span{protectionMark(c.Protection), protectionInk(c.Protection)},
				span{fmt.Sprintf(" %s, %s sent, %s received", counted(c.Flows, "flow"), size(c.Sent), size(c.Received)), dim})
			continue
		}
		r := &row{}
		r.at(2, fitEnd(name, flows-20), plain)
		r.at(flows-16, c.AppProto, dim)
		r.right(flows, thousands(c.Flows), plain)
		r.right(sent, size(c.Sent), plain)
		r.right(received, size(c.Received), plain)
		r.at(word, protectionMark(c.Protection), protectionInk(c.Protection))
		s.row(r)
	}
	if n := len(cs) - maxContacts; n > 0 {
		s.prose(2, 4, span{"and " + counted(int64(n), "more destination") + "; every one is in the records (--json -)", plain})
	}
}

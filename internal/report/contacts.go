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

// others draws the far ends that no identifier was seen to go to: on the
// internet the open ones by name and the sealed ones as a count, then the own
// network and the look-ups of names.
func (v *view) others(s *screen, t table) {
	if len(v.open)+len(v.sealed)+len(v.unknown)+len(v.local)+len(v.lookups) == 0 {
		return
	}
	s.blank()
	named := min(len(v.open), 2)
	for i := range named {
		v.other(s, t, "Open, no identifier seen", "destination", v.open[i:i+1])
	}
	v.other(s, t, "Open, no identifier seen", "destination", v.open[named:])
	v.other(s, t, "Sealed contents, not visible", "destination", v.sealed)
	v.other(s, t, "Empty or of unknown protocol", "destination", v.unknown)
	v.other(s, t, "Own network, no identifier seen", "neighbour", v.local)
	v.other(s, t, "Name look-ups, no identifier seen", "server", v.lookups)
}

// other draws contacts as one row: what went, to whom, how often.
func (v *view) other(s *screen, t table, what, noun string, cs []far) {
	if len(cs) == 0 {
		return
	}
	name := cs[0].name
	if len(cs) > 1 {
		name = counted(int64(len(cs)), noun)
	}
	var flows int64
	for _, c := range cs {
		flows += c.Flows
	}
	p, k := cs[0].Protection, inkOf(cs)
	if t.mark == 0 {
		s.prose(2, 4, span{what + ": " + name + ", " + times(int(flows)) + " ", plain}, span{protectionMark(p), k})
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
	r.at(t.mark, dot+strings.Repeat(rule, t.rules+2)+"▶", k)
	t.to(r, name, flows, p, plain, k)
	s.row(r)
}

// contacts draws whom the device talked to, most bytes first: what there is to
// tell where no identifier was seen.
func (v *view) contacts(s *screen) {
	if len(v.Contacts) == 0 {
		return
	}
	cs := slices.Concat(v.open, v.sealed, v.unknown)
	for _, fs := range [][]far{cs, v.local, v.lookups} {
		slices.SortStableFunc(fs, func(a, b far) int { return cmp.Compare(b.Sent+b.Received, a.Sent+a.Received) })
	}
	cs = slices.Concat(cs, v.local, v.lookups)
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
		c, k := cs[i], inkOf(cs[i:i+1])
		if s.width < narrow {
			s.prose(2, 4, span{c.fitted(s.width-4) + " ", plain}, span{protectionMark(c.Protection), k},
				span{fmt.Sprintf(" %s, %s sent, %s received", counted(c.Flows, "flow"), size(c.Sent), size(c.Received)), dim})
			continue
		}
		r := &row{}
		r.at(2, c.fitted(flows-20), plain)
		r.at(flows-16, c.AppProto, dim)
		r.right(flows, thousands(c.Flows), plain)
		r.right(sent, size(c.Sent), plain)
		r.right(received, size(c.Received), plain)
		r.at(word, protectionMark(c.Protection), k)
		s.row(r)
	}
	if n := len(cs) - maxContacts; n > 0 {
		s.prose(2, 4, span{"and " + counted(int64(n), "more destination") + "; every one is in the records (--json -)", plain})
	}
	if slices.ContainsFunc(cs, func(f far) bool { return f.Protection == telltale.UnknownProtection }) {
		s.prose(2, 4, span{"◌ unknown: no contents, or a protocol that telltale does not know; its bytes were searched as they are", dim})
	}
}

package report

import (
	"strings"

	"github.com/telltale-audit/telltale"
)

// brace draws a party: its identifiers at the left run together into one
// arrow, and beside it stand the far end, the count and the mark.
func (v *view) brace(s *screen, t table, p *party) {
	rows, notes := v.identifierRows(p), v.notes(p)
	said := v.sharedRows(p)
	arrow := len(rows) / 2
	k, dot, rule := lineOf(p.readableBy)
	below := len(rows) + len(said)
	if len(said) > 0 {
		below++ // for what they are
	}
	if arrow+1+len(notes) > below {
		arrow = min(arrow, max(0, below-1-len(notes)))
	}
	for i := range max(below, arrow+1+len(notes)) {
		r := &row{}
		switch at := i - len(rows) - 1; {
		case at == -1 && len(said) > 0:
			r.at(2, fit(notCounted+":", t.name-3), dim)
		case at >= 0 && at < len(said):
			r.at(4, fit(said[at].label, t.value-5), dim)
			r.at(t.value, fit(said[at].value, t.name-t.value-1), dim)
		case i < len(rows):
			r.at(2, fit(rows[i].label, t.value-3), plain)
			r.at(t.value, fit(rows[i].value, t.mark-t.value-1), plain)
			r.at(t.mark, dot+strings.Repeat(rule, t.rules)+joint(i, len(rows), i == arrow, rule), k)
		}
		switch {
		case i == arrow:
			t.to(r, p.name, int64(p.count), p.protection, bold, p.wordInk())
		case i > arrow && i-arrow-1 < len(notes):
			r.at(t.name+2, fit(notes[i-arrow-1], s.width-t.name-2), dim)
		}
		s.row(r)
	}
}

// to draws the right half of a row: the far end, how often, open or sealed.
func (t table) to(r *row, name string, count int64, p telltale.Protection, k, word ink) {
	often := thousands(count)
	r.at(t.name, fitEnd(name, t.count-t.name-len(often)-2), k)
	r.right(t.count, often, k)
	r.at(t.word, protectionMark(p), word)
}

// joint is the piece of the brace in row i of n.
func joint(i, n int, arrow bool, rule string) string {
	switch {
	case n == 1:
		return rule + rule + "▶"
	case arrow && i == 0:
		return "┳" + rule + "▶"
	case arrow && i == n-1:
		return "┻" + rule + "▶"
	case arrow:
		return "╋" + rule + "▶"
	case i == 0:
		return "┓"
	case i == n-1:
		return "┛"
	}
	return "┫"
}

// lineOf returns how a line to a far end is drawn: filled and solid where
// anyone could read it, ringed and double where it was sealed.
func lineOf(r telltale.ReadableBy) (k ink, dot, rule string) {
	switch r {
	case telltale.AnyoneOnPath:
		return signal, "●", "━"
	case telltale.DestinationOnly:
		return plain, "○", "═"
	case telltale.LocalNetwork, telltale.Operator:
		return plain, "●", "━"
	default:
		return plain, "◌", "╌"
	}
}

// protectionMark is a protection's sign with its word.
func protectionMark(p telltale.Protection) string {
	switch p {
	case telltale.Open:
		return "● open"
	case telltale.Forgeable:
		return "◌ weak"
	case telltale.Sealed:
		return "○ sealed"
	default:
		return "◌ unknown"
	}
}

// wordInk is the ink of the party's protection.
func (p *party) wordInk() ink {
	if p.open() {
		return signal
	}
	return plain
}

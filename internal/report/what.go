package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
)

// The most a table shows before it counts the rest.
const (
	maxParties = 6
	maxRows    = 12
	maxValue   = 34 // cells of a masked value
)

// table holds the columns of WHAT, from the screen's width.
type table struct {
	value, mark, name, count, word int // where each begins; count is where it ends
	rules                          int // length of a line from an identifier
}

// columns lays the table out for values of at most value cells.
func (s *screen) columns(value int) table {
	t := table{value: 22, rules: 3}
	if s.width < 100 {
		t.value, t.rules = 21, 2
	}
	t.mark = t.value + value + 1
	t.name = t.mark + t.rules + 6
	t.word = s.width - 9
	t.count = t.word - 2
	return t
}

// what draws who got which identifier, how often, readable or not.
func (v *view) what(s *screen) {
	if s.width < narrow {
		v.whatList(s)
		return
	}
	t := s.columns(v.valueWidth())
	head := &row{}
	head.put("WHAT", bold)
	head.at(t.name, "TO WHOM", bold)
	head.right(s.width, "HOW OFTEN", bold)
	s.blank()
	s.row(head)
	for i, p := range v.parties[:min(len(v.parties), maxParties)] {
		if i > 0 {
			s.blank()
		}
		v.brace(s, t, p)
	}
	v.foldedParties(s)
	v.origins(s)
	v.receivedLines(s)
	v.perhapsLine(s)
	v.others(s, t)
}

// valueWidth is the width of the widest value that is shown.
func (v *view) valueWidth() int {
	n := 16
	for _, p := range v.parties[:min(len(v.parties), maxParties)] {
		for _, r := range v.identifierRows(p) {
			n = max(n, cells(r.value))
		}
	}
	return min(n, maxValue)
}

// idRow is one row of the table: an identifier, or a kind with many.
type idRow struct {
	label, value string
}

// identifierRows lists a party's identifiers; over maxRows, its kinds.
func (v *view) identifierRows(p *party) []idRow { return v.rowsOf(identifying(p.ids)) }

// sharedRows lists what a party was told beside, which is not counted.
func (v *view) sharedRows(p *party) []idRow { return v.rowsOf(shared(p.ids)) }

func (v *view) rowsOf(ids []*telltale.Identifier) []idRow {
	number := map[telltale.Kind]int{}
	for _, id := range ids {
		number[id.Kind]++
	}
	var rows []idRow
	seen := map[telltale.Kind]int{}
	for _, id := range ids {
		label := wordsOf(id.Kind).label
		seen[id.Kind]++
		switch {
		case len(ids) <= maxRows:
			if number[id.Kind] > 1 {
				label = fmt.Sprintf("%s %d", label, seen[id.Kind])
			}
			rows = append(rows, idRow{label, v.shown(id)})
		case seen[id.Kind] == 1:
			rows = append(rows, idRow{label, counted(int64(number[id.Kind]), "value")})
		}
	}
	return rows
}

// shown is a value as it may be shown. Dots alone would look like nothing.
func (v *view) shown(id *telltale.Identifier) string {
	text := v.m.Value(id.Value)
	if strings.Trim(text, "·") == "" {
		return "(hidden)"
	}
	return text
}

// probable names what of the party's identifiers is not one of the device
// file's, or "".
func (v *view) probable(p *party) string {
	if len(v.Info.Options.Devices) == 0 {
		return ""
	}
	own := identifying(p.ids)
	var ids []*telltale.Identifier
	for _, id := range own {
		if id.Level != telltale.Confirmed {
			ids = append(ids, id)
		}
	}
	switch len(ids) {
	case 0:
		return ""
	case 1:
		return "not certain: " + wordsOf(ids[0].Kind).one
	}
	return fmt.Sprintf("not certain: %d of %d", len(ids), len(own))
}

// notes says of a party what is known beside its name.
func (v *view) notes(p *party) []string {
	var notes []string
	if p.from != "" {
		notes = append(notes, "from "+p.from)
	}
	if p.toGroup() {
		notes = append(notes, everyoneNear)
	}
	if apps := v.apps(p); apps != "" {
		notes = append(notes, apps)
	}
	if !p.text.IsZero() && p.ip.IsValid() {
		notes = append(notes, v.m.Addr(p.ip))
	}
	if i := slices.IndexFunc(p.sends, func(s *Send) bool { return s.Answered != "" }); i >= 0 {
		notes = append(notes, Answered(p.sends[i].Answered))
	}
	if text := v.probable(p); text != "" {
		notes = append(notes, text)
	}
	return append(append(notes, v.whose(p)...), "finding "+v.id(p))
}

// apps names the programs on the device that sent to the party, or received
// from it, if the capture tells them.
func (v *view) apps(p *party) string {
	var names []string
	for _, s := range p.sends {
		if name := v.m.Text(s.App); name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1, 2:
		return "app: " + listed(names)
	}
	return fmt.Sprintf("apps: %s and %d more", names[0], len(names)-1)
}

// Answered says how far a transmission demonstrably came, as its record has it: none,
// ack or response.
func Answered(how string) string {
	switch how {
	case "response":
		return "the server answered"
	case "ack":
		return "received, not answered"
	}
	return "no answer was seen"
}

func (v *view) foldedParties(s *screen) {
	if len(v.parties) <= maxParties {
		return
	}
	count := 0
	for _, p := range v.parties[maxParties:] {
		count += p.count
	}
	n := int64(len(v.parties) - maxParties)
	s.blank()
	s.prose(2, 4, span{fmt.Sprintf("and %s, %s; every one is in the records (--json -):", counted(n, "more destination"), times(count)), plain},
		span{" " + v.findingsOf(v.parties[maxParties:]), dim})
}

// findingsOf names the findings of parties that are not shown, as many as a few
// lines hold.
func (v *view) findingsOf(list []*party) string {
	const most = 24
	names := make([]string, 0, most+1)
	for _, p := range list[:min(len(list), most)] {
		names = append(names, v.id(p))
	}
	if n := len(list) - most; n > 0 {
		names = append(names, fmt.Sprintf("and %d more", n))
	}
	return strings.Join(names, " ")
}

// perhapsLine tells the owner of values that are no more than possible.
func (v *view) perhapsLine(s *screen) {
	if len(v.perhaps) == 0 {
		return
	}
	s.blank()
	s.labelled(12, "perhaps", bold, span{v.perhapsKinds() + v.perhapsHow(), plain})
}

func (v *view) perhapsKinds() string {
	var parts []string
	for i := 0; i < len(v.perhaps); {
		j := i
		for j < len(v.perhaps) && v.perhaps[j].Kind == v.perhaps[i].Kind {
			j++
		}
		w := wordsOf(v.perhaps[i].Kind)
		if j-i == 1 {
			parts = append(parts, "1 "+w.one)
		} else {
			parts = append(parts, fmt.Sprintf("%d %s", j-i, w.many))
		}
		i = j
	}
	return listed(parts)
}

func (v *view) perhapsHow() string {
	if len(v.Info.Options.Devices) == 0 {
		return ", by form alone; your own numbers would decide: telltale device new"
	}
	return ", by form alone; not in the device file"
}

// whatList is the table for narrow screens: a list under each destination.
func (v *view) whatList(s *screen) {
	s.heading("WHAT, TO WHOM, HOW OFTEN")
	for i, p := range v.parties[:min(len(v.parties), maxParties)] {
		if i > 0 {
			s.blank()
		}
		s.prose(2, 4, span{p.name, bold}, span{"  " + times(p.count) + " ", bold}, span{protectionMark(p.protection), p.wordInk()})
		for _, n := range v.notes(p) {
			s.prose(4, 6, span{n, dim})
		}
		for _, id := range v.identifierRows(p) {
			r := &row{}
			r.at(4, id.label, plain)
			r.at(26, fit(id.value, s.width-26), plain)
			s.row(r)
		}
		if said := v.alsoSaid(p.ids); said != "" {
			s.prose(4, 6, span{notCounted + ": " + said, dim})
		}
	}
	v.foldedParties(s)
	v.origins(s)
	v.receivedLines(s)
	v.perhapsLine(s)
	v.others(s, table{})
}

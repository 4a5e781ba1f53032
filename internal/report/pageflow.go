package report

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/destination"
	"github.com/telltale-audit/telltale/internal/figure"
)

// The measures of the figure of what went to whom, in pixels.
const (
	flowRow   = 48.0  // an identifier
	flowBlock = 112.0 // a destination
	flowRest  = 68.0  // far ends that got no identifier, taken together
)

// flowFigure is what went to whom: rows at the left, destinations at the
// right, bands between them as thick as the messages were many.
type flowFigure struct {
	Conclusion   string
	Height       float64
	Rows, To     []flowItem
	Bands, Links template.HTML
	Folded       string
	Also         string // what is not counted among the identifiers
}

// flowItem is a row or a destination. Top is its middle.
type flowItem struct {
	Class               string // open, near, sealed, none
	Top, High           float64
	Name, Term, Value   string
	Word, Mark, Country string
	Lines               []string
}

func (v *view) flowFigure() flowFigure {
	parties := v.parties[:min(len(v.parties), maxParties)]
	told, _ := together(parties)
	rows := v.flowRows(parties)
	head := max(float64(len(rows))*flowRow, float64(len(parties))*flowBlock)
	f := flowFigure{Conclusion: v.flowConclusion(), Height: head, Also: v.alsoSaid(told)}
	if n := len(v.parties) - len(parties); n > 0 {
		f.Folded = counted(int64(n), "more destination") + " got identifiers; all are in the list of findings above."
	}
	var bands, links []figure.Band
	skip := (head - float64(len(rows))*flowRow) / 2
	for i := range rows {
		rows[i].Top = skip + (float64(i)+0.5)*flowRow
		f.Rows = append(f.Rows, rows[i].flowItem)
	}
	step := head / float64(max(len(parties), 1))
	for j, p := range parties {
		item := v.flowTo(p, (float64(j)+0.5)*step)
		bands = append(bands, v.partyBands(p, &item, rows)...)
		links = append(links, figure.Band{From: item.Top, To: item.Top, Thickness: 1.5, Ink: inkOfClass(item.Class), Line: lineOfClass(item.Class)})
		f.To = append(f.To, item)
	}
	v.flowOthers(&f, &bands)
	f.Bands, f.Links = template.HTML(figure.Bands(bands, f.Height)), template.HTML(figure.Bands(links, f.Height))
	return f
}

// flowRowOf is a row with the identifiers that it stands for.
type flowRowOf struct {
	flowItem
	ids  []*telltale.Identifier
	used float64 // pixels of its height that bands have taken
}

// flowRows are the identifiers of the parties; over maxRows, their kinds.
func (v *view) flowRows(parties []*party) []flowRowOf {
	all, _ := together(parties)
	ids := identifying(all)
	number, seen := map[telltale.Kind]int{}, map[telltale.Kind]int{}
	for _, id := range ids {
		number[id.Kind]++
	}
	var rows []flowRowOf
	for _, id := range ids {
		seen[id.Kind]++
		name, term, _ := strings.Cut(wordsOf(id.Kind).label, " (")
		row := flowRowOf{flowItem{Class: classOf(parties, id), Name: name, Term: strings.TrimSuffix(term, ")"), Value: v.shown(id)}, []*telltale.Identifier{id}, 0}
		switch {
		case len(ids) <= maxRows:
			if number[id.Kind] > 1 {
				row.Name = fmt.Sprintf("%s %d", name, seen[id.Kind])
			}
			rows = append(rows, row)
		case seen[id.Kind] == 1:
			row.Value = counted(int64(number[id.Kind]), "value")
			rows = append(rows, row)
		default:
			i := slices.IndexFunc(rows, func(r flowRowOf) bool { return r.ids[0].Kind == id.Kind })
			rows[i].ids = append(rows[i].ids, id)
		}
	}
	return rows
}

// classOf is the class of an identifier: open if it went so to anyone.
func classOf(parties []*party, id *telltale.Identifier) string {
	for _, p := range parties { // those that anyone could read stand first
		if p.has[id] {
			return p.class()
		}
	}
	return "none"
}

// class is how the figures draw what went to the party.
func (p *party) class() string {
	switch {
	case p.open():
		return "open"
	case p.protection == telltale.Sealed:
		return "sealed"
	case p.protection == telltale.Open:
		return "near"
	}
	return "none"
}

func inkOfClass(class string) figure.Ink {
	switch class {
	case "open":
		return figure.Signal
	case "near":
		return figure.Quiet
	}
	return figure.Plain
}

func lineOfClass(class string) figure.Line {
	switch class {
	case "sealed":
		return figure.Double
	case "none":
		return figure.Dashed
	}
	return figure.Filled
}

// flowTo is a party at the right.
func (v *view) flowTo(p *party, top float64) flowItem {
	class, word := protectionClass(p.protection)
	if p.class() == "near" {
		class = "near"
	}
	item := flowItem{Class: p.class(), Mark: class, Word: word, Top: top, High: 40, Name: p.name, Country: v.country(p)}
	item.Lines = append(item.Lines, counted(int64(p.count), "message"))
	if p.from != "" {
		item.Lines = append(item.Lines, "from "+harmless(p.from))
	}
	return item
}

// partyBands are the bands from the rows to a party. Each is as thick as its
// messages are many, 2 to 14 pixels, and all of them fit the heights they join.
func (v *view) partyBands(p *party, item *flowItem, rows []flowRowOf) []figure.Band {
	most := v.mostSent()
	var out []figure.Band
	var whole float64
	var at []int
	for i := range rows {
		n := 0
		for _, id := range rows[i].ids {
			if p.has[id] {
				n = max(n, p.sent(id))
			}
		}
		if n == 0 {
			continue
		}
		thick := 2 + 12*float64(n)/float64(most)
		thick = min(thick, flowRow-8-rows[i].used)
		out = append(out, figure.Band{From: rows[i].Top, Thickness: max(thick, 1), Ink: inkOfClass(p.class()), Line: lineOfClass(p.class())})
		whole += max(thick, 1) + 1
		at = append(at, i)
	}
	y := item.Top - whole/2
	item.High = max(item.High, whole+8)
	for k := range out {
		i := at[k]
		out[k].From += rows[i].used
		rows[i].used += out[k].Thickness + 1
		out[k].To = y + out[k].Thickness/2
		y += out[k].Thickness + 1
	}
	return out
}

// mostSent is how often the busiest party was sent something.
func (v *view) mostSent() int {
	n := 1
	for _, p := range v.parties {
		n = max(n, p.count)
	}
	return n
}

// sent counts the messages to the party that may have held the identifier.
func (p *party) sent(id *telltale.Identifier) int {
	n := 0
	for _, s := range p.sends {
		if slices.Contains(s.Identifiers, id.ID) {
			n += s.Count
		}
	}
	return n
}

// flowOthers draws the far ends that no identifier was seen to go to.
func (v *view) flowOthers(f *flowFigure, bands *[]figure.Band) {
	for _, rest := range []struct {
		what, term, noun, class string
		far                     []far
	}{
		{"Open contents", "no identifier seen", "destination", "none", v.open},
		{"Sealed contents", "not visible", "destination", "sealed", v.sealed},
		{"Empty, or not understood", "no identifier seen", "destination", "none", v.unknown},
		{"On the own network", "no identifier seen", "neighbour", "none", v.local},
		{"Look-ups of names", "no identifier seen", "server", "none", v.lookups},
	} {
		if len(rest.far) == 0 {
			continue
		}
		top := f.Height + flowRest/2
		f.Height += flowRest
		name, ink := rest.far[0].name, figure.Plain
		if len(rest.far) > 1 {
			name = counted(int64(len(rest.far)), rest.noun)
		}
		if inkOf(rest.far) == signal {
			ink = figure.Signal
		}
		mark, word := protectionClass(rest.far[0].Protection)
		class := rest.class
		if ink != figure.Signal && mark == "open" {
			mark = "near"
		} else if mark == "open" {
			class = "none open"
		}
		var flows int64
		for _, c := range rest.far {
			flows += c.Flows
		}
		f.Rows = append(f.Rows, flowItem{Class: class, Top: top, High: 40, Name: rest.what, Value: "", Lines: []string{rest.term}})
		f.To = append(f.To, flowItem{Class: class, Top: top, High: 44, Name: name, Mark: mark, Word: word, Lines: []string{counted(flows, "flow")}})
		b := figure.Band{From: top, To: top, Thickness: 9, Ink: ink, Line: lineOfClass(rest.class)}
		*bands = append(*bands, b)
	}
}

// flowConclusion is the sentence over the figure.
func (v *view) flowConclusion() string {
	ids, _ := together(v.parties)
	ids = identifying(ids)
	open := 0
	for _, p := range v.parties {
		if p.open() {
			open++
		}
	}
	switch n := len(v.parties); {
	case n == 0:
		return "No identifier was seen to go to anyone."
	case n == 1 && open == 1:
		return capital(allOf(len(ids))) + " went to one place, in the open."
	case n == 1:
		return capital(allOf(len(ids))) + " went to one place."
	case open == n:
		return fmt.Sprintf("%s went to %d places, in the open.", capital(counted(int64(len(ids)), "identifier")), n)
	}
	return fmt.Sprintf("%s went to %d places, to %d of them in the open.", capital(counted(int64(len(ids)), "identifier")), len(v.parties), open)
}

func allOf(n int) string {
	switch n {
	case 1:
		return "one identifier"
	case 2:
		return "both identifiers"
	}
	return "all " + thousands(int64(n)) + " identifiers"
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// country says which country a party's address or network is of, as claimed.
func (v *view) country(p *party) string {
	if (far{Contact: &Contact{DestIP: p.ip}}).local() {
		return "own network"
	}
	d := v.destination(p)
	if d == nil {
		return "country not known"
	}
	var names []string
	tables, date := 0, ""
	for _, c := range d.Claims {
		if c.Predicate != destination.AddressCountry && c.Predicate != destination.OperatorCountry {
			continue
		}
		tables++
		date = max(date, c.Date)
		if name := v.m.Text(c.Object); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	switch len(names) {
	case 0:
		return "country not known"
	case 1:
		return names[0] + ", by " + counted(int64(tables), "table") + " of " + date
	}
	return strings.Join(names, " or ") + ": tables disagree"
}

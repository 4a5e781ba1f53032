package report

import (
	"fmt"
	"strings"

	"github.com/telltale-audit/telltale"
)

// exhibit draws the bytes of one transmission, as they were on the wire and as
// they read decoded, and says how to find them with other tools.
func (v *view) exhibit(s *screen) {
	x := v.Exhibit
	if x == nil {
		return
	}
	indent := column(s)
	head := &row{}
	head.put("THE BYTES", bold)
	head.put(strings.Repeat(" ", max(indent-head.cells, 2)), plain)
	head.put(fit(v.whereabouts(), s.width-head.cells), plain)
	s.blank()
	s.row(head)
	v.layer(s, indent, "on the wire", x.Wire)
	v.layer(s, indent, "decoded", x.Decoded)
	if !x.Chain.IsZero() {
		s.labelled(indent, "chain", plain, span{strings.ReplaceAll(v.m.Text(x.Chain), " > ", " → "), plain})
	}
	if !x.Response.IsZero() {
		s.labelled(indent, "server said", plain, span{v.m.Text(x.Response), plain})
	}
	if see := v.tshark(x); see != "" {
		s.labelled(indent, "see it", plain, span{see, plain})
	}
}

// whereabouts names the packets, the flow and which message of its like it is.
func (v *view) whereabouts() string {
	x := v.Exhibit
	var parts []string
	switch n := len(x.Packets); {
	case n == 1:
		parts = append(parts, "packet "+v.packetsOf(x.Input, x.Packets))
	case n > 1:
		parts = append(parts, "packets "+v.packetsOf(x.Input, x.Packets))
	}
	if x.FlowID != "" {
		parts = append(parts, "flow "+x.FlowID)
	}
	if x.Of > 0 {
		parts = append(parts, fmt.Sprintf("message %d of %d", x.Message, x.Of))
	}
	return strings.Join(parts, " · ")
}

// lineEnds are the signs of line ends that most faces have.
var lineEnds = strings.NewReplacer("␊", "↵", "␍", "↵")

// layer draws one reading of the bytes with the identifier marked.
func (v *view) layer(s *screen, indent int, label string, e telltale.Excerpt) {
	if len(e.Data) == 0 {
		return
	}
	text, at := v.m.Excerpt(e)
	switch text = lineEnds.Replace(text); {
	case strings.Trim(text, "·") == "":
		s.labelled(indent, label, plain, span{fmt.Sprintf("(%s, all of it hidden)", counted(int64(len(e.Data)), "byte")), dim})
		return
	case cells(strings.TrimSpace(text)) == 0: // spaces, or an accent with nothing to stand on
		s.labelled(indent, label, plain, span{fmt.Sprintf("(%s, nothing to be seen)", counted(int64(len(e.Data)), "byte")), dim})
		return
	}
	before, inside, after := window([]rune(text), int(at.Start), int(at.End), s.width-indent)
	r := &row{}
	r.at(2, label, plain)
	if s.width < narrow {
		s.row(r)
		r = &row{}
	}
	r.put(strings.Repeat(" ", indent-r.cells), plain)
	r.put(before, plain)
	r.put(inside, v.markInk())
	r.put(after, plain)
	s.row(r)
}

// markInk is the ink of an identifier inside bytes: the signal only where the
// bytes could be read by anyone.
func (v *view) markInk() ink {
	if len(v.parties) > 0 && v.parties[0].open() {
		return marked
	}
	return bold
}

// window cuts text to n cells around its runes [start, end), which stay whole
// where they fit, and parts it there.
func window(text []rune, start, end, n int) (before, inside, after string) {
	start = min(max(start, 0), len(text))
	end = min(max(end, start), len(text))
	from, to, used := start, end, cells(string(text[start:end]))
	for grow := true; grow; {
		grow = false
		if to < len(text) && used+cellsOf(text[to]) <= n {
			used += cellsOf(text[to])
			to++
			grow = true
		}
		if from > 0 && used+cellsOf(text[from-1]) <= n {
			from--
			used += cellsOf(text[from])
			grow = true
		}
	}
	return string(text[from:start]), fit(string(text[start:end]), n), string(text[end:to])
}

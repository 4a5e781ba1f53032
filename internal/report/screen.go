package report

import (
	"io"
	"slices"
	"strings"
)

// ink is how a run of text is set. There are five, and only signal has a
// colour: it says that anyone on the path could read this, and nothing else.
type ink uint8

const (
	plain  ink = iota
	bold       // the answer, headings
	dim        // provenance
	signal     // readable by anyone on the path
	marked     // an identifier inside bytes that anyone on the path could read
)

// sgr holds the codes of ECMA-48 8.3.117. The terminal's own magenta is used,
// so the shade is the reader's.
var sgr = [...]string{plain: "", bold: "\x1b[1m", dim: "\x1b[2m", signal: "\x1b[1;35m", marked: "\x1b[7;35m"}

const sgrEnd = "\x1b[0m"

// span is a run of text in one ink.
type span struct {
	text string
	ink  ink
}

// screen collects lines and writes them as the style allows.
type screen struct {
	style Style
	width int
	lines [][]span
}

// narrow is the width below which tables become lists.
const narrow = 80

func newScreen(s Style) *screen {
	w := s.Width
	if w <= 0 {
		w = 100
	}
	return &screen{style: s, width: min(max(w, 40), 120)}
}

func (s *screen) line(spans ...span) { s.lines = append(s.lines, spans) }

// blank adds an empty line, never two in a row.
func (s *screen) blank() {
	if n := len(s.lines); n > 0 && len(s.lines[n-1]) > 0 {
		s.line()
	}
}

// heading opens a section.
func (s *screen) heading(name string) {
	s.blank()
	s.line(span{name, bold})
}

// row is a line that is built by columns.
type row struct {
	spans []span
	cells int
}

// at appends text at column col, or one cell further where that is taken.
func (r *row) at(col int, text string, k ink) {
	pad := col - r.cells
	if pad < 1 && r.cells > 0 {
		pad = 1
	}
	r.put(strings.Repeat(" ", max(pad, 0)), plain)
	r.put(text, k)
}

// put appends text where the row ends.
func (r *row) put(text string, k ink) {
	if text == "" {
		return
	}
	r.cells += cells(text)
	if n := len(r.spans); n > 0 && r.spans[n-1].ink == k {
		r.spans[n-1].text += text
		return
	}
	r.spans = append(r.spans, span{text, k})
}

// inkOf returns k where the row's last span has it, else plain: a space
// between two inks belongs to neither.
func (r *row) inkOf(k ink) ink {
	if n := len(r.spans); n > 0 && r.spans[n-1].ink == k {
		return k
	}
	return plain
}

// right appends text so that it ends before column col.
func (r *row) right(col int, text string, k ink) { r.at(col-cells(text), text, k) }

func (s *screen) row(r *row) { s.line(r.spans...) }

// prose wraps spans at words: the first line begins at column first, all
// others at column rest.
func (s *screen) prose(first, rest int, spans ...span) {
	r := &row{}
	r.put(strings.Repeat(" ", first), plain)
	s.under(r, rest, spans...)
}

// labelled puts a label at the margin and wraps spans at words in a column of
// their own, or right behind the label where that column is too near.
func (s *screen) labelled(col int, label string, k ink, spans ...span) {
	r := &row{}
	r.at(2, label, k)
	if pad := col - r.cells; pad > 0 {
		r.put(strings.Repeat(" ", pad), plain)
	} else {
		r.put("  ", plain)
	}
	s.under(r, col, spans...)
}

// under continues row r with spans, wrapped at words; the lines below it begin
// at column rest.
func (s *screen) under(r *row, rest int, spans ...span) {
	start := r.cells
	for _, w := range words(spans) {
		n := cells(w.text)
		if n == 0 {
			continue // nothing of it would show but the gap before it
		}
		gap := 0
		if w.spaced && r.cells > start {
			gap = 1
		}
		if r.cells+gap+n > s.width && r.cells > start {
			s.row(r)
			r = &row{}
			r.put(strings.Repeat(" ", rest), plain)
			start, gap = r.cells, 0
		}
		r.put(strings.Repeat(" ", gap), r.inkOf(w.ink))
		r.put(fit(w.text, s.width-r.cells), w.ink)
	}
	s.row(r)
}

// word is a run without spaces; spaced says that a space stood before it.
type word struct {
	span
	spaced bool
}

func words(spans []span) []word {
	var out []word
	spaced := false
	for _, sp := range spans {
		for i, part := range strings.Split(sp.text, " ") {
			spaced = spaced || i > 0
			if part == "" {
				continue
			}
			out = append(out, word{span{part, sp.ink}, spaced})
			spaced = false
		}
	}
	return out
}

// writeTo writes all lines. No line is wider than the screen, whatever was put
// in it, and nothing but SGR codes of ours can steer the terminal.
func (s *screen) writeTo(w io.Writer) error {
	var b strings.Builder
	for _, spans := range s.lines {
		s.appendLine(&b, spans)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (s *screen) appendLine(b *strings.Builder, spans []span) {
	left := s.width
	for i, sp := range spans {
		text := fit(harmless(sp.text), left)
		left -= cells(text)
		if isBlank(spans[i+1:]) || left == 0 {
			text = strings.TrimRight(text, " ")
		}
		if s.style.ASCII {
			text = ascii(text)
		}
		code := ""
		if s.style.Color && text != "" {
			code = sgr[sp.ink]
		}
		b.WriteString(code + text)
		if code != "" {
			b.WriteString(sgrEnd)
		}
	}
	b.WriteByte('\n')
}

func isBlank(spans []span) bool {
	return !slices.ContainsFunc(spans, func(sp span) bool { return strings.Trim(sp.text, " ") != "" })
}

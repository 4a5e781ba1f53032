package telltale

import (
	"slices"
	"unicode/utf8"
)

// A Mark is where in captured bytes an identifier stands.
type Mark struct {
	Range

	// Value is what the bytes spell. The zero Value says that they spell it in an
	// encoding: then what of them may not be shown is in [Document.Blank].
	Value Value

	Quiet bool // it may be an identifier: hidden, but not marked
}

// A Document is captured bytes that are to be shown whole, every identifier in
// them marked.
type Document struct {
	Data  []byte
	Blank []Range // what may not be shown besides what the marks say
	Marks []Mark

	// Clear is written in an encoding, and what it says decoded has been judged
	// and led back into Blank. There, shapes tell nothing: all of it looks random.
	Clear []Range
}

// A Glyph is one column of a document that is shown.
type Glyph struct {
	Rune   rune   // a line feed ends the line
	Hex    string // of a byte; "" where it stands for a character
	Marked bool
	At     int64 // of Document.Data: the byte it begins with
}

// Hide returns the ranges of d that may not be shown, sorted and disjoint: what
// is blank, known values, the shapes of identifiers, and of the marked values
// what [Masker.Value] hides. It returns none when the masker reveals.
func (m *Masker) Hide(d *Document) []Range {
	if m.reveal {
		return nil
	}
	plain := Union(slices.Clone(d.Clear))
	marks := make([]Range, 0, len(d.Marks))
	var hidden []Range
	for _, k := range d.Marks {
		marks = append(marks, k.Range)
		if k.Value.IsZero() {
			hidden = append(hidden, Without([]Range{k.Range}, plain)...)
		} else {
			hidden = append(hidden, m.hiddenOf(d.Data, k)...)
		}
	}
	marks = Union(marks)
	blank := Union(slices.Clone(d.Blank))
	apart := Union(slices.Concat(d.Blank, marks)) // a mark parts the text around it
	judged := Without(m.Hidden(d.Data, apart), plain)
	hidden = append(hidden, Without(judged, marks)...)
	hidden = append(hidden, Without(m.knownIn(d.Data, blank), marks)...)
	return Union(append(hidden, blank...))
}

// hiddenOf returns which bytes of a marked value are hidden: those that
// [Masker.Value] shows as dots, or all of it where they do not spell the value.
func (m *Masker) hiddenOf(data []byte, k Mark) []Range {
	all := []Range{k.Range}
	if k.Start < 0 || k.End > int64(len(data)) || k.Len() <= 0 {
		return nil
	}
	spelt := string(data[k.Start:k.End])
	if f := fold(spelt); f == "" || f != fold(k.Value.raw) || !utf8.ValidString(spelt) {
		return all
	}
	shown := []rune(m.maskValue(k.Value.kind, spelt))
	if len(shown) != utf8.RuneCountInString(spelt) {
		return all
	}
	var out []Range
	i := 0
	for at, r := range spelt {
		if shown[i] != r {
			start := k.Start + int64(at)
			out = append(out, Range{start, start + int64(utf8.RuneLen(r))})
		}
		i++
	}
	return out
}

// knownIn returns where in data known values are spelled, in whatever encoding,
// and what is blank.
func (m *Masker) knownIn(data []byte, blank []Range) []Range {
	if m.known == nil {
		return nil
	}
	us := lex(nil, string(data))
	hideRanges(us, blank)
	m.known.hide(us)
	return ranges(us)
}

// Glyphs returns d as it may be shown, a glyph for each character: of a line that
// ends with CR and LF, the LF alone; for what no face has, a sign.
func (m *Masker) Glyphs(d *Document) []Glyph {
	hidden, marked := m.Hide(d), d.marked()
	out := make([]Glyph, 0, len(d.Data))
	for i := 0; i < len(d.Data); {
		r, n := utf8.DecodeRune(d.Data[i:])
		at := Range{int64(i), int64(i + n)}
		i += n
		switch {
		case r == '\r' && i < len(d.Data) && d.Data[i] == '\n':
			continue
		case r == '\n':
		case touches(&hidden, at):
			r = Dot
		case !printable(r) || r == utf8.RuneError:
			r = sign(r)
		}
		out = append(out, Glyph{Rune: r, Marked: r != '\n' && touches(&marked, at), At: at.Start})
	}
	return out
}

// sign returns the character that stands for one that does not print.
func sign(r rune) rune {
	if r < utf8.RuneSelf {
		return column(r)
	}
	return '▯'
}

// ByteGlyphs returns d as it may be shown, a glyph for each byte.
func (m *Masker) ByteGlyphs(d *Document) []Glyph {
	hidden, marked := m.Hide(d), d.marked()
	out := make([]Glyph, len(d.Data))
	for i, b := range d.Data {
		at := Range{int64(i), int64(i + 1)}
		c := Glyph{Rune: rune(b), Hex: string([]byte{hexDigits[b>>4], hexDigits[b&15]}), At: at.Start}
		if b < ' ' || b >= 0x7f {
			c.Rune = '.'
		}
		if touches(&hidden, at) {
			c.Rune, c.Hex = Dot, "··"
		}
		c.Marked = touches(&marked, at)
		out[i] = c
	}
	return out
}

// marked returns where the marks are that are to be seen.
func (d *Document) marked() []Range {
	var out []Range
	for _, k := range d.Marks {
		if !k.Quiet {
			out = append(out, k.Range)
		}
	}
	return Union(out)
}

// touches reports whether r shares a byte with rs, which are sorted and
// disjoint, and drops those of them that lie before it.
func touches(rs *[]Range, r Range) bool {
	for len(*rs) > 0 && (*rs)[0].End <= r.Start {
		*rs = (*rs)[1:]
	}
	return len(*rs) > 0 && (*rs)[0].Overlaps(r)
}

package telltale

import (
	"slices"
	"unicode/utf8"
)

// An Excerpt is a piece of captured bytes that is to be shown with one
// identifier marked in it.
type Excerpt struct {
	Data  []byte
	Blank []Range // of Data, sorted and disjoint: what sightings lie in, the marked one as well
	Mark  Range   // of Data
	Value Value   // what is marked

	// Encoded says that Data is written in an encoding: Base64 as it was on
	// the wire. Shapes tell nothing there, for all of it looks random, so the
	// caller must give as Blank what [Masker.Hidden] hides in the decoded
	// bytes, led back to this encoding and widened to whole letters.
	Encoded bool
}

// Excerpt returns e as it may be shown, and where in it the mark is, counted
// in characters. A character of the wire takes one column: a control
// character is shown as its picture (␊), what is no text as U+FFFD.
func (m *Masker) Excerpt(e Excerpt) (text string, mark Range) {
	hidden := m.hiddenIn(e)
	kept := m.keptMark(e)
	var out []rune
	for i := 0; i < len(e.Data); {
		if int64(i) == e.Mark.Start {
			mark.Start = int64(len(out))
			if kept != "" {
				out = append(out, []rune(kept)...)
				mark.End, i = int64(len(out)), int(e.Mark.End)
				continue
			}
		}
		r, n := utf8.DecodeRune(e.Data[i:])
		at := Range{int64(i), int64(i + n)}
		for len(hidden) > 0 && hidden[0].End <= at.Start {
			hidden = hidden[1:]
		}
		if len(hidden) > 0 && hidden[0].Overlaps(at) {
			r = Dot
		}
		out = append(out, column(r))
		if i += n; at.Start < e.Mark.End && at.End > e.Mark.Start {
			mark.End = int64(len(out))
		}
	}
	return string(out), mark
}

// hiddenIn returns what must be dotted in e.
func (m *Masker) hiddenIn(e Excerpt) []Range {
	switch {
	case m.reveal:
		return nil
	case !e.Encoded:
		return m.Hidden(e.Data, e.Blank)
	}
	us := lex(nil, string(e.Data))
	hideRanges(us, e.Blank)
	if m.known != nil {
		m.known.hide(us)
	}
	return ranges(us)
}

// keptMark returns the marked bytes as [Masker.Value] would show them, so
// that what many devices share stays readable, or nothing where they do not
// spell the value.
func (m *Masker) keptMark(e Excerpt) string {
	if m.reveal || e.Encoded || e.Mark.Start < 0 || e.Mark.End > int64(len(e.Data)) || e.Mark.Len() <= 0 {
		return ""
	}
	spelt := string(e.Data[e.Mark.Start:e.Mark.End])
	if f := fold(spelt); f == "" || f != fold(e.Value.raw) {
		return ""
	}
	return m.maskValue(e.Value.kind, spelt)
}

// Hidden returns the ranges of data, decoded captured bytes, that may not be
// shown: those in blank (sorted, disjoint), known values, and what has the
// shape of an identifier. It returns none when the masker reveals.
func (m *Masker) Hidden(data []byte, blank []Range) []Range {
	if m.reveal {
		return nil
	}
	t := Text{string(data), blank}
	us := lex(nil, t.raw)
	m.hide(us, t)
	return ranges(us)
}

// ranges returns the bytes of the hidden units.
func ranges(us []unit) []Range {
	var out []Range
	for _, u := range us {
		switch n := len(out); {
		case !u.hide:
		case n > 0 && out[n-1].End == int64(u.start):
			out[n-1].End = int64(u.end)
		default:
			out = append(out, Range{int64(u.start), int64(u.end)})
		}
	}
	return slices.Clip(out)
}

// column returns the one character that stands for r.
func column(r rune) rune {
	switch {
	case r < ' ':
		return '␀' + r
	case r == 0x7f:
		return '␡'
	case !printable(r):
		return utf8.RuneError
	}
	return r
}

package report

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
)

// wholeColumns is how wide a whole message is shown, in columns, maxWholes how many
// findings of a page have one: the first; and wholeRoom how many bytes of the page
// all of them may take.
const (
	wholeColumns = 76
	maxWholes    = 3
	wholeRoom    = 96 << 10
)

// dumpBytes is how many bytes a line of a dump has.
const dumpBytes = 16

// wholeMessage is a message as it crossed the network.
type wholeMessage struct {
	Which      string // "message 1 of 15"
	Head, Body []stretch
	Notes      []string // below it
	Decoded    []stretch
	More       string // of the decoded text
}

// stretch is characters that are marked, or that are not.
type stretch struct {
	Text   string
	Marked bool
}

// whole returns the message of an exhibit; nil where its bytes were not kept.
func (v *view) whole(p *party, x *Exhibit) *wholeMessage {
	w := x.Whole
	if w == nil {
		return nil
	}
	out := &wholeMessage{
		Head: stretches(v.m.Glyphs(&w.Head), wholeColumns), Decoded: stretches(v.m.Glyphs(&w.Decoded), 0),
		Notes: v.wholeNotes(p, w),
	}
	if x.Of > 1 {
		out.Which = fmt.Sprintf("message %d of %d", x.Message, x.Of)
	}
	if w.Bytes {
		out.Body = dump(v.m.ByteGlyphs(&w.Body), len(w.Head.Data))
	} else {
		out.Body = stretches(v.m.Glyphs(&w.Body), wholeColumns)
	}
	if w.DecodedLeft > 0 {
		out.More = "And " + counted(w.DecodedLeft, "byte") + " more."
	}
	return out
}

// wholeNotes say of a message what its bytes do not.
func (v *view) wholeNotes(p *party, w *Whole) (out []string) {
	if w.Failed {
		return []string{"It cannot be shown: reading it again failed, which is a fault of telltale. What was found in it stands."}
	}
	switch w.Kept {
	case KeptWords:
		return []string{"It is not shown: it is mail or chat, and words have no form by which they could be masked."}
	case KeptHeads:
		return []string{"It is not shown: HTTP/2 writes heads in short, by what the messages before said, so that these bytes say nothing by themselves. What was found, and where, is in the table below."}
	}
	if w.Beyond > 0 {
		out = append(out, fmt.Sprintf("What was found stands further on, from byte %s of the message: the figure above shows it in its place.", thousands(w.Beyond)))
	}
	if n := len(w.Broken); n > 0 {
		verb := "straddle"
		if n == 1 {
			verb = "straddles"
		}
		out = append(out, fmt.Sprintf("%d of %s %s a line break (%s). A search that reads line by line would not find %s.",
			n, counted(int64(len(w.Kinds)), "identifier"), verb, kindsOf(w.Broken), pronoun(n)))
	}
	if w.Packed != "" {
		out = append(out, fmt.Sprintf("The body is %s of %s: a way of saving room, not a lock. It cannot be read as it stands; what it says is below.", counted(w.PackedSize, "byte"), w.Packed))
	}
	if w.Unread > 0 {
		which := "Its body"
		if len(w.Head.Data) == 0 {
			which = "It"
		}
		out = append(out, fmt.Sprintf("%s is %s that are no text. Among such bytes a number looks like any other: masked they would be little but dots, so they are left out. What was found in them, and where, is in the table below.", which, counted(w.Unread, "byte")))
	}
	if w.Encoded && !v.m.Reveal() {
		out = append(out, "Where the message is encoded, a letter is shown as a dot if any of its bits belongs to a masked value.")
	}
	if w.Bytes && len(w.Body.Data) > 0 {
		out = append(out, "This is no text: each line is 16 bytes in hexadecimal, and the same bytes as letters.")
	}
	if w.Left > 0 {
		out = append(out, fmt.Sprintf("And %s more, which this page leaves out; to have them: %s", counted(w.Left, "byte"), v.sliceCommand(p)))
	}
	return out
}

// size returns how many bytes of a page the message takes.
func (w *wholeMessage) size() (n int) {
	for _, s := range slices.Concat(w.Head, w.Body, w.Decoded) {
		if n += len(template.HTMLEscapeString(s.Text)); s.Marked {
			n += len("<mark></mark>")
		}
	}
	return n
}

func pronoun(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

// kindsOf names kinds as a sentence does, each once: "2 IMEIs and 1 cell".
func kindsOf(kinds []telltale.Kind) string {
	number := map[telltale.Kind]int{}
	var order []telltale.Kind
	for _, k := range kinds {
		if number[k]++; number[k] == 1 {
			order = append(order, k)
		}
	}
	var parts []string
	for _, k := range order {
		words := wordsOf(k)
		if number[k] == 1 {
			parts = append(parts, words.one)
		} else {
			parts = append(parts, fmt.Sprintf("%d %s", number[k], words.many))
		}
	}
	return listed(parts)
}

// stretches joins glyphs, with lines of at most so many columns; 0: as long as they
// are.
func stretches(glyphs []telltale.Glyph, columns int) []stretch {
	var out writer
	column := 0
	for _, g := range glyphs {
		if g.Rune == '\n' {
			out.put("\n", false)
			column = 0
			continue
		}
		n := cellsOf(g.Rune)
		if columns > 0 && column+n > columns {
			out.put("\n", false)
			column = 0
		}
		out.put(string(g.Rune), g.Marked)
		column += n
	}
	return out.done()
}

// dump writes bytes in hexadecimal and as letters, the first of which is the at-th
// of its message.
func dump(glyphs []telltale.Glyph, at int) []stretch {
	var out writer
	for from := 0; from < len(glyphs); from += dumpBytes {
		line := glyphs[from:min(from+dumpBytes, len(glyphs))]
		out.put(fmt.Sprintf("%05x ", at+from), false)
		for _, g := range line {
			out.put(" ", false)
			out.put(g.Hex, g.Marked)
		}
		out.put(strings.Repeat("   ", dumpBytes-len(line))+"  ", false)
		for _, g := range line {
			out.put(string(g.Rune), g.Marked)
		}
		out.put("\n", false)
	}
	return out.done()
}

// writer joins pieces of text to stretches.
type writer struct {
	out    []stretch
	text   strings.Builder
	marked bool
}

func (w *writer) put(text string, marked bool) {
	if marked != w.marked {
		w.flush()
		w.marked = marked
	}
	w.text.WriteString(text)
}

func (w *writer) flush() {
	if w.text.Len() > 0 {
		w.out = append(w.out, stretch{w.text.String(), w.marked})
		w.text.Reset()
	}
}

func (w *writer) done() []stretch {
	w.flush()
	return w.out
}

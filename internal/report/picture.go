package report

import (
	"fmt"
	"html"
	"io"
	"strings"
)

// The geometry of a picture, in pixels: a cell, and the page around it.
const (
	cellWidth  = 8
	cellHeight = 18
	margin     = 20
)

// pictureHead holds the colours of the design for paper and ink, in light and
// in dark.
const pictureHead = `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="%[2]d" viewBox="0 0 %[1]d %[2]d" role="img" aria-label="telltale in a terminal">
<style>
svg { background: #fafaf7 }
text { font: 13px "DejaVu Sans Mono", Menlo, Consolas, "Liberation Mono", monospace; fill: #17191c; white-space: pre }
.paper { fill: #fafaf7 } .b { font-weight: 700 } .d { fill: #656b72 } .s { fill: #b3005b; font-weight: 700 } .m { fill: #fafaf7 } .mark { fill: #b3005b }
@media (prefers-color-scheme: dark) {
svg { background: #131519 }
text { fill: #ecebe5 }
.paper { fill: #131519 } .d { fill: #999fa6 } .s { fill: #ff7fb4 } .m { fill: #131519 } .mark { fill: #ff7fb4 }
}
</style>
<rect class="paper" width="100%%" height="100%%"/>
`

// pictureClass names the style of each ink.
var pictureClass = [...]string{plain: "", bold: "b", dim: "d", signal: "s", marked: "m"}

// Picture draws text that [Terminal] wrote in colour as an SVG, light or dark
// as the reader's page is. Every run is set on the grid of the terminal,
// whatever face the reader has.
func Picture(w io.Writer, text string) error {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	width := 0
	var body strings.Builder
	for i, l := range lines {
		col := 0
		for _, sp := range parseCodes(l) {
			drawSpan(&body, sp, margin+col*cellWidth, margin+i*cellHeight)
			col += cells(sp.text)
		}
		width = max(width, col)
	}
	_, err := fmt.Fprintf(w, pictureHead+"%[3]s</svg>\n", 2*margin+width*cellWidth, 2*margin+len(lines)*cellHeight, body.String())
	return err
}

// drawSpan draws a span whose cell's upper left corner is at x, y: words one
// by one, for a viewer may fold the spaces between them.
func drawSpan(b *strings.Builder, sp span, x, y int) {
	if sp.ink == marked {
		fmt.Fprintf(b, `<rect class="mark" x="%d" y="%d" width="%d" height="%d"/>`+"\n", x, y, cells(sp.text)*cellWidth, cellHeight)
	}
	for len(sp.text) > 0 {
		n := strings.IndexByte(sp.text, ' ')
		if n == 0 {
			x, sp.text = x+cellWidth, sp.text[1:]
			continue
		}
		if n < 0 {
			n = len(sp.text)
		}
		part := sp.text[:n]
		sp.text = sp.text[n:]
		class := ""
		if c := pictureClass[sp.ink]; c != "" {
			class = ` class="` + c + `"`
		}
		wide := cells(part) * cellWidth
		fmt.Fprintf(b, `<text%s x="%d" y="%d" textLength="%d" lengthAdjust="spacingAndGlyphs">%s</text>`+"\n", class, x, y+13, wide, html.EscapeString(part))
		x += wide
	}
}

// parseCodes takes a line apart at our SGR codes.
func parseCodes(l string) []span {
	var out []span
	k := plain
	for l != "" {
		at := strings.IndexByte(l, 0x1b)
		if at < 0 {
			return append(out, span{l, k})
		}
		if at > 0 {
			out = append(out, span{l[:at], k})
		}
		l = l[at:]
		end := strings.IndexByte(l, 'm') + 1
		if end == 0 {
			return out
		}
		k = plain
		for i, code := range sgr {
			if code == l[:end] {
				k = ink(i)
			}
		}
		l = l[end:]
	}
	return out
}

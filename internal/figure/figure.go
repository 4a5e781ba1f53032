// Package figure draws figures: numbers in, SVG out. It knows nothing of what
// the numbers mean. Across, everything is in percent of the width, so that a
// figure fills whatever room it is given; down, and for text, in pixels, so
// that nothing is ever scaled. Colours are the classes of the page around it.
package figure

import (
	"html"
	"strconv"
	"strings"
)

// An Ink is how a shape is drawn: as a class that the page colours.
type Ink string

// The inks of a page. Only Signal has a colour.
const (
	Signal Ink = "open"
	Plain  Ink = "ink"
	Quiet  Ink = "mark"
)

// drawing collects the elements of one SVG.
type drawing struct{ strings.Builder }

// begin opens an SVG that is as wide as its place and so many pixels high.
func (d *drawing) begin(height float64) {
	d.add(`<svg width="100%" height="`, px(height), `" aria-hidden="true">`)
}

// beginBox opens an SVG whose own measures, w wide and h high, are stretched
// over its place. Strokes in it keep their width.
func (d *drawing) beginBox(w, h float64) {
	d.add(`<svg width="100%" height="`, px(h), `" viewBox="0 0 `, px(w), " ", px(h), `" preserveAspectRatio="none" aria-hidden="true">`)
}

func (d *drawing) end() string {
	d.WriteString("</svg>")
	return d.String()
}

func (d *drawing) add(parts ...string) {
	for _, p := range parts {
		d.WriteString(p)
	}
}

// px writes a length with one decimal at most.
func px(v float64) string { return strconv.FormatFloat(tenth(v, 10), 'f', -1, 64) }

// percent writes a share of 1 as a percentage with two decimals at most.
func percent(v float64) string {
	return strconv.FormatFloat(tenth(min(max(v, 0), 1)*100, 100), 'f', -1, 64) + "%"
}

func tenth(v, parts float64) float64 {
	n := int64(v*parts + 0.5)
	if v < 0 {
		n = int64(v*parts - 0.5)
	}
	return float64(n) / parts
}

func escape(s string) string { return html.EscapeString(s) }

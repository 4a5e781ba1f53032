package report

import (
	"io"

	"github.com/telltale-audit/telltale"
)

// Explanation says in plain words what a kind of identifier is.
type Explanation struct {
	Kind   telltale.Kind
	Name   string // "IMEI: the serial number of the phone's radio"
	What   string // what it is
	Who    string // who can do what with it
	Change string // whether it can be changed
	Find   string // where to find yours
	Source string // the standard or page the facts are from
}

// Explain returns the explanation of a kind, and whether there is one.
func Explain(k telltale.Kind) (Explanation, bool) {
	for _, e := range explanations {
		if e.Kind == k {
			return e, true
		}
	}
	return Explanation{}, false
}

// Terminal writes the explanation as text to w.
func (e Explanation) Terminal(w io.Writer, s Style) error {
	scr := newScreen(s)
	scr.prose(0, 0, span{e.Name, bold})
	scr.blank()
	for _, part := range [...][2]string{
		{"What it is", e.What},
		{"Who can do what with it", e.Who},
		{"Can it be changed", e.Change},
		{"Where to find yours", e.Find},
	} {
		if part[1] == "" {
			continue
		}
		scr.line(span{part[0], bold})
		scr.prose(2, 2, span{part[1], plain})
		scr.blank()
	}
	scr.prose(0, 0, span{"Source: " + e.Source, dim})
	return scr.writeTo(w)
}

package report

import (
	"io"
	"strings"

	"github.com/telltale-audit/telltale"
)

// Terminal writes the audit as text to w: the verdict in the first four lines,
// the limits in the last ten. Colour apart, a pipe gets what a screen gets.
func Terminal(w io.Writer, a *Audit, m *telltale.Masker, s Style) error {
	v, scr := newView(a, m), newScreen(s)
	v.header(scr)
	v.verdict(scr)
	if len(v.parties) > 0 {
		v.what(scr)
		v.when(scr)
		v.exhibit(scr)
		v.whoIsThat(scr)
		v.now(scr)
	} else {
		v.readings(scr)
		v.perhapsLine(scr)
		v.contacts(scr)
		v.when(scr)
		v.try(scr)
	}
	v.coverage(scr)
	v.limits(scr)
	v.next(scr)
	v.closing(scr)
	return scr.writeTo(w)
}

// Prose writes paragraphs to w, a line each, wrapped at the words and indented
// as the line is; an empty line parts them.
func Prose(w io.Writer, text string, s Style) error {
	scr := newScreen(s)
	for line := range strings.Lines(text) {
		text := strings.TrimSpace(line)
		if text == "" {
			scr.blank()
			continue
		}
		indent := strings.Index(line, text)
		scr.prose(indent, indent, span{text, plain})
	}
	return scr.writeTo(w)
}

// header names the specimen, in the faintest ink; where it is made up it stands
// in a band.
func (v *view) header(s *screen) {
	parts := v.specimen()
	if p := period(v.Start, v.End); p != "" {
		parts = append(parts, p)
	}
	parts = append(parts, counted(v.Packets, "packet"), size(v.Bytes))
	if v.Info.Simulated {
		s.line(span{band(parts, s.width), bold})
	} else {
		s.line(span{fit(joined(parts, s.width), s.width), dim})
	}
	s.line()
}

// band is the header of a made-up capture.
func band(parts []string, width int) string {
	head := fit("━━ SIMULATED: no phone sent this ━━ ", width)
	if rest := joined(parts, width-cells(head)-3); cells(head)+cells(rest)+3 <= width {
		head += rest + " "
	}
	return head + strings.Repeat("━", width-cells(head))
}

// joined sets a dot between as many parts as fit, but at least the first.
func joined(parts []string, width int) string {
	for len(parts) > 1 && cells(strings.Join(parts, " · ")) > width {
		parts = parts[:len(parts)-1]
	}
	return strings.Join(parts, " · ")
}

// specimen names the device that is audited and its build, or the input.
func (v *view) specimen() []string {
	var labels []string
	var build string
	for i := range v.Devices {
		if d := &v.Devices[i]; d.Label != "" {
			labels = append(labels, d.Label)
			build = d.Facts["build"]
		}
	}
	switch {
	case len(labels) == 1 && build != "":
		return []string{labels[0], build}
	case len(labels) == 1:
		return labels
	case len(labels) > 1:
		return []string{counted(int64(len(labels)), "device")}
	case len(v.Info.Inputs) == 1:
		return v.Info.Inputs
	}
	return []string{counted(int64(len(v.Info.Inputs)), "input")}
}

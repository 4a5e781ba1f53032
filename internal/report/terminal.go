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

// header names the specimen, in the faintest ink; a made-up one gets a band.
func (v *view) header(s *screen) {
	var parts []string
	parts = append(parts, v.specimen()...)
	if p := period(v.Start, v.End); p != "" {
		parts = append(parts, p)
	}
	parts = append(parts, counted(v.Packets, "packet"), size(v.Bytes))
	for len(parts) > 1 && cells(strings.Join(parts, " · ")) > s.width {
		parts = parts[:len(parts)-1]
	}
	s.line(span{fit(strings.Join(parts, " · "), s.width), dim})
	if !v.Info.Simulated {
		s.line()
		return
	}
	band := "━━ SIMULATED ━━ made-up numbers in a made-up capture; no phone sent this "
	s.line(span{fit(band+strings.Repeat("━", max(0, s.width-cells(band))), s.width), bold})
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

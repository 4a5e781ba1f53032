package report

import (
	"strings"

	"github.com/telltale-audit/telltale"
)

// readings says what could be read and what not: where nothing was seen, this
// is what there is to tell.
func (v *view) readings(s *screen) {
	p := &v.Coverage.Payload
	if p.In == 0 {
		return
	}
	s.heading("WHAT WAS READ")
	read, sealed, left := p.Scanned+p.Repeated, opaque(&v.Coverage), skipped(&v.Coverage)
	v.reading(s, "● read", signal, read, "searched in every way of writing that is known")
	v.reading(s, "○ sealed", plain, sealed, "contents not visible, by "+v.channels())
	v.reading(s, "▒ skipped", plain, left, "not searched; why stands under COVERAGE")
	how := "by form, and by the names beside values; no device file was given"
	if n := len(v.Info.Options.Devices); n > 0 {
		how = "exactly, by the values of " + counted(int64(n), "device file") + ", and by form"
	}
	s.labelled(16, "searched", plain, span{how, plain})
}

func (v *view) reading(s *screen, name string, k ink, n int64, what string) {
	if n == 0 {
		return
	}
	r := &row{}
	r.at(2, name, k)
	part := min(43, s.width)
	r.right(part-12, counted(n, "byte"), plain)
	r.right(part, percent(n, v.Coverage.Payload.In), plain)
	if s.width < narrow {
		s.row(r)
		s.prose(4, 4, span{what, dim})
		return
	}
	r.at(46, fit(what, s.width-46), dim)
	s.row(r)
}

// channels lists what sealed the bytes: "TLS and QUIC".
func (v *view) channels() string {
	var names []string
	for _, k := range sortedKeys(v.Coverage.Payload.Opaque) {
		if v.Coverage.Payload.Opaque[k] > 0 {
			names = append(names, strings.ToUpper(strings.ReplaceAll(k, "_", " ")))
		}
	}
	return listed(names)
}

// try says what would make the next capture tell more.
func (v *view) try(s *screen) {
	s.heading("WHAT TO TRY NEXT")
	for _, t := range v.tries() {
		s.prose(2, 4, span{"· ", plain}, span{t[0], bold}, span{" " + t[1], plain})
	}
}

func (v *view) tries() [][2]string {
	var out [][2]string
	if v.Packets == 0 {
		return append(out, [2]string{"Capture again.", "This file has no packets in it: was the capture stopped before the phone sent anything?"})
	}
	if v.damaged() > 0 {
		out = append(out, [2]string{"Fetch the file again", "from where it was captured: this copy is damaged."})
	}
	if v.Coverage.Payload.In == 0 || v.Coverage.Missing.Snaplen > v.Coverage.Payload.In {
		out = append(out, [2]string{"Capture whole packets.", "This file has headers only; with tcpdump, -s 0 keeps the contents."})
	}
	if len(v.Info.Options.Devices) == 0 {
		out = append(out, [2]string{"telltale device new", "writes down your own numbers, so that they are found in any form; then audit this file again."})
	}
	return append(out,
		[2]string{"Restart the phone while you capture,", "unlock it, let it join the network again: much is sent only then."},
		[2]string{"Capture longer.", "Some clients send once a month; an hour without them shows little."},
	)
}

// next gives the commands that go on from here.
func (v *view) next(s *screen) {
	kind := v.exampleKind()
	again := "telltale audit FILE"
	if s.style.Command != "" {
		again = s.style.Command
	}
	rows := [][2]string{
		{"telltale explain " + strings.ToUpper(string(kind)), "what it is, and who can do what with it"},
		{again + " --json -", "every record, one a line"},
	}
	if len(v.Info.Options.Devices) == 0 {
		rows = append([][2]string{{"telltale device new", "your own numbers: found for certain"}}, rows...)
	}
	s.line(span{"Next", bold})
	for _, cmd := range rows {
		r := &row{}
		r.at(2, cmd[0], plain)
		if at := max(34, r.cells+2); at+cells(cmd[1]) <= s.width {
			r.at(at, cmd[1], dim)
		}
		s.row(r)
	}
}

// exampleKind is the kind that a reader would ask about first.
func (v *view) exampleKind() telltale.Kind {
	if len(v.parties) > 0 {
		return v.parties[0].ids[0].Kind
	}
	return telltale.IMEI
}

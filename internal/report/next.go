package report

import (
	"strings"
	"time"

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
	read, sealed, left := p.Scanned, opaque(&v.Coverage), skipped(&v.Coverage)
	v.reading(s, "● read", plain, read, "searched, also inside encodings that telltale knows")
	v.reading(s, "○ sealed", plain, sealed, "contents not visible, by "+v.channels())
	v.reading(s, "▒ skipped", plain, left, "not searched; see COVERAGE")
	what := "identifiers by their form and the names beside them; no device file was given"
	if n := len(v.Info.Options.Devices); n > 0 {
		what = "the values of " + counted(int64(n), "device file") + " in any form, and others by form and name"
	}
	s.labelled(column(s), "searched for", plain, span{what, plain})
	s.labelled(column(s), "exercised", plain, span{v.exercised(), plain})
}

// exercised says in what time, and at which occasions, something might have been
// sent: where nothing was seen it is worth as much as that.
func (v *view) exercised() string {
	text := duration(time.Duration(v.End-v.Start)) + " of capture"
	if v.Joins > 0 {
		text += ", in which a network was joined " + times(v.Joins)
	} else {
		text += ", in which nothing shows that a network was joined"
	}
	return text + "; whether the phone was restarted or unlocked does not show in packets"
}

func (v *view) reading(s *screen, name string, k ink, n int64, what string) {
	if n == 0 {
		return
	}
	r := &row{}
	r.at(2, name, k)
	part := min(43, s.width)
	r.right(part-12, counted(n, "byte"), plain)
	r.right(part, percent(n, v.distinct()), plain)
	if s.width < narrow {
		s.row(r)
		s.prose(4, 4, span{what, dim})
		return
	}
	r.at(46, "", plain)
	s.under(r, 46, span{what, dim})
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
		[2]string{"Restart the phone while you capture,", "unlock it, let it rejoin the network: much is sent then."},
		[2]string{"Capture longer.", "Some clients send once a month; an hour without them shows little."},
	)
}

// now says what is left to do with what was found.
func (v *view) now(s *screen) {
	s.heading("WHAT TO DO NOW")
	for _, t := range [...][2]string{
		{"Keep the capture file as it is:", "it is the proof, and private: it holds what the phone sent."},
		{"Update the phone, then capture again", "with the same restarts, unlocks and networks, and compare."},
		{"Ask the maker of the phone or the app", "what sends this, why and since when; name the packets."},
	} {
		s.prose(2, 4, span{"· ", plain}, span{t[0], bold}, span{" " + t[1], plain})
	}
}

// maxNext is how many commands are told: the limits stand in the last lines.
const maxNext = 3

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
	if found := v.findings(); len(found) > 0 {
		rows = append([][2]string{{again + " --why " + v.id(found[0]), "the proof in full"}}, rows...)
	}
	if len(v.Info.Options.Devices) == 0 && len(v.parties) > 0 {
		rows = append([][2]string{{"telltale device new", "your own numbers: then each is found for certain, in any form"}}, rows...)
	}
	s.line(span{"Next", bold})
	for _, cmd := range rows[:min(len(rows), maxNext)] {
		if cells(cmd[0]) > s.width-2 {
			s.prose(2, 4, span{cmd[0], plain})
			continue
		}
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

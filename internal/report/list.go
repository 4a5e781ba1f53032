package report

import (
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/ndjson"
)

// A List writes flows or messages as a table, a line each, as they come. What
// it writes has been masked when the records were made; it is masked again,
// for records may come from anyone.
type List struct {
	w    io.Writer
	s    *screen
	m    *telltale.Masker
	day  string // of the rows written last
	rows int
}

// NewList returns a List that writes to w.
func NewList(w io.Writer, m *telltale.Masker, s Style) *List {
	return &List{w: w, s: newScreen(s), m: m}
}

// listColumns are where the columns of a list begin; numbers end where the
// next column begins, less two.
type listColumns struct{ name, proto, sent, received, word int }

func (s *screen) listColumns() listColumns {
	c := listColumns{name: 11, word: s.width - 9}
	c.received = c.word - 2
	c.sent = c.received - 11
	c.proto = c.sent - 17
	return c
}

// Add writes a flow or a message.
func (l *List) Add(line ndjson.Line) error {
	start := line.Text("start")
	if line.EventType != "flow" {
		start = line.Text("timestamp")
	}
	when, err := time.Parse(time.RFC3339Nano, start)
	if err != nil {
		return err // the reader lets no other time through
	}
	if day := when.Format("2 Jan 2006"); day != l.day {
		l.head(line.EventType, day)
		l.day = day
	}
	r := &row{}
	r.at(0, when.Format("15:04:05"), dim)
	if line.EventType == "flow" {
		l.flow(r, line)
	} else {
		l.message(r, line)
	}
	l.s.row(r)
	l.rows++
	return l.flush()
}

// Close ends the table; all is how many there were to choose from.
func (l *List) Close(noun string, all int) error {
	text := counted(int64(l.rows), noun)
	if l.rows != all {
		text += " of " + thousands(int64(all))
	}
	l.s.blank()
	l.s.line(span{text, dim})
	return l.flush()
}

func (l *List) flush() error {
	err := l.s.writeTo(l.w)
	l.s.lines = l.s.lines[:0]
	return err
}

func (l *List) head(eventType, day string) {
	c, r := l.s.listColumns(), &row{}
	if l.rows > 0 {
		l.s.line()
	}
	r.at(0, day, bold)
	if l.s.width >= narrow {
		name := "FAR END"
		if eventType != "flow" {
			name = "MESSAGE"
		}
		r.at(max(c.name, len(day)+2), name, bold)
		if eventType == "flow" {
			r.at(c.proto, "PROTO", bold)
			r.right(c.sent, "SENT", bold)
			r.right(c.received, "RECEIVED", bold)
		}
	}
	l.s.row(r)
}

// farEnd names the far end of a flow, with its port. Behind an address whose network
// is known stands whose that is.
func (l *List) farEnd(f ndjson.Line) string {
	name, behind := l.text(f.Text("dest_ip")), ""
	if names, _ := f.Get("names").([]any); len(names) > 0 {
		if n, _ := names[0].(map[string]any); n != nil {
			text, _ := n["name"].(string)
			if n["source"] == "network" {
				behind = " (" + l.text(text) + ")"
			} else {
				name = l.text(text)
			}
		}
	}
	if port := numberOf(f, "dest_port"); port != "" {
		name += ":" + port
	}
	return name + behind
}

func (l *List) flow(r *row, f ndjson.Line) {
	c := l.s.listColumns()
	name := l.farEnd(f)
	if app := f.Text("app"); app != "" {
		name += "  " + l.text(app)
	}
	mark := telltale.Protection(f.Text("protection"))
	if l.s.width < narrow {
		r.at(c.name, fit(name, c.word-c.name-1), plain)
	} else {
		r.at(c.name, fit(name, c.proto-c.name-1), plain)
		r.at(c.proto, fit(f.Text("app_proto"), 8), dim)
		r.right(c.sent, shortSize(f, "bytes_toserver"), plain)
		r.right(c.received, shortSize(f, "bytes_toclient"), plain)
	}
	r.at(c.word, protectionMark(mark), markInk(mark))
}

// markInk sets in signal what anyone on the path could read.
func markInk(p telltale.Protection) ink {
	if p == telltale.Open {
		return signal
	}
	return plain
}

func (l *List) message(r *row, m ndjson.Line) {
	c := l.s.listColumns()
	arrow := "→"
	if m.Text("direction") == telltale.ToClient.String() {
		arrow = "←"
	}
	mark := telltale.Protection(m.Text("protection"))
	text := strings.Join(strings.Fields(m.Text("app_proto")+" "+l.what(m)), " ")
	r.at(c.name, arrow+" "+fit(text, c.word-c.name-4), plain)
	r.at(c.word, protectionMark(mark), markInk(mark))
}

// what says what a message is: of a known protocol its own words, else where
// it belongs.
func (l *List) what(m ndjson.Line) string {
	for _, paths := range [][]string{
		{"http.http_method", "http.hostname", "http.url"},
		{"http.status", "http.http_content_type"},
		{"dns.type", "dns.rrname", "dns.rrtype"},
		{"tls.sni", "tls.version"},
		{"quic.sni", "quic.version"},
	} {
		var parts []string
		for _, p := range paths {
			if v := l.text(valueText(m.Get(strings.Split(p, ".")...))); v != "" {
				parts = append(parts, v)
			}
		}
		if len(parts) > 0 {
			return strings.Join(parts, " ")
		}
	}
	return "in flow " + m.Text("flow_id")
}

// text masks what a record holds.
func (l *List) text(s string) string { return l.m.Text(telltale.NewText(s)) }

// valueText writes a value of a record.
func valueText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

func numberOf(l ndjson.Line, field string) string { return valueText(l.Get(field)) }

// shortSize writes a number of bytes in few cells.
func shortSize(l ndjson.Line, field string) string {
	n, _ := l.Get(field).(json.Number)
	i, _ := n.Int64()
	return strings.Replace(size(i), "bytes", "B", 1)
}

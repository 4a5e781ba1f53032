package lab

import (
	"strings"

	"github.com/telltale-audit/telltale"
)

// letter is text in the making that knows where its identifiers stand.
type letter struct {
	b         []byte
	form      string // of what is written, json for one
	sightings []Sighting
}

// text adds plain text.
func (x *letter) text(parts ...string) *letter {
	for _, p := range parts {
		x.b = append(x.b, p...)
	}
	return x
}

// tell adds an identifier, which stands at the path given and may be spelled
// otherwise than its canonical value.
func (x *letter) tell(kind telltale.Kind, value, spelled, path string) *letter {
	start := int64(len(x.b))
	x.b = append(x.b, spelled...)
	x.sightings = append(x.sightings, Sighting{
		Kind: kind, Value: value, Form: x.form, Field: path, Range: telltale.Range{Start: start, End: int64(len(x.b))},
	})
	return x
}

// post makes x the body of a request and returns the whole of it.
func (x *letter) post(target, host, contentType string, headers ...string) *letter {
	head := HTTP("POST "+target+" HTTP/1.1", append([]string{"Host: " + host, "Content-Type: " + contentType, contentLength(x.b)}, headers...), nil)
	return (&letter{b: head}).add(x)
}

// add adds y to x.
func (x *letter) add(y *letter) *letter {
	base := int64(len(x.b))
	for _, s := range y.sightings {
		s.Range.Start, s.Range.End = s.Range.Start+base, s.Range.End+base
		x.sightings = append(x.sightings, s)
	}
	x.b = append(x.b, y.b...)
	return x
}

// exchange has a far end asked over plain HTTP and answer, and notes what the
// request told.
func (w *world) exchange(at telltale.Time, cause int, host string, request *letter, answer []byte) {
	c := w.dial(at, host, 80)
	opened := telltale.Time(c.Now() + step)
	w.ask(c, request.b, answer)
	_, response, _ := strings.Cut(string(answer), "\r\n\r\n")
	w.open = append(w.open, openSend{Send{
		Time: opened, Cause: cause, Destination: host, Response: response, Sightings: request.sightings,
	}, c})
}

// okay is an answer with a body.
func okay(at telltale.Time, contentType, body string) []byte {
	return HTTP("HTTP/1.1 200 OK", []string{"Date: " + httpDate(at), "Content-Type: " + contentType, contentLength([]byte(body))}, []byte(body))
}

package audit

import (
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/detect"
	"github.com/telltale-audit/telltale/internal/pipeline"
	"github.com/telltale-audit/telltale/internal/report"
	"github.com/telltale-audit/telltale/internal/signature"
)

// services knows which service's form a message has, and keeps those that were
// met, for the report.
type services struct {
	book *signature.Book
	met  []*signature.Signature
	seen signature.Seen // reused
	keys []string       // reused
}

func newServices(own []*signature.Signature) *services {
	return &services{book: signature.NewBook(own)}
}

// contact returns the id of the service whose far end a flow has, or "".
func (x *services) contact(f far) string {
	return x.meet(x.book.Flow(strings.ToLower(f.name), f.addr))
}

// message returns the id of the service whose form a message with the far end f has, or
// "".
func (x *services) message(e *pipeline.Event, f far) string {
	m := e.Message
	x.keys = x.keys[:0]
	for _, s := range m.Sightings {
		x.keys = append(x.keys, keyOf(s))
	}
	x.seen = signature.Seen{Host: strings.ToLower(f.name), Addr: f.addr, Port: e.Flow.Key.DstPort, ContentType: m.ContentType, Keys: x.keys, ForwardedFor: m.Forwarded.Raw()}
	if m.HTTP != nil {
		x.seen.UserAgent, x.seen.Path = m.HTTP.UserAgent.Raw(), m.HTTP.URL.Raw()
	}
	return x.meet(x.book.Message(&x.seen))
}

// keyOf returns the name of the field that a sighting is in, as the sender wrote
// it.
func keyOf(s *pipeline.Sighting) string {
	if slices.ContainsFunc(s.Why, func(e telltale.Evidence) bool { return e.Evidence == detect.RealmSaysSo }) {
		return "3gppnetwork.org"
	}
	path := s.Field.Raw()
	return path[strings.LastIndexAny(path, ".:> ")+1:]
}

func (x *services) meet(s *signature.Signature) string {
	if s == nil {
		return ""
	}
	if !slices.Contains(x.met, s) {
		x.met = append(x.met, s)
	}
	return s.ID
}

// records returns the services that were met, in the order they were.
func (x *services) records() []report.Service {
	var out []report.Service
	for _, s := range x.met {
		out = append(out, report.Service{ID: s.ID, Says: s.Says, Contact: s.Contact, Source: s.Cited()})
	}
	return out
}

package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// heard is all that a run told.
type heard struct {
	events []*Event
	tally  *Tally
}

// Put implements Sink.
func (h *heard) Put(_ context.Context, events []*Event) error {
	h.events = append(h.events, events...)
	return nil
}

// sightings returns what was found, in the order it was told.
func (h *heard) sightings() []*Sighting {
	var out []*Sighting
	for _, e := range h.events {
		if e.Message != nil {
			out = append(out, e.Message.Sightings...)
		}
	}
	return out
}

// messages returns the messages of a protocol, or all.
func (h *heard) messages(proto string) []*Message {
	var out []*Message
	for _, e := range h.events {
		if e.Message != nil && (proto == "" || e.Message.Proto == proto) {
			out = append(out, e.Message)
		}
	}
	return out
}

// only returns the sighting that must be the only one.
func (h *heard) only(t *testing.T) *Sighting {
	t.Helper()
	s := h.sightings()
	if len(s) != 1 {
		t.Fatalf("%d sightings, want 1:\n%s", len(s), strings.Join(h.lines(true), "\n"))
	}
	return s[0]
}

// lines writes the events out: with the packets, or only what does not
// depend on how the bytes were carried, sorted.
func (h *heard) lines(packets bool) []string {
	var out []string
	for _, e := range h.events {
		key := fmt.Sprint(e.Flow.Key.SrcPort, " ", e.Flow.Key.Dst.Netip())
		if packets {
			key += fmt.Sprint(" at ", e.At, " flow ", e.Flow.ID)
		}
		if e.Told != nil {
			out = append(out, fmt.Sprint(key, " told ", e.Told.Answers))
			continue
		}
		if e.Message == nil {
			out = append(out, fmt.Sprint(key, " closed ", e.Flow.AppProto, e.Flow.Protection, e.Flow.Ended, e.Flow.Host, e.Flow.SNI))
			continue
		}
		out = append(out, key+" "+e.Message.line(packets))
		for _, s := range e.Message.Sightings {
			out = append(out, key+" "+s.line(packets))
		}
	}
	if !packets {
		slices.Sort(out)
	}
	return out
}

func (m *Message) line(packets bool) string {
	s := fmt.Sprint(m.Proto, " ", m.Dir, m.Protection, m.View, m.Answered, m.Response, m.ContentType, m.Names)
	if m.HTTP != nil {
		s += fmt.Sprintf(" %+v", *m.HTTP)
	}
	if packets {
		s += fmt.Sprint(m.Packets, m.Time)
	}
	return s
}

func (s *Sighting) line(packets bool) string {
	out := fmt.Sprintf("%s %s %s %s %v %v %s %q %v", s.Kind, s.Value.Raw(), s.Form, s.Field.Raw(), s.Ranges, s.Confidence, s.View, s.Decoded, s.DecodedMark)
	if packets {
		out += fmt.Sprint(s.Packets, s.Time)
	}
	return out
}

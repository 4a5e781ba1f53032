// Package ndjson is the output contract: one JSON object a line, written by
// [Append] from the records of package telltale, described by [Schema], read
// back and held to it by [Reader].
//
// The encoders are written by hand, for speed and so that each captured string
// visibly goes through the masker; a test holds them to the records' tags.
package ndjson

import (
	"fmt"

	"github.com/telltale-audit/telltale"
)

// Records has one of each record, in the contract's order.
var Records = []telltale.Record{
	(*telltale.Audit)(nil),
	(*telltale.Device)(nil),
	(*telltale.Flow)(nil),
	(*telltale.Message)(nil),
	(*telltale.Sighting)(nil),
	(*telltale.Transmission)(nil),
	(*telltale.Destination)(nil),
	(*telltale.Identifier)(nil),
	(*telltale.Finding)(nil),
	(*telltale.Input)(nil),
	(*telltale.Coverage)(nil),
}

// Append appends r as one line, with its newline, to dst. Every captured
// string in it is shown as m shows it. The line begins with "schema",
// "event_type" and, where r has one, "timestamp"; a field that is not known
// is absent; equal records make equal lines.
func Append(dst []byte, r telltale.Record, m *telltale.Masker) []byte {
	l := line{b: dst, m: m}
	l.b = append(l.b, '{')
	l.int("schema", telltale.Schema)
	l.string("event_type", r.EventType())
	l.record(r)
	return append(l.b, '}', '\n')
}

// record appends the fields of r. A record without an encoder is a mistake of
// ours that no input can cause.
func (l *line) record(r telltale.Record) {
	switch r := r.(type) {
	case *telltale.Audit:
		l.audit(r)
	case *telltale.Device:
		l.device(r)
	case *telltale.Flow:
		l.flow(r)
	case *telltale.Message:
		l.message(r)
	case *telltale.Sighting:
		l.sighting(r)
	case *telltale.Transmission:
		l.transmission(r)
	case *telltale.Destination:
		l.destination(r)
	case *telltale.Identifier:
		l.identifier(r)
	case *telltale.Finding:
		l.finding(r)
	case *telltale.Input:
		l.input(r)
	case *telltale.Coverage:
		l.coverage(r)
	default:
		panic(fmt.Sprintf("ndjson: no encoder for %T", r))
	}
}

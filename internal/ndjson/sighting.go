package ndjson

import "github.com/telltale-audit/telltale"

func (l *line) sighting(s *telltale.Sighting) {
	l.time("timestamp", s.Time)
	l.string("sighting_id", s.ID)
	l.int("input", int64(s.Input))
	l.string("flow_id", s.FlowID)
	l.string("transmission_id", s.Transmission)
	l.optString("device_id", s.Device)
	l.string("kind", string(s.Kind))
	l.string("value", l.m.Value(s.Value))
	l.string("tag", s.Tag)
	l.string("form", s.Form)
	l.text("field", s.Field)
	l.string("direction", s.Direction.String())
	l.packets(s.Packets)
	l.ranges("ranges", s.Ranges)
	l.string("protection", string(s.Protection))
	l.string("readable_by", string(s.ReadableBy))
	l.string("level", string(s.Level))
	l.confidence(s.Confidence)
	l.why(s.Why)
	l.string("view", string(s.View))
	l.optStrings("notes", s.Notes)
}

func (l *line) transmission(t *telltale.Transmission) {
	l.time("timestamp", t.Time)
	l.string("transmission_id", t.ID)
	l.int("input", int64(t.Input))
	l.string("flow_id", t.FlowID)
	l.optString("device_id", t.Device)
	l.string("direction", t.Direction.String())
	l.string("sent_by", string(t.SentBy))
	l.string("destination_id", t.Destination)
	l.optText("app", t.App)
	l.optText("template", t.Template)
	l.open("kinds", '[')
	for _, k := range t.Kinds {
		l.next()
		l.b = appendString(l.b, string(k))
	}
	l.close(']')
	l.strings("sighting_ids", t.Sightings)
	l.string("protection", string(t.Protection))
	l.string("readable_by", string(t.ReadableBy))
	l.packets(t.Packets)
	l.string("answered", t.Answered)
	l.optText("response", t.Response)
	l.optString("signature", t.Signature)
}

func (l *line) identifier(i *telltale.Identifier) {
	l.string("identifier_id", i.ID)
	l.optString("device_id", i.Device)
	l.string("kind", string(i.Kind))
	l.string("value", l.m.Value(i.Value))
	l.string("tag", i.Tag)
	l.optString("origin", i.Origin)
	l.confidence(i.Confidence)
	l.string("level", string(i.Level))
	l.why(i.Why)
	l.int("count", i.Count)
	l.time("first", i.First)
	l.time("last", i.Last)
	l.strings("destination_ids", i.Destinations)
}

func (l *line) why(list []telltale.Evidence) {
	l.open("why", '[')
	for _, e := range list {
		l.next()
		l.b = append(l.b, '{')
		l.string("evidence", e.Evidence)
		l.number("lr", e.LR)
		l.close('}')
	}
	l.close(']')
}

func (l *line) ranges(name string, list []telltale.Range) {
	l.open(name, '[')
	for _, r := range list {
		l.next()
		l.b = append(l.b, '{')
		l.int("start", r.Start)
		l.int("end", r.End)
		l.close('}')
	}
	l.close(']')
}

package ndjson

import "github.com/telltale-audit/telltale"

func (l *line) finding(f *telltale.Finding) {
	l.string("finding_id", f.ID)
	l.optString("device_id", f.Device)
	l.string("sentence", f.Sentence)
	l.string("rule", f.Rule)
	l.open("kinds", '[')
	for _, k := range f.Kinds {
		l.next()
		l.b = appendString(l.b, string(k))
	}
	l.close(']')
	l.optString("destination_id", f.Destination)
	l.string("sent_by", string(f.SentBy))
	l.string("protection", string(f.Protection))
	l.string("readable_by", string(f.ReadableBy))
	l.string("class", f.Class)
	l.int("count", f.Count)
	l.time("first", f.First)
	l.time("last", f.Last)
	l.strings("transmission_ids", f.Transmission)
	l.confidence(f.Confidence)
	l.string("weakest_link", f.WeakestLink)
	if f.Exhibit != nil {
		l.exhibit(f.Exhibit)
	}
}

func (l *line) exhibit(x *telltale.Exhibit) {
	l.open("exhibit", '{')
	l.string("kind", string(x.Kind))
	l.int("input", int64(x.Input))
	l.packets(x.Packets)
	l.string("wire", x.Wire)
	l.mark("wire_mark", x.WireMark)
	l.optString("decoded", x.Decoded)
	l.mark("decoded_mark", x.DecodedMark)
	l.optText("chain", x.Chain)
	l.close('}')
}

func (l *line) mark(name string, r telltale.Range) {
	l.open(name, '{')
	l.int("start", r.Start)
	l.int("end", r.End)
	l.close('}')
}

package ndjson

import "github.com/telltale-audit/telltale"

func (l *line) input(i *telltale.Input) {
	l.int("input", int64(i.Input))
	l.optInt("continues", int64(i.Continues))
	l.string("name", i.Name)
	l.string("sha256", i.SHA256)
	l.int("size", i.Size)
	l.string("format", i.Format)
	l.strings("link_types", i.LinkTypes)
	l.int("packets", i.Packets)
	l.optTime("first", i.First)
	l.optTime("last", i.Last)
	if len(i.Damage) > 0 {
		l.open("damage", '[')
		for _, d := range i.Damage {
			l.next()
			l.b = append(l.b, '{')
			l.int("offset", d.Offset)
			l.string("reason", d.Reason)
			l.close('}')
		}
		l.close(']')
	}
}

func (l *line) coverage(c *telltale.Coverage) {
	l.open("packets", '{')
	l.int("in", c.Packets.In)
	l.int("decoded", c.Packets.Decoded)
	counts(l, "undecodable", c.Packets.Undecodable)
	l.close('}')
	l.payload(&c.Payload)
	l.open("missing", '{')
	l.int("gap", c.Missing.Gap)
	l.int("snaplen", c.Missing.Snaplen)
	if len(c.Missing.Drops) > 0 {
		counts(l, "drops", c.Missing.Drops)
	}
	l.close('}')
	l.optStrings("blind_spots", c.BlindSpots)
	if len(c.Suppressed) > 0 {
		l.open("suppressed", '[')
		for _, s := range c.Suppressed {
			l.next()
			l.b = append(l.b, '{')
			l.string("rule", s.Rule)
			l.int("count", s.Count)
			l.close('}')
		}
		l.close(']')
	}
	l.bool("complete", c.Complete)
	l.string("verdict", string(c.Verdict))
}

func (l *line) payload(p *telltale.PayloadCoverage) {
	l.open("payload_bytes", '{')
	l.int("in", p.In)
	l.int("scanned", p.Scanned)
	l.int("repeated", p.Repeated)
	counts(l, "opaque", p.Opaque)
	counts(l, "skipped", p.Skipped)
	l.close('}')
}

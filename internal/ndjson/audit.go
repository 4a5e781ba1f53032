package ndjson

import (
	"maps"
	"slices"

	"github.com/telltale-audit/telltale"
)

func (l *line) audit(a *telltale.Audit) {
	l.string("version", a.Version)
	l.strings("inputs", a.Inputs)
	l.open("options", '{')
	l.optTrue("reveal", a.Options.Reveal)
	l.optTrue("messages", a.Options.Messages)
	l.optTrue("plain", a.Options.Plain)
	l.optTrue("everyone", a.Options.Everyone)
	l.optStrings("devices", a.Options.Devices)
	l.close('}')
	if len(a.Data) > 0 {
		l.open("data", '[')
		for _, t := range a.Data {
			l.table(t)
		}
		l.close(']')
	}
	l.optTrue("simulated", a.Simulated)
}

func (l *line) table(t telltale.Table) {
	l.next()
	l.b = append(l.b, '{')
	l.string("name", t.Name)
	l.string("version", t.Version)
	l.string("date", t.Date)
	l.optString("sha256", t.SHA256)
	l.close('}')
}

func (l *line) device(d *telltale.Device) {
	l.string("device_id", d.ID)
	l.optString("label", d.Label)
	l.string("how", d.How)
	if len(d.Addresses) > 0 {
		l.open("addresses", '[')
		for _, v := range d.Addresses {
			l.next()
			l.b = appendString(l.b, l.m.Value(v))
		}
		l.close(']')
	}
	if len(d.Facts) > 0 {
		l.open("facts", '{')
		for _, k := range slices.Sorted(maps.Keys(d.Facts)) {
			l.next()
			l.b = appendString(l.b, k)
			l.b = append(l.b, ':')
			l.b = appendString(l.b, d.Facts[k])
		}
		l.close('}')
	}
}

func (l *line) destination(d *telltale.Destination) {
	l.string("destination_id", d.ID)
	l.optText("name", d.Name)
	l.optText("registrable_domain", d.Domain)
	l.open("dest_ip", '[')
	for _, a := range d.DestIP {
		if a.IsValid() {
			l.next()
			l.appendAddr(a)
		}
	}
	l.close(']')
	if len(d.Claims) > 0 {
		l.open("claims", '[')
		for _, c := range d.Claims {
			l.claim(c)
		}
		l.close(']')
	}
}

func (l *line) claim(c telltale.Claim) {
	l.next()
	l.b = append(l.b, '{')
	l.text("subject", c.Subject)
	l.string("predicate", c.Predicate)
	l.text("object", c.Object)
	l.string("source", c.Source)
	l.optString("date", c.Date)
	if c.Confidence != 0 {
		l.confidence(c.Confidence)
	}
	l.close('}')
}

package ndjson

import "github.com/telltale-audit/telltale"

func (l *line) message(m *telltale.Message) {
	l.time("timestamp", m.Time)
	l.int("input", int64(m.Input))
	l.string("flow_id", m.FlowID)
	l.optString("device_id", m.Device)
	l.string("app_proto", m.AppProto)
	l.string("direction", m.Direction.String())
	l.string("sent_by", string(m.SentBy))
	l.string("protection", string(m.Protection))
	l.packets(m.Packets)
	l.optString("signature", m.Signature)
	if m.HTTP != nil {
		l.http(m.HTTP)
	}
	if m.DNS != nil {
		l.dns(m.DNS)
	}
	if m.TLS != nil {
		l.tls(m.TLS)
	}
	if len(m.Facts) > 0 {
		l.facts(m.Facts)
	}
}

func (l *line) http(h *telltale.HTTPMessage) {
	l.open("http", '{')
	l.optText("hostname", h.Hostname)
	l.optText("http_method", h.Method)
	if !h.URL.IsZero() {
		l.string("url", l.m.URL(h.URL))
	}
	l.optInt("status", int64(h.Status))
	l.optText("http_user_agent", h.UserAgent)
	l.optText("http_content_type", h.ContentType)
	l.int("length", h.Length)
	l.close('}')
}

func (l *line) dns(d *telltale.DNSMessage) {
	l.open("dns", '{')
	l.string("type", d.Type)
	l.optText("rrname", d.Name)
	l.optString("rrtype", d.RRType)
	if len(d.Questions) > 0 {
		l.open("questions", '[')
		for _, q := range d.Questions {
			l.next()
			l.b = append(l.b, '{')
			l.text("rrname", q.Name)
			l.string("rrtype", q.RRType)
			l.close('}')
		}
		l.close(']')
	}
	if len(d.Answers) > 0 {
		l.open("answers", '[')
		for _, a := range d.Answers {
			l.next()
			l.b = append(l.b, '{')
			l.text("rrname", a.Name)
			l.string("rrtype", a.RRType)
			l.int("ttl", int64(a.TTL))
			l.optText("rdata", a.Data)
			l.close('}')
		}
		l.close(']')
	}
	l.close('}')
}

func (l *line) tls(t *telltale.TLSMessage) {
	l.open("tls", '{')
	l.optText("sni", t.SNI)
	l.optString("version", t.Version)
	if len(t.ALPN) > 0 {
		l.open("alpn", '[')
		for _, p := range t.ALPN {
			l.next()
			l.b = appendString(l.b, l.m.Text(p))
		}
		l.close(']')
	}
	l.optTrue("ech", t.ECH)
	l.optString("ja3", t.JA3)
	l.optString("ja4", t.JA4)
	l.optString("cipher", t.Cipher)
	if c := t.Certificate; c != nil {
		l.certificate(c)
	}
	l.close('}')
}

func (l *line) certificate(c *telltale.TLSCertificate) {
	l.open("certificate", '{')
	l.optText("subject", c.Subject)
	l.optText("organisation", c.Organisation)
	l.optText("issuer", c.Issuer)
	if len(c.Names) > 0 {
		l.open("names", '[')
		for _, n := range c.Names {
			l.next()
			l.b = appendString(l.b, l.m.Text(n))
		}
		l.close(']')
	}
	l.time("not_before", c.NotBefore)
	l.time("not_after", c.NotAfter)
	l.close('}')
}

func (l *line) facts(list []telltale.Fact) {
	l.open("facts", '[')
	for _, f := range list {
		l.next()
		l.b = append(l.b, '{')
		l.string("name", f.Name)
		l.text("value", f.Value)
		l.close('}')
	}
	l.close(']')
}

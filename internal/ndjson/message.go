package ndjson

import "github.com/telltale-audit/telltale"

func (l *line) message(m *telltale.Message) {
	l.time("timestamp", m.Time)
	l.string("flow_id", m.FlowID)
	l.optString("device_id", m.Device)
	l.string("app_proto", m.AppProto)
	l.string("direction", m.Direction.String())
	l.string("sent_by", string(m.SentBy))
	l.string("protection", string(m.Protection))
	l.packets("packets", m.Packets)
	if m.HTTP != nil {
		l.http(m.HTTP)
	}
	if m.DNS != nil {
		l.dns(m.DNS)
	}
	if m.TLS != nil {
		l.tls(m.TLS)
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
	l.close('}')
}

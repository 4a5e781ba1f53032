package dissect

import (
	"bytes"
	"encoding/base64"
)

const (
	typeDNS    = "application/dns-message" // RFC 8484, section 6
	maxDNSBody = 1<<16 - 1                 // bytes of a message
)

// A lookup is a DNS message that an HTTP message carries (RFC 8484): over plain
// HTTP it can be read as any other.
type lookup struct {
	msg  dnsMessage
	body []byte // gathered until it is whole
	over bool   // longer than a message may be
}

// looksUp readies the direction for a DNS message in the body of the message that
// begins, or reads the one in its target.
func (h *httpHalf) looksUp() {
	if isName(h.head.ContentType, typeDNS) {
		h.dns = new(lookup)
		return
	}
	h.dns = nil
	_, query, found := bytes.Cut(h.head.URL, []byte("?"))
	if !found {
		return
	}
	for len(query) > 0 {
		var pair []byte
		pair, query, _ = bytes.Cut(query, []byte("&"))
		if value, found := bytes.CutPrefix(pair, []byte("dns=")); found {
			h.ask(value)
			return
		}
	}
}

// ask reads a question that is written in Base64url (RFC 8484, section 4.1).
func (h *httpHalf) ask(value []byte) {
	value = bytes.TrimRight(value, "=")
	if len(value) < dnsHeader || base64.RawURLEncoding.DecodedLen(len(value)) > maxDNSBody {
		return
	}
	b := make([]byte, base64.RawURLEncoding.DecodedLen(len(value)))
	if _, err := base64.RawURLEncoding.Decode(b, value); err != nil {
		return
	}
	l := new(lookup)
	if l.msg.open(b, false) {
		l.msg.finish()
		h.dns, h.m.DNS = l, &l.msg.DNS
	}
}

// take gathers a piece of the body.
func (l *lookup) take(b []byte) {
	if l.over = l.over || len(l.body)+len(b) > maxDNSBody; !l.over {
		l.body = append(l.body, b...)
	}
}

// body gives the next piece of the body.
func (h *httpHalf) body(at int64, b []byte, s Sink) {
	if h.dns != nil && h.m.DNS == nil {
		h.dns.take(b)
	}
	h.half.body(at, b, s)
}

// end closes the open message, if there is one. The DNS message in its body is read
// now that it is whole.
func (h *httpHalf) end(s Sink) {
	if l := h.dns; l != nil && h.open && !l.over && !h.m.Truncated && h.m.DNS == nil && l.msg.open(l.body, false) {
		l.msg.finish()
		h.m.DNS = &l.msg.DNS
	}
	h.half.end(s)
	h.dns = nil
}

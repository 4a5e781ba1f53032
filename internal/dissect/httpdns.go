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
	msg   dnsMessage
	asked bool   // it stood in the target, and is read
	body  []byte // gathered until it is whole
	over  bool   // longer than a message may be
}

// lookupOf returns what gathers the DNS message in the body of a message of that
// type, or the one in its target, read; nil where there is none.
func lookupOf(contentType, target []byte) *lookup {
	if isName(contentType, typeDNS) {
		return new(lookup)
	}
	_, query, found := bytes.Cut(target, []byte("?"))
	if !found {
		return nil
	}
	for len(query) > 0 {
		var pair []byte
		pair, query, _ = bytes.Cut(query, []byte("&"))
		if value, found := bytes.CutPrefix(pair, []byte("dns=")); found {
			return question(value)
		}
	}
	return nil
}

// question reads a question that is written in Base64url (RFC 8484, section 4.1),
// nil where it is none.
func question(value []byte) *lookup {
	value = bytes.TrimRight(value, "=")
	if len(value) < dnsHeader || base64.RawURLEncoding.DecodedLen(len(value)) > maxDNSBody {
		return nil
	}
	b := make([]byte, base64.RawURLEncoding.DecodedLen(len(value)))
	if _, err := base64.RawURLEncoding.Decode(b, value); err != nil {
		return nil
	}
	l := &lookup{asked: true}
	if !l.msg.open(b, false) {
		return nil
	}
	l.msg.finish()
	return l
}

// whole reads what was gathered, and reports whether it is a message.
func (l *lookup) whole() bool {
	if l.asked || l.over || !l.msg.open(l.body, false) {
		return false
	}
	l.msg.finish()
	return true
}

// take gathers a piece of the body.
func (l *lookup) take(b []byte) {
	if l.asked {
		return
	}
	if l.over = l.over || len(l.body)+len(b) > maxDNSBody; !l.over {
		l.body = append(l.body, b...)
	}
}

// body gives the next piece of the body.
func (h *httpHalf) body(at int64, b []byte, s Sink) {
	if h.dns != nil {
		h.dns.take(b)
	}
	h.half.body(at, b, s)
}

// readLookup reads the DNS message in the body of the open message, now that it is
// whole.
func (h *httpHalf) readLookup() {
	if l := h.dns; l != nil && h.open() && !h.m.Truncated && l.whole() {
		h.m.DNS = &l.msg.DNS
	}
}

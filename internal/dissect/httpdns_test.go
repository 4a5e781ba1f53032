package dissect

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

const (
	dohAsk    = "\x00\x00\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07made-up\x07example\x00\x00\x01\x00\x01"
	dohAnswer = "\x00\x00\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x07made-up\x07example\x00\x00\x01\x00\x01" + "\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xcb\x00\x71\x07"
)

// dohSample asks by POST, in one piece and in chunks, and by GET.
var dohSample = sample{"DNS over plain HTTP", http, 80, []turn{
	up(dohPost(typeDNS, dohAsk)), down(dohResponse(typeDNS, dohAnswer)),
	up("GET /dns-query?x=1&dns=" + base64.RawURLEncoding.EncodeToString([]byte(dohAsk)) + " HTTP/1.1\r\nHost: a.example\r\n\r\n"),
	down("HTTP/1.1 200 OK\r\nContent-Type: " + typeDNS + "\r\nTransfer-Encoding: chunked\r\n\r\n" + fmt.Sprintf("a\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", dohAnswer[:10], len(dohAnswer)-10, dohAnswer[10:])),
}}

func dohPost(typ, body string) string {
	return fmt.Sprintf("POST /dns-query HTTP/1.1\r\nHost: a.example\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", typ, len(body), body)
}

func dohResponse(typ, body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", typ, len(body), body)
}

// lookups notes the DNS messages that HTTP messages carry.
type lookups struct{ list []string }

func (l *lookups) Begin(*Message)        {}
func (l *lookups) Field(*Message, Field) {}
func (l *lookups) Body(*Message, int64, []byte) {
}
func (l *lookups) Opaque(telltale.Direction, int64, int64, string) {}
func (l *lookups) End(m *Message) {
	if d := m.DNS; d != nil {
		l.list = append(l.list, fmt.Sprintf("%s %s %d", d.Name, d.Type, len(d.Answers)))
	}
}

func lookupsIn(turns []turn) []string {
	p, l, at := new(httpParser), &lookups{}, [2]int64{}
	for _, t := range turns {
		used, _ := p.Parse(t.dir, at[t.dir], t.b, l)
		at[t.dir] += int64(used)
	}
	p.Close(telltale.ToServer, l)
	p.Close(telltale.ToClient, l)
	return l.list
}

// DNS messages in HTTP are read as such where they are whole, and elsewhere not.
func TestDNSOverHTTP(t *testing.T) {
	question, answer := "made-up.example A 0", "made-up.example A 1"
	if got, want := lookupsIn(dohSample.turns), []string{question, answer, question, answer}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for name, turns := range map[string][]turn{
		"another type":  {up(dohPost("application/octet-stream", dohAsk))},
		"cut":           {up(dohPost(typeDNS, dohAsk)[:130])},
		"too long":      {up(dohPost(typeDNS, dohAsk+strings.Repeat("x", maxDNSBody)))},
		"not Base64":    {up("GET /?dns=!!!!!!!!!!!!!!!!!! HTTP/1.1\r\n\r\n")},
		"not DNS":       {up("GET /?dns=" + base64.RawURLEncoding.EncodeToString([]byte("something else altogether")) + " HTTP/1.1\r\n\r\n")},
		"another field": {up("GET /?xdns=" + base64.RawURLEncoding.EncodeToString([]byte(dohAsk)) + " HTTP/1.1\r\n\r\n")},
	} {
		if got := lookupsIn(turns); len(got) > 0 {
			t.Errorf("%s: %q", name, got)
		}
	}
}

package dissect

import (
	"bytes"
	cryptotls "crypto/tls"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// helloBytes returns the record with a ClientHello as crypto/tls sends it,
// with its random parts blanked.
func helloBytes(name string, protos ...string) []byte {
	ours, theirs := net.Pipe()
	go func() {
		cryptotls.Client(theirs, &cryptotls.Config{ServerName: name, NextProtos: protos, Rand: zeros{}}).Handshake()
		theirs.Close()
	}()
	b := make([]byte, 16<<10)
	n, err := io.ReadAtLeast(ours, b, recordHeader)
	if err != nil {
		panic(err)
	}
	ours.Close()
	return b[:n]
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// simpleHello is a ClientHello written by hand, so that goldens stay the
// same under any version of crypto/tls.
var simpleHello = func() []byte {
	ext := func(typ uint16, b string) string { return u16(int(typ)) + u16(len(b)) + b }
	name := "made-up.test"
	sni := u16(len(name)+3) + "\x00" + u16(len(name)) + name
	exts := ext(0x1a1a, "") + ext(extALPN, u16(12)+"\x02h2\x08http/1.1") + ext(extECH, "") + ext(extVersions, "\x06\x2a\x2a\x03\x04\x03\x03") + ext(extServerName, sni)
	body := "\x03\x03" + strings.Repeat("r", 32) + "\x00" + u16(2) + "\x13\x01" + "\x01\x00" + u16(len(exts)) + exts
	return []byte("\x01\x00" + u16(len(body)) + body)
}()

func u16(n int) string { return string([]byte{byte(n >> 8), byte(n)}) }

// record puts a record's header before b.
func record(typ byte, b string) string { return string([]byte{typ, 3, 3}) + u16(len(b)) + b }

// records cuts b over records of n bytes.
func records(typ byte, b []byte, n int) string {
	var s strings.Builder
	for _, part := range every(n)(b) {
		s.WriteString(record(typ, string(part)))
	}
	return s.String()
}

var (
	helloRecord  = record(recordHandshake, string(simpleHello))
	serverRecord = record(recordHandshake, "\x02\x00\x00\x26\x03\x03"+strings.Repeat("s", 32)+"\x00\x13\x01\x00")
	ccsRecord    = record(recordCCS, "\x01")
	sealedRecord = record(recordData, strings.Repeat("\x99", 700))
)

var tlsSamples = []sample{
	{"TLS 1.3", tls, 443, []turn{
		up(helloRecord), down(serverRecord + ccsRecord + sealedRecord + sealedRecord), up(ccsRecord + sealedRecord), down(sealedRecord), up(record(recordData, "")),
	}},
	{"TLS 1.3 with a second hello", tls, 443, []turn{
		up(helloRecord), down(serverRecord + ccsRecord), up(ccsRecord + helloRecord), down(serverRecord + sealedRecord), up(sealedRecord),
	}},
	{"TLS 1.2", tls, 8443, []turn{
		up(helloRecord), down(serverRecord + record(recordHandshake, "\x0b\x00\x00\x1ca certificate of made-up.test") + record(recordHandshake, "\x0e\x00\x00\x00")),
		up(record(recordHandshake, "\x10\x00\x00\x03key") + ccsRecord + record(recordHandshake, strings.Repeat("f", 40)) + sealedRecord),
		down(ccsRecord + record(recordHandshake, strings.Repeat("g", 40)) + sealedRecord + record(recordAlert, strings.Repeat("a", 26))),
	}},
	{"hello in records of one byte", tls, 443, []turn{up(records(recordHandshake, simpleHello, 1) + sealedRecord)}},
	{"hello in records of fifty", tls, 443, []turn{up(records(recordHandshake, simpleHello, 50) + ccsRecord + sealedRecord)}},
	{"two messages in a record", tls, 443, []turn{up(record(recordHandshake, string(simpleHello)+"\x0b\x00\x00\x00"))}},
	{"refused", tls, 443, []turn{up(helloRecord), down(record(recordAlert, "\x02\x28"))}},
	{"taken up later", tls, 443, []turn{up(sealedRecord + sealedRecord), down(record(recordHandshake, strings.Repeat("f", 40)) + sealedRecord)}},
	{"no TLS after TLS", tls, 443, []turn{up(helloRecord + sealedRecord + "imei=001012704839210")}},
	{"hello that lies", tls, 443, []turn{up(record(recordHandshake, "\x01\x00\x00\x50\x03\x03short") + sealedRecord)}},
	{"hello without sense", tls, 443, []turn{up(record(recordHandshake, "\x01\x00\x00\x05\x03\x03\x00\x00\x00") + sealedRecord)}},
	{"hello too long", tls, 443, []turn{up(record(recordHandshake, "\x01\x02\x00\x01\x03\x03"+strings.Repeat("h", 60)) + record(recordHandshake, strings.Repeat("h", 60)))}},
}

func TestTLSHello(t *testing.T) {
	var p tlsParser
	s := &lastTLS{}
	b := helloBytes("a.made-up.test", "h2", "http/1.1")
	if n, err := p.Parse(telltale.ToServer, 0, b, s); n != len(b) || err != nil {
		t.Fatal(n, err)
	}
	if s.got != "a.made-up.test TLS 1.3 h2,http/1.1" || s.sni != "a.made-up.test" {
		t.Errorf("hello tells %q, field %q", s.got, s.sni)
	}
}

// lastTLS keeps what the last hello told.
type lastTLS struct {
	drain
	got, sni string
}

func (s *lastTLS) Begin(m *Message) {
	if m.TLS != nil {
		s.got = string(m.TLS.SNI) + " " + m.TLS.Version + " " + string(bytes.Join(m.TLS.ALPN, []byte(",")))
	}
}

func (s *lastTLS) Field(_ *Message, f Field) {
	if f.Name == "tls.sni" {
		s.sni = string(f.Data)
	}
}

func TestTLSGap(t *testing.T) {
	s := sample{"", tls, 443, []turn{up(sealedRecord + sealedRecord + helloRecord)}}
	log := strings.Join(s.playGap(t, 0, 100, 605), "\n")
	if !strings.Contains(log, "sni=made-up.test") {
		t.Errorf("a gap up to a record's end lost the place: %s", log)
	}
	log = strings.Join(s.playGap(t, 0, 100, 700), "\n")
	if strings.Contains(log, "sni") {
		t.Errorf("a gap over a record's end did not end the parsing: %s", log)
	}
}

func TestTLSProbe(t *testing.T) {
	for name, c := range map[string]struct {
		b    string
		port uint16
		want Verdict
	}{
		"hello":                            {helloRecord[:12], 1, Yes},
		"part of a header":                 {"\x16\x03", 1, Maybe},
		"data at a port of TLS":            {sealedRecord[:20], 443, Yes},
		"data elsewhere":                   {sealedRecord[:20], 1, Maybe},
		"whole record elsewhere":           {sealedRecord, 1, Maybe},
		"second record elsewhere":          {sealedRecord + "\x17\x03\x03", 1, Yes},
		"something else behind":            {sealedRecord + "GET", 1, No},
		"record too long":                  {"\x17\x03\x03\x48\x01", 443, No},
		"version 5":                        {"\x16\x03\x05\x00\x10\x01", 443, No},
		"SSL 2 hello":                      {"\x80\x2e\x01\x03\x01\x00\x15", 443, No},
		"handshake that is not a greeting": {record(recordHandshake, "\x0b\x00\x00\x01a"), 1, Maybe},
	} {
		if got := tls.Probe(telltale.ToServer, []byte(c.b), c.port); got != c.want {
			t.Errorf("%s: verdict %d, want %d", name, got, c.want)
		}
	}
}

// TestTLSHelloLimit expects a hello that never ends not to wait for ever.
func TestTLSHelloLimit(t *testing.T) {
	b := []byte(record(recordHandshake, "\x01\x01\xff\xff\x03\x03") + records(recordHandshake, make([]byte, 100<<10), 1))
	var p tlsParser
	n, err := p.Parse(telltale.ToServer, 0, b, &drain{})
	if err != nil || n != len(b) {
		t.Errorf("used %d of %d, %v", n, len(b), err)
	}
}

func TestTLSVersions(t *testing.T) {
	for v, want := range map[uint16]string{0x300: "SSL 3.0", 0x301: "TLS 1.0", 0x302: "TLS 1.1", 0x303: "TLS 1.2", 0x304: "TLS 1.3", 0x7f1c: "0x7f1c"} {
		if got := tlsVersion(v); got != want {
			t.Errorf("%#x is %q, want %q", v, got, want)
		}
	}
}

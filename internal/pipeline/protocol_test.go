package pipeline

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/net/http2/hpack"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/lab"
)

const plain = "imei=" + imei + " "

// What the sides of a connection of HTTP/2 say first.
const (
	http2Opening  = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	http2Settings = "\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64"
)

// http2Request returns a frame of headers, in Huffman's code, of which one is name.
func http2Request(name, value string) []byte {
	return http2Head(1, false, ":method POST", ":path /", name+" "+value)
}

// http2Head returns a frame of headers, which may end its stream.
func http2Head(stream byte, ends bool, fields ...string) []byte {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	for _, f := range fields {
		name, value, _ := strings.Cut(f, " ")
		_ = e.WriteField(hpack.HeaderField{Name: name, Value: value}) // a buffer takes all
	}
	flags := byte(4)
	if ends {
		flags = 5
	}
	return append([]byte{0, 0, byte(b.Len()), 1, flags, 0, 0, 0, stream}, b.Bytes()...)
}

// protocols are conversations that begin as one thing and may go on as
// another, with where the one IMEI in them is found.
var protocols = []struct {
	name  string
	field string // begins with it
	app   string // what the flow is told to speak
	say   func(*lab.Conn)
}{
	{"unknown", "unknown", "unknown", func(c *lab.Conn) {
		c.Send(telltale.ToServer, []byte("\x00\x01\x02"+plain))
	}},
	{"noise before HTTP", "http.body", "http", func(c *lab.Conn) {
		c.Send(telltale.ToServer, append([]byte("\x00\x01\x02\xff\xfe"), post(plain)...))
	}},
	{"server first", "smtp.hello", "smtp", func(c *lab.Conn) {
		c.Send(telltale.ToClient, []byte("220 mail.example ready\r\n"))
		c.Send(telltale.ToServer, []byte("EHLO "+imei+"\r\n"))
	}},
	{"server noise, then HTTP", "http.body", "http", func(c *lab.Conn) {
		c.Send(telltale.ToClient, []byte("\x01\x02hello"))
		c.Send(telltale.ToServer, post(plain))
	}},
	{"CONNECT, then TLS", "http.header:user-agent", "http", func(c *lab.Conn) {
		c.Send(telltale.ToServer, []byte("CONNECT plant.example:443 HTTP/1.1\r\nUser-Agent: x "+imei+"\r\n\r\n"))
		c.Send(telltale.ToClient, []byte("HTTP/1.1 200 OK\r\n\r\n"))
		rng := rand.New(rand.NewPCG(1, 1))
		c.Send(telltale.ToServer, lab.ClientHello("plant.example", rng))
		c.Send(telltale.ToServer, append([]byte{23, 3, 3, 4, 0}, bytes.Repeat([]byte(" imei=001012704839210 "), 47)[:1024]...))
	}},
	{"CONNECT, then HTTP", "http.body", "http", func(c *lab.Conn) {
		c.Send(telltale.ToServer, []byte("CONNECT plant.example:80 HTTP/1.1\r\n\r\n"))
		c.Send(telltale.ToClient, []byte("HTTP/1.1 200 OK\r\n\r\n"))
		c.Send(telltale.ToServer, post(plain))
	}},
	{"HTTP/2, coded header", "http.header:x-imei", "http2", func(c *lab.Conn) {
		c.Send(telltale.ToServer, []byte(http2Opening+http2Settings))
		c.Send(telltale.ToServer, http2Request("x-imei", imei))
	}},
	{"HTTP/2, body", "http.body", "http2", func(c *lab.Conn) {
		c.Send(telltale.ToServer, []byte(http2Opening))
		c.Send(telltale.ToServer, append(http2Request("x-other", "1"), "\x00\x00\x16\x00\x01\x00\x00\x00\x01"+plain+" "[:22-len(plain)]...))
	}},
	{"upgrade to HTTP/2", "http.header:x-imei", "http", func(c *lab.Conn) {
		c.Send(telltale.ToServer, []byte("GET / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"))
		c.Send(telltale.ToClient, []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"+http2Settings))
		c.Send(telltale.ToServer, []byte(http2Opening))
		c.Send(telltale.ToServer, http2Request("x-imei", imei))
	}},
	{"upgrade", "unknown", "http", func(c *lab.Conn) {
		c.Send(telltale.ToServer, []byte("GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"))
		c.Send(telltale.ToClient, []byte("HTTP/1.1 101 Switching Protocols\r\n\r\n"))
		c.Send(telltale.ToServer, []byte("\x81\x16"+plain))
	}},
	{"STARTTLS", "smtp.hello", "smtp", func(c *lab.Conn) {
		c.Send(telltale.ToClient, []byte("220 mail.example ready\r\n"))
		c.Send(telltale.ToServer, []byte("EHLO "+imei+"\r\n"))
		c.Send(telltale.ToClient, []byte("250 STARTTLS \x16\x03\r\n"))
		c.Send(telltale.ToServer, []byte("STARTTLS\r\n"))
		c.Send(telltale.ToClient, []byte("220 go\r\n"))
		c.Send(telltale.ToServer, lab.ClientHello("mail.example", rand.New(rand.NewPCG(1, 1))))
		c.Send(telltale.ToServer, append([]byte{23, 3, 3, 4, 0}, bytes.Repeat([]byte(" imei=001012704839210 "), 47)[:1024]...))
	}},
	{"SOCKS 4, then HTTP", "http.body", "socks", func(c *lab.Conn) {
		c.Send(telltale.ToServer, []byte("\x04\x01\x00\x50\xc0\x00\x02\x07\x00"))
		c.Send(telltale.ToClient, []byte("\x00\x5a\x00\x50\xc0\x00\x02\x07"))
		c.Send(telltale.ToServer, post(plain))
		c.Send(telltale.ToClient, []byte("HTTP/1.1 204 No\r\n\r\n"))
	}},
	{"SOCKS 5, then TLS", "socks", "socks", func(c *lab.Conn) {
		c.Send(telltale.ToServer, []byte("\x05\x01\x02"))
		c.Send(telltale.ToClient, []byte("\x05\x02"))
		c.Send(telltale.ToServer, []byte("\x01\x14imei="+imei+"\x01x"))
		c.Send(telltale.ToClient, []byte("\x01\x00"))
		c.Send(telltale.ToServer, []byte("\x05\x01\x00\x01\xc0\x00\x02\x07\x01\xbb"))
		c.Send(telltale.ToClient, []byte("\x05\x00\x00\x01\xc0\x00\x02\x07\x01\xbb"))
		c.Send(telltale.ToServer, lab.ClientHello("plant.example", rand.New(rand.NewPCG(1, 1))))
		c.Send(telltale.ToServer, append([]byte{23, 3, 3, 4, 0}, bytes.Repeat([]byte(" imei=001012704839210 "), 47)[:1024]...))
	}},
	{"not quite TLS at the end", "unknown", "unknown", func(c *lab.Conn) {
		c.Send(telltale.ToServer, []byte("\x00\x01 \x16\x03\x01imei="+imei+"\x16"))
	}},
	{"HTTP, then noise", "unknown", "http", func(c *lab.Conn) {
		c.Send(telltale.ToServer, append(post("x"), "\x00\x01\x02"+plain...))
	}},
	{"the end of a body, then HTTP", "http.header:x-imei", "http", func(c *lab.Conn) {
		c.Send(telltale.ToServer, []byte("st=OPEN HTTP/1.1 GET /what is this&x=1GET http://a.example/?GET HTTP/1.1\r\nX-IMEI: "+imei+"\r\n\r\n"))
		c.Send(telltale.ToClient, []byte("GET HTTP/1.HTTP/1.1 20</html>\n\nHTTP/1.0 204 \n\n"))
	}},
	{"words of HTTP", "unknown", "unknown", func(c *lab.Conn) {
		c.Send(telltale.ToServer, []byte("#log: GET / HTTP/1.1 200 POST /x HTTP/1.1\r\n\tHTTP/1.1 404 no\r\n\tPUT /"+imei+" HTTP/1.1"))
	}},
}

func TestProtocols(t *testing.T) {
	for _, p := range protocols {
		for _, segment := range []int{0, 1, 5} {
			h := hear(t, talk(8080, lab.Carriage{Segment: segment}, func(c *lab.Conn) {
				c.Open()
				p.say(c)
				c.Close(telltale.ToServer)
			}))
			if s := h.only(t); !strings.HasPrefix(s.Field.Raw(), p.field) {
				t.Errorf("%s, cut to %d: found in %s, want %s", p.name, segment, s.Field.Raw(), p.field)
			}
			if app := h.events[len(h.events)-1].Flow.AppProto; app != p.app {
				t.Errorf("%s, cut to %d: told as %s, want %s", p.name, segment, app, p.app)
			}
		}
	}
}

// TestTunnelIsOpaque has the records in a tunnel counted, not searched.
func TestTunnelIsOpaque(t *testing.T) {
	h := hear(t, talk(8080, lab.Carriage{}, func(c *lab.Conn) {
		c.Open()
		protocols[4].say(c)
	}))
	if n := h.tally.Payload.Opaque["tls"]; n != 5+1024 {
		t.Errorf("%d bytes are opaque, want %d", n, 5+1024)
	}
}

// TestDatagrams has each datagram be a message, found by itself and never
// joined with its neighbour.
func TestDatagrams(t *testing.T) {
	c := lab.NewCapture(1)
	u := c.Datagrams(start, phone, server, 4000)
	carrier := u.Send(telltale.ToServer, []byte("\x01"+plain))
	u.Send(telltale.ToServer, []byte("\x02imei=0010127048"))
	u.Send(telltale.ToServer, []byte("39210 "))
	u.Send(telltale.ToClient, []byte("\x03"))
	h := hear(t, framesOf(c))
	if s := h.only(t); len(s.Packets) != 1 || s.Packets[0] != carrier.Number {
		t.Errorf("packets %v, want %d", s.Packets, carrier.Number)
	}
	if n := len(h.messages("unknown")); n != 4 {
		t.Errorf("%d messages, want 4", n)
	}
}

// TestAlt has a copy that differs from what was delivered: it is searched by
// itself and told as such, and in a sealed channel counted as that channel's
// unless it is text.
func TestAlt(t *testing.T) {
	packets := talk(9, lab.Carriage{}, func(c *lab.Conn) {
		c.Open()
		c.Send(telltale.ToServer, []byte("\x00\x01"+filler(60)))
	})
	s := hear(t, append(packets, conflicting(packets, "\x00\x01 "+plain))).only(t)
	if s.View != telltale.ViewAlt || s.Packets[0] != int64(len(packets)+1) || s.Ranges[0] != spread(8, 15)[0] {
		t.Errorf("%s", s.line(true))
	}
	packets = talk(8080, lab.Carriage{}, func(c *lab.Conn) {
		c.Open()
		protocols[4].say(c)
	})
	again := conflicting(packets, plain)
	if alts := altsOf(hear(t, append(packets, again))); len(alts) == 0 {
		t.Error("text amid sealed records was not searched")
	}
	for i := range again.Data[14+20+32:] {
		again.Data[14+20+32+i] ^= 0x80
	}
	h := hear(t, append(packets, again))
	h.only(t) // the one in the head
	for channel := range h.tally.Payload.Opaque {
		if channel != "tls" {
			t.Errorf("%v: no channel is called so", h.tally.Payload.Opaque)
		}
	}
}

// altsOf returns the messages of the alternative view.
func altsOf(h *heard) []*Message {
	var out []*Message
	for _, e := range h.events {
		if e.Message != nil && e.Message.View == telltale.ViewAlt {
			out = append(out, e.Message)
		}
	}
	return out
}

// conflicting returns the last packet with payload again, beginning with
// other bytes.
func conflicting(packets []capture.Packet, text string) capture.Packet {
	const headers = 14 + 20 + 32
	for i := len(packets) - 1; ; i-- {
		if p := packets[i]; len(p.Data) > headers+len(text) {
			p.Data = append([]byte(nil), p.Data...)
			copy(p.Data[headers:], text)
			p.Number = int64(len(packets) + 1)
			return p
		}
	}
}

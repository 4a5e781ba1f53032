package lab

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"time"

	"github.com/telltale-audit/telltale"
)

// fairPath carries the streams of bulk captures.
var fairPath = Carriage{Order: Uneven, Acks: 2}

// farEnds is how many far ends a crowd talks to.
const farEnds = 60

// A farEnd is a server: its name and its hosts, by IPv4 and IPv6.
type farEnd struct {
	name  string
	hosts [2]Host
}

func newFarEnd(n int) farEnd {
	return farEnd{
		name:  fmt.Sprintf("api.%s%d.example", words[n*5], n),
		hosts: [2]Host{{gatewayMAC, farAddr(false, n)}, {gatewayMAC, farAddr(true, n)}},
	}
}

// place chooses a far end: its name, its host, and the phone's own.
func (c *crowd) place(p *phone) (name string, near, far Host) {
	version, end := 0, &c.far[c.rng.IntN(farEnds)]
	if c.rng.IntN(10) == 0 {
		version = 1
	}
	return end.name, p.hosts[version], end.hosts[version]
}

// dial prepares a TCP conversation of p with a far end.
func (c *crowd) dial(p *phone, at int64, port uint16) (conn *Conn, name string) {
	name, near, far := c.place(p)
	return c.capture.Conn(at, near, far, port, fairPath), name
}

// rest returns a while between 1 and 60 ms.
func (c *crowd) rest() time.Duration {
	return time.Duration(1000+c.rng.IntN(59000)) * time.Microsecond
}

// A speech makes the next HTTP message that p sends to a host, or gets from it.
type speech func(c *crowd, p *phone, host string) []byte

// web returns a talk of least to most HTTP requests in one connection.
func web(least, most int, ask, answer speech) func(*crowd, *phone, int64) turns {
	return func(c *crowd, p *phone, at int64) turns {
		return func(yield func(int64) bool) {
			conn, host := c.dial(p, at, 80)
			conn.Open()
			for range least + c.rng.IntN(most-least+1) {
				conn.Send(telltale.ToServer, ask(c, p, host))
				conn.Wait(c.rest())
				if !yield(conn.Now()) {
					break
				}
				conn.Send(telltale.ToClient, answer(c, p, host))
				conn.Wait(c.rest())
				if !yield(conn.Now()) {
					break
				}
			}
			conn.Close(telltale.ToServer)
		}
	}
}

// tells returns what p tells in its next request, mostly nothing.
func (c *crowd) tells(p *phone, w wrapping) string {
	if c.rng.IntN(c.every) > 0 {
		return ""
	}
	return p.tell(w)
}

// post returns a POST request.
func (c *crowd) post(host, contentType string, body []byte, more ...string) []byte {
	headers := append([]string{
		"Host: " + host, "User-Agent: Dalvik/2.1.0 (Linux; U; Android 9; Example One Build/PPR1)", "Accept-Encoding: gzip",
		"Content-Type: " + contentType, contentLength(body),
	}, more...)
	return HTTP("POST /v1/"+c.word()+"/"+c.word()+"?n="+strconv.Itoa(c.rng.IntN(1000))+" HTTP/1.1", headers, body)
}

// ok returns a response with that body.
func (c *crowd) ok(contentType string, body []byte, more ...string) []byte {
	headers := append([]string{"Server: example", "Content-Type: " + contentType, contentLength(body), "Connection: keep-alive"}, more...)
	return HTTP("HTTP/1.1 200 OK", headers, body)
}

const (
	typeJSON = "application/json"
	typeForm = "application/x-www-form-urlencoded"
	zipped   = "Content-Encoding: gzip"
)

// askJSON posts JSON of low to high bytes.
func askJSON(low, high int) speech {
	return func(c *crowd, p *phone, host string) []byte {
		c.text = c.appendEvents(c.text[:0], c.between(low, high), c.tells(p, bare))
		return c.post(host, typeJSON, c.text)
	}
}

// askForm posts a form of low to high bytes.
func askForm(low, high int) speech {
	return func(c *crowd, p *phone, host string) []byte {
		c.text = c.appendForm(c.text[:0], c.between(low, high), c.tells(p, bare))
		return c.post(host, typeForm, c.text)
	}
}

// askBase64 posts JSON of low to high bytes in Base64.
func askBase64(low, high int) speech {
	return func(c *crowd, p *phone, host string) []byte {
		c.text = c.appendEvents(c.text[:0], c.between(low, high), c.tells(p, inBase64Body))
		return c.post(host, "text/plain", base64.StdEncoding.AppendEncode(nil, c.text))
	}
}

// answerJSON answers with JSON of low to high bytes.
func answerJSON(low, high int) speech {
	return func(c *crowd, _ *phone, _ string) []byte {
		c.text = c.appendEvents(c.text[:0], c.between(low, high), "")
		return c.ok(typeJSON, c.text)
	}
}

// answerChunked answers with JSON of low to high bytes, compressed and in
// chunks (RFC 9112, 7.1).
func answerChunked(low, high int) speech {
	return func(c *crowd, _ *phone, _ string) []byte {
		const chunk = 4096
		c.text = c.appendEvents(c.text[:0], c.between(low, high), "")
		var body []byte
		for rest := c.pack(c.text); len(rest) > 0; {
			n := min(chunk, len(rest))
			body = append(fmt.Appendf(body, "%x\r\n", n), rest[:n]...)
			body = append(body, "\r\n"...)
			rest = rest[n:]
		}
		body = append(body, "0\r\n\r\n"...)
		return HTTP("HTTP/1.1 200 OK", []string{"Content-Type: " + typeJSON, zipped, "Transfer-Encoding: chunked"}, body)
	}
}

// oneOf speaks as one of several, each equally often.
func oneOf(speeches ...speech) speech {
	return func(c *crowd, p *phone, host string) []byte {
		return speeches[c.rng.IntN(len(speeches))](c, p, host)
	}
}

// pack returns b as one gzip member, as [Gzip] does.
func (c *crowd) pack(b []byte) []byte {
	var out bytes.Buffer
	c.packer.Reset(&out)
	_, err := c.packer.Write(b)
	if err == nil {
		err = c.packer.Close()
	}
	if err != nil {
		panic(err) // a bytes.Buffer takes every write
	}
	return out.Bytes()
}

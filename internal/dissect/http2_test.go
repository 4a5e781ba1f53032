package dissect

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/net/http2/hpack"

	"github.com/telltale-audit/telltale"
)

// A coder writes frames of one direction.
type coder struct {
	b   bytes.Buffer
	enc *hpack.Encoder
}

func newCoder() *coder {
	c := &coder{}
	c.enc = hpack.NewEncoder(&c.b)
	return c
}

// block returns headers as the coder writes them now: "name value" each.
func (c *coder) block(headers ...string) string {
	c.b.Reset()
	for _, h := range headers {
		name, value, _ := strings.Cut(h, " ")
		_ = c.enc.WriteField(hpack.HeaderField{Name: name, Value: value}) // a buffer takes all
	}
	return c.b.String()
}

func frameOf(typ, flags byte, stream int, payload string) string {
	return "\x00" + u16(len(payload)) + string([]byte{typ, flags}) + "\x00\x00" + u16(stream) + payload
}

const settings = "\x00\x03\x00\x00\x00\x64"

var http2Samples = []sample{
	{"HTTP/2", http2, 80, func() []turn {
		up1, down1 := newCoder(), newCoder()
		ask := up1.block(":method POST", ":path /a?b=1", ":authority plant.example", "user-agent made-up/1", "content-type application/json")
		again := up1.block(":method POST", ":path /a?b=2", ":authority plant.example", "user-agent made-up/1", "content-type application/json")
		return []turn{
			up(http2Preface + frameOf(frameSettings, 0, 0, settings) + frameOf(frameHeaders, flagEndHeaders, 1, ask)),
			up(frameOf(frameData, 0, 1, `{"imei":"00101`) + frameOf(8, 0, 0, "\x00\x00\x10\x00") + frameOf(frameData, flagEndStream|flagPadded, 1, "\x03"+`2704839210"}`+"pad")),
			down(frameOf(frameSettings, 0, 0, settings) + frameOf(frameHeaders, flagEndHeaders, 1, down1.block(":status 200", "content-type text/plain")) + frameOf(frameData, flagEndStream, 1, "thanks")),
			up(frameOf(frameHeaders, flagPriority|flagEndStream, 3, "\x00\x00\x00\x00\x10"+again[:2]) + frameOf(frameContinuation, flagEndHeaders, 3, again[2:])),
			down(frameOf(frameHeaders, flagEndHeaders|flagEndStream, 3, down1.block(":status 204"))),
			down(frameOf(7, 0, 0, "\x00\x00\x00\x03\x00\x00\x00\x00imei=001012704839392")),
		}
	}()},
	{"HTTP/2 of streams at once", http2, 8080, func() []turn {
		c, d := newCoder(), newCoder()
		ask := func(path string) string { return c.block(":method POST", ":path "+path, ":authority plant.example") }
		return []turn{
			up(http2Preface + frameOf(frameSettings, 0, 0, settings) + frameOf(frameHeaders, flagEndHeaders, 1, ask("/1")) + frameOf(frameHeaders, flagEndHeaders, 3, ask("/2"))),
			up(frameOf(frameData, 0, 1, "one") + frameOf(frameData, flagEndStream, 3, "two") + frameOf(frameData, flagEndStream, 1, "one more")),
			down(frameOf(frameHeaders, flagEndHeaders|flagEndStream, 3, d.block(":status 200")) + frameOf(frameHeaders, flagEndHeaders|flagEndStream, 1, d.block(":status 404"))),
		}
	}()},
	{"HTTP/2 of a server without settings", http2, 8080, func() []turn {
		c := newCoder()
		return []turn{
			down(frameOf(frameSettings, 0, 0, "") + frameOf(frameSettings, 1, 0, "") + frameOf(frameHeaders, flagEndHeaders|flagEndStream, 1, c.block(":status 204", "x-imei 001012704839210"))),
			up(http2Preface + frameOf(frameSettings, 0, 0, "")),
		}
	}()},
	{"HTTP/2 that is malformed", http2, 80, []turn{
		up(http2Preface + frameOf(frameHeaders, flagEndHeaders, 1, "\xff\xff\xff\xff\xff\xff") + frameOf(0x99, 0, 0, "x")),
		down(frameOf(frameSettings, 0, 0, settings) + frameOf(frameHeaders, flagPadded, 1, "\xff")),
	}},
}

// TestHTTP2Gap has a request missing, and some of the data before it. The next one is
// read with what its headers say by themselves: none is made of what the table held
// before the gap, or of what it would hold now.
func TestHTTP2Gap(t *testing.T) {
	c := newCoder()
	ask := func(stream int, path, body string) string {
		head := c.block(":method POST", ":path "+path, ":authority plant.example", "x-known old", "x-next "+path[1:])
		return frameOf(frameHeaders, flagEndHeaders, stream, head) + frameOf(frameData, flagEndStream, stream, body)
	}
	first := http2Preface + frameOf(frameSettings, 0, 0, settings) + ask(1, "/one", "a body of which the end is missing")
	lost := c.block("x-lost lost") + ask(3, "/two", "lost")
	turns := []turn{up(first + lost + ask(5, "/three", `{"a":"b"}`) + ask(7, "/three", "again") + ask(9, "/three", "and again"))}
	at := len(first) - len("missing")
	s := sample{"", http2, 80, turns}
	log := strings.Join(s.playGap(t, 0, at, len(first)+len(lost)-at), "\n")
	for _, want := range []string{"truncated", `"{\"a\":\"b\"}"`, `POST /three`, `": three"`} {
		if !strings.Contains(log, want) {
			t.Errorf("no %s in\n%s", want, log)
		}
	}
	if n := strings.Count(log, "POST /three"); n != 3 {
		t.Errorf("%d requests behind the gap, want 3, in\n%s", n, log)
	}
	for _, not := range []string{"lost", "error"} {
		if strings.Contains(log, not) {
			t.Errorf("%s in\n%s", not, log)
		}
	}
	if n := strings.Count(log, "x-known"); n != 1 {
		t.Errorf("x-known is told %d times, but what it was is known once, in\n%s", n, log)
	}
}

// TestHTTP2Seek goes on within a frame: nothing of it is taken for a frame, but all of
// it is searched.
func TestHTTP2Seek(t *testing.T) {
	c := newCoder()
	text := "\x00\x00\x04\x08 no frame " + strings.Repeat("\x00", 30) + strings.Repeat("imei=001012704839210&", 5)
	first := http2Preface + frameOf(frameSettings, 0, 0, settings)
	lost := frameOf(frameHeaders, flagEndHeaders, 1, c.block(":method POST", ":path /lost")) + frameOf(frameData, 0, 1, strings.Repeat("x", 50)+text)[:50]
	rest := frameOf(frameData, 0, 1, strings.Repeat("x", 50)+text)[50:]
	next := frameOf(8, 0, 0, "\x00\x00\x10\x00") + frameOf(frameHeaders, flagEndHeaders|flagEndStream, 3, c.block(":method GET", ":path /found"))
	s := sample{"", http2, 80, []turn{up(first + lost + rest + next)}}
	log := strings.Join(s.playGap(t, 0, len(first), len(lost)), "\n")
	for _, want := range []string{"GET /found", "no frame", "imei=001012704839210&imei", "http2.frame"} {
		if !strings.Contains(log, want) {
			t.Errorf("no %s in\n%s", want, log)
		}
	}
}

// TestHTTP2Bomb has bytes that stand for a hundred times as many: what is searched of
// them is bounded, and all of them are accounted for.
func TestHTTP2Bomb(t *testing.T) {
	c := newCoder()
	first := c.block("x-long " + strings.Repeat("x", 3000))
	bomb := strings.Repeat("\xbe", 60000) // the newest of the table
	p, l := new(http2Parser), &texts{}
	b := []byte(http2Preface + frameOf(frameHeaders, flagEndHeaders, 1, first) + frameOf(frameHeaders, flagEndHeaders, 3, bomb))
	if used, err := p.Parse(telltale.ToServer, 0, b, l); used != len(b) || err != nil {
		t.Fatalf("used %d of %d, %v", used, len(b), err)
	}
	p.Close(telltale.ToServer, l)
	if l.data > 2*maxHPACKText || l.data < maxHPACKText/2 || l.wire != int64(len(b)) {
		t.Errorf("%d bytes searched, %d of %d accounted for", l.data, l.wire, len(b))
	}
}

// texts counts what is given to search, and what messages have on the wire.
type texts struct {
	data int
	wire int64
}

func (x *texts) Begin(*Message)                                  {}
func (x *texts) Field(_ *Message, f Field)                       { x.data += len(f.Data) }
func (x *texts) Body(*Message, int64, []byte)                    {}
func (x *texts) End(m *Message)                                  { x.wire += m.Wire }
func (x *texts) Opaque(telltale.Direction, int64, int64, string) {}

// TestHTTP2Elsewhere has nothing else be taken for HTTP/2, nor its preface for HTTP/1.
func TestHTTP2Elsewhere(t *testing.T) {
	for _, b := range []string{"PRI * HTTP/1.1\r\n\r\n", "POST / HTTP/1.1\r\n", frameOf(frameSettings, 0, 1, settings), frameOf(frameSettings, 0, 0, "12345"), frameOf(frameData, 0, 0, "123456"), frameOf(frameSettings, 0, 0, "") + strings.Repeat("\x00", 9), frameOf(frameSettings, 0, 0, "") + "\x00\x00\x00\x04\x00\x00\x00\x00\x01"} {
		if v := probeHTTP2([]byte(b)); v != No {
			t.Errorf("%q: verdict %d", b, v)
		}
	}
	if v := probeHTTP([]byte(http2Preface)); v != No {
		t.Errorf("HTTP/1 says %d of the preface", v)
	}
}

// TestHPACKEnds holds the lengths of representations to those that an encoder wrote,
// and to none where bytes are missing.
func TestHPACKEnds(t *testing.T) {
	c := newCoder()
	for _, h := range []string{":method GET", ":path /" + strings.Repeat("a", 300), "x-a b", "x-a b", "cookie " + strings.Repeat("~", 200)} {
		b := []byte(c.block(h))
		if n, _ := representationEnd(b); n != len(b) {
			t.Errorf("%.20s: %d bytes, want %d", h, n, len(b))
		}
		for cut := 1; cut < len(b); cut++ {
			if n, _ := representationEnd(b[:cut]); n != 0 {
				t.Fatalf("%.20s cut to %d: %d bytes", h, cut, n)
			}
		}
	}
}

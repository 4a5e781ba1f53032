package dissect

import (
	"bytes"
	"fmt"
	"math/rand/v2"
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
	{"HTTP/2 of responses that take turns", http2, 80, func() []turn {
		c, d := newCoder(), newCoder()
		ask := func(path string) string { return c.block(":method GET", ":path "+path, ":authority plant.example") }
		first := d.block(":status 200", "content-type application/json", "content-encoding br", "content-encoding gzip")
		other := d.block(":status 200", "content-type application/dns-message")
		return []turn{
			up(http2Preface + frameOf(frameSettings, 0, 0, settings) + frameOf(frameHeaders, flagEndHeaders|flagEndStream, 1, ask("/1")) + frameOf(frameHeaders, flagEndHeaders|flagEndStream, 3, ask("/2"))),
			down(frameOf(frameSettings, 0, 0, settings) + frameOf(frameHeaders, flagEndHeaders, 1, first) + frameOf(frameHeaders, flagEndHeaders, 3, other)),
			down(frameOf(frameData, 0, 1, "one") + frameOf(6, 0, 0, "a ping..") + frameOf(frameData, flagPadded, 3, "\x03\x00\x01\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00pad")),
			down(frameOf(framePushPromise, flagEndHeaders, 1, "\x00\x00\x00\x02"+d.block(":method GET", ":path /promised", ":authority plant.example")) + frameOf(frameHeaders, flagEndHeaders, 2, d.block(":status 200", "content-type text/css")) + frameOf(frameData, 0, 2, "given up")),
			down(frameOf(frameReset, 0, 2, "\x00\x00\x00\x08") + frameOf(frameData, 0, 3, "\x01a\x04test\x00\x00\x01\x00\x01") + frameOf(frameHeaders, flagEndHeaders|flagEndStream, 3, d.block("x-trailer three"))),
			down(frameOf(frameData, flagEndStream, 1, " and one") + frameOf(frameHeaders, flagEndHeaders, 5, d.block(":status 404")) + frameOf(frameData, 0, 5, "no end")),
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

// TestHTTP2TurnsAtRandom has streams take turns at random, within what is held: each is
// one message, with its own path, coding and all of its data.
func TestHTTP2TurnsAtRandom(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	for range 300 {
		enc := newCoder()
		var text strings.Builder
		text.WriteString(http2Preface)
		bodies, begun := make([]string, 1+rnd.IntN(8)), map[int]bool{}
		for live := len(bodies); live > 0; {
			i := rnd.IntN(len(bodies))
			switch piece := strings.Repeat(string(rune('a'+i)), 1+rnd.IntN(20)); {
			case !begun[i]:
				begun[i] = true
				text.WriteString(frameOf(frameHeaders, flagEndHeaders, 1+2*i, enc.block(":method POST", fmt.Sprint(":path /", i), fmt.Sprint("content-encoding x", i))))
			case strings.HasSuffix(bodies[i], "."):
			case rnd.IntN(6) == 0:
				bodies[i] += "."
				live--
				text.WriteString(frameOf(frameData, flagEndStream, 1+2*i, "."))
			default:
				bodies[i] += piece
				text.WriteString(frameOf(frameData, 0, 1+2*i, piece))
			}
		}
		s := sample{"", http2, 80, []turn{up(text.String())}}
		log := s.play(t, func(b []byte) [][]byte { return cutAtRandom(rnd, b) })
		for i, body := range bodies {
			var got strings.Builder
			for _, m := range log {
				if strings.Contains(m, fmt.Sprintf("[x%d] POST /%d 0", i, i)) {
					for _, part := range strings.Split(m, "http.body@")[1:] {
						got.WriteString(strings.Split(part, `"`)[1])
					}
				}
			}
			if got.String() != body {
				t.Fatalf("stream %d: body %q, want %q, in\n%s", i, got.String(), body, strings.Join(log, "\n"))
			}
		}
		if len(log) != len(bodies)+1+2 {
			t.Fatalf("%d messages and sums of %d streams", len(log), len(bodies))
		}
	}
}

// TestHTTP2Parted has more between the data of a stream than is held: the other streams
// are told whole, and every part of this one with what its head said of its data.
func TestHTTP2Parted(t *testing.T) {
	for name, c := range map[string]struct {
		frames, size int
		parts        int // of the stream that goes on
	}{
		"few":                {10, 1000, 1},
		"many bytes":         {10, 10000, 2},
		"many streams":       {mostHeldStreams + 1, 10, 2},
		"a frame beyond all": {1, mostHeld, 2},
	} {
		enc := newCoder()
		var text strings.Builder
		text.WriteString(http2Preface + frameOf(frameHeaders, flagEndHeaders, 1, enc.block(":method POST", ":path /long", "content-type text/plain", "content-encoding br")) + frameOf(frameData, 0, 1, "begins"))
		for i := range c.frames {
			text.WriteString(frameOf(frameHeaders, flagEndHeaders, 3+2*i, enc.block(":method POST", ":path /short")))
			data := frameOf(frameData, flagEndStream, 3+2*i, strings.Repeat("x", c.size))
			text.WriteString(string([]byte{byte(c.size >> 16)}) + data[1:]) // which frameOf has no room for
		}
		text.WriteString(frameOf(frameData, flagEndStream, 1, "ends"))
		s := sample{"", http2, 80, []turn{up(text.String())}}
		log := strings.Join(s.play(t, every(700)), "\n")
		if n := strings.Count(log, "http2 open text/plain [br]"); n != c.parts {
			t.Errorf("%s: %d parts, want %d", name, n, c.parts)
		}
		if n := strings.Count(log, "/short 0"); n != c.frames {
			t.Errorf("%s: %d others, want %d", name, n, c.frames)
		}
		if n := strings.Count(log, fmt.Sprintf(", body %d\n", c.size)); n != c.frames {
			t.Errorf("%s: %d others with all of their data, want %d", name, n, c.frames)
		}
	}
}

// TestHTTP2HeldIsBounded has many streams say a little each, and none end: no more is
// held than may be told at a time, whatever comes.
func TestHTTP2HeldIsBounded(t *testing.T) {
	enc := newCoder()
	p, told := newHTTP2(nil), &steps{}
	at, most := int64(0), 0
	parse := func(b string) {
		had := told.calls
		if used, err := p.Parse(telltale.ToServer, at, []byte(b), told); used != len(b) || err != nil {
			t.Fatalf("used %d of %d, %v", used, len(b), err)
		}
		at, most = at+int64(len(b)), max(most, told.calls-had)
		h := &p.half[telltale.ToServer]
		if h.weight.bytes > mostHeld || h.weight.calls > mostHeldCalls || len(h.held) > mostHeldStreams || len(h.bodies) > maxHTTP2Bodies {
			t.Fatalf("%+v of %d streams are held, %d are known", h.weight, len(h.held), len(h.bodies))
		}
	}
	parse(http2Preface)
	for i := range 3000 {
		parse(frameOf(frameHeaders, flagEndHeaders, 1+2*i, enc.block(":method POST", ":path /", "content-type text/plain", "x-long "+strings.Repeat("y", i%3000))))
		parse(frameOf(frameData, 0, 1+2*(i*7%(i+1)), "z"))
	}
	p.Close(telltale.ToServer, told)
	if h := &p.half[telltale.ToServer]; h.weight != (http2Weight{}) || len(h.held) > 0 {
		t.Errorf("%+v are held behind the end", h.weight)
	}
	if most > mostHeldCalls+2*mostHeldStreams+mostCalls {
		t.Errorf("%d calls at a time", most)
	}
}

// TestHTTP2Unknown has more streams with coded data go on than are known: of the data of
// one more it is told that they may be coded, of those of the others how they are.
func TestHTTP2Unknown(t *testing.T) {
	enc := newCoder()
	var text strings.Builder
	text.WriteString(http2Preface)
	for i := range maxHTTP2Bodies + mostHeldStreams + 2 {
		text.WriteString(frameOf(frameHeaders, flagEndHeaders, 1+2*i, enc.block(":method POST", ":path /", "content-encoding br")))
	}
	for _, i := range []int{0, maxHTTP2Bodies - 1, maxHTTP2Bodies} {
		text.WriteString(frameOf(frameData, 0, 1+2*i, strings.Repeat("x", mostHeld/2)))
	}
	s := sample{"", http2, 80, []turn{up(text.String())}}
	log := strings.Join(s.play(t, every(1000)), "\n")
	if known, unknown := strings.Count(log, "open  [br]\n"), strings.Count(log, "open  [unknown]\n"); known != 2 || unknown != 1 {
		t.Errorf("%d parts whose coding is known, want 2, and %d others, want 1", known, unknown)
	}
}

// TestHTTP2GapInHeld has bytes missing of data that were held: what is before is not
// joined with what is behind, and all others are told as they were.
func TestHTTP2GapInHeld(t *testing.T) {
	enc := newCoder()
	ask := func(stream int, path string) string {
		return frameOf(frameHeaders, flagEndHeaders, stream, enc.block(":method POST", ":path "+path, "content-encoding br"))
	}
	first := http2Preface + ask(1, "/1") + ask(3, "/3") + frameOf(frameData, 0, 3, "before and ") + frameOf(frameData, flagEndStream, 3, "then MISSING behind")[:http2Header+5]
	rest := "MISSING behind" + frameOf(frameData, flagEndStream, 1, "one")
	s := sample{"", http2, 80, []turn{up(first + rest)}}
	log := strings.Join(s.playGap(t, 0, len(first), len("MISSING")), "\n")
	for _, want := range []string{"POST /1", "POST /3", `"before and "`, `"then "`, "truncated\n", "http2 open  [br]\n\thttp.body@", `" behind"`, `"one"`} {
		if !strings.Contains(log, want) {
			t.Errorf("no %s in\n%s", want, log)
		}
	}
	if n := strings.Count(log, "end "); n != 5 {
		t.Errorf("%d messages, want the preface, two requests and what is left of both, in\n%s", n, log)
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

// TestHTTP2Bombs has the same in a thousand blocks that are small each. Fifty requests
// that tell a long header again, as programs do, are told with it.
func TestHTTP2Bombs(t *testing.T) {
	for n, again := range map[int]int{50: 1, 1000: 60} {
		c := newCoder()
		b := []byte(http2Preface + frameOf(frameHeaders, flagEndHeaders|flagEndStream, 1, c.block("x-long "+strings.Repeat("x", 3000))))
		for i := range n {
			b = append(b, frameOf(frameHeaders, flagEndHeaders|flagEndStream, 3+2*i, strings.Repeat("\xbe", again))...)
		}
		p, l := new(http2Parser), &texts{}
		if used, err := p.Parse(telltale.ToServer, 0, b, l); used != len(b) || err != nil {
			t.Fatalf("used %d of %d, %v", used, len(b), err)
		}
		p.Close(telltale.ToServer, l)
		if most := 2*maxHPACKText + timesHPACK*len(b); l.data > most || l.wire != int64(len(b)) {
			t.Errorf("%d bytes searched, at most %d may be; %d of %d accounted for", l.data, most, l.wire, len(b))
		}
		if n == 50 && l.data < (n+1)*3000 {
			t.Errorf("%d bytes searched of %d requests", l.data, n)
		}
	}
}

// TestHTTP2BehindBomb has a header of its own behind more from the table than are told,
// in the same block and in a later one: it is told, and the others are counted.
func TestHTTP2BehindBomb(t *testing.T) {
	c := newCoder()
	const few = "\x82" // a method, which leaves next to no room
	s := sample{"", http2, 80, []turn{up(http2Preface + frameOf(frameHeaders, flagEndHeaders|flagEndStream, 1, c.block("x-long "+strings.Repeat("x", 3000))) +
		frameOf(frameHeaders, flagEndHeaders|flagEndStream, 3, strings.Repeat("\xbe", 300)+strings.Repeat(few, 400)+c.block("x-imsi 262019876543210")) +
		frameOf(frameHeaders, flagEndHeaders|flagEndStream, 5, strings.Repeat("\xbf", 300)+strings.Repeat(few, 400)+c.block("x-imsi 262019876543219")))}}
	log := strings.Join(s.play(t, whole), "\n")
	for _, want := range []string{`"x-imsi: 262019876543210"`, `"x-imsi: 262019876543219"`} {
		if !strings.Contains(log, want) {
			t.Errorf("no %s is told", want)
		}
	}
	if told, untold := strings.Count(log, "x-long"), strings.Count(log, " untold"); told > 200 || untold != 2 {
		t.Errorf("%d headers of 3000 bytes are told, and of %d messages it is said that they lack some", told, untold)
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

package dissect

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	nethttp "net/http"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

var httpSamples = []sample{
	{"registration", http, 80, []turn{
		up("POST / HTTP/1.1\r\nContent-type:application/encrypted-json\r\nX-forwarded-for: 117.61.5.70\r\nContent-Length: 28\r\nHost: zzhc.vnet.cn\r\nUser-Agent: zzhc/1.0.0\r\n\r\neyJJTUVJMSI6IjAwMTAxMjcwNCJ9"),
		down("HTTP/1.1 200 OK\r\nContent-Length: 41\r\nContent-Type: application/json\r\n\r\n{\"resultCode\":\"0\",\"resultDesc\":\"Success\"}"),
	}},
	{"pipelined, HEAD among them", http, 8080, []turn{
		up("GET /a?imei=001012704839210 HTTP/1.1\r\nHost: a.test\r\n\r\nHEAD /b HTTP/1.1\r\nHost: a.test\r\n\r\nGET /c HTTP/1.1\r\nHost: a.test\r\n\r\n"),
		down("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\naaaHTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 900\r\n\r\n"),
	}},
	{"chunks with extensions, zeros and a trailer", http, 80, []turn{
		up("POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\nContent-Encoding: gzip\r\n\r\n0005;imei=\"001012704839210\"\r\nhello\r\n006 \r\n world\r\n0\r\nX-Mac: 02:00:5e:10:7a:c4\r\nX-B: c\r\n\r\n"),
		down("HTTP/1.1 200\nTransfer-Encoding:\n\tgzip,\n\tChunked\n\n3\nabc\n0;last\n\n"),
		up("GET / HTTP/1.0\n\n"),
		down("HTTP/1.0 200 fine\r\ncontent-encoding: DEFLATE , br\r\n\r\nuntil the end\r\n\r\n"),
	}},
	{"continue", http, 80, []turn{
		up("PUT /x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"),
		down("HTTP/1.1 100 Continue\r\n\r\n"),
		up("body"),
		down("HTTP/1.1 204 No Content\r\n\r\n"),
		up("\r\nGET /y HTTP/1.1\r\n\r\n"),
		down("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
	}},
	{"websocket", http, 80, []turn{
		up("GET /ws HTTP/1.1\r\nHost: w.test\r\nUpgrade: websocket\r\n\r\n"),
		down("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x05hello"),
		up("\x81\x85\x01\x02\x03\x04abcde"),
	}},
	{"tunnel", http, 3128, []turn{
		up("CONNECT far.test:443 HTTP/1.1\r\nHost: far.test:443\r\n\r\n"),
		down("HTTP/1.1 200 Connection established\r\n\r\n"),
		up("\x16\x03\x01 anything"), down("anything"),
	}},
	{"HTTP/0.9", http, 80, []turn{up("GET /old\r\n"), down("HT is how this page begins\r\n\r\n")}},
	{"folded, spaced and odd", http, 80, []turn{
		up("M-SEARCH * HTTP/1.1\r\nHOST : m.test\r\nX-Long: one\r\n two 001012704839210\r\nno colon here\r\nUser-Agent:\tu\x00a \r\nHost: other\r\nContent-Length: 2, 2\r\n\r\nab"),
		up("GET http://abs.test/a b HTTP/1.1 \r\n\r\n"),
	}},
	{"a body nobody announced", http, 80, []turn{up("POST / HTTP/1.1\r\nHost: a.test\r\n\r\nimei=001012704839210")}},
	{"response first", http, 80, []turn{down("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), up("GET / HTTP/1.1\r\n\r\n"), down("HTTP/1.1 404 no\r\nContent-Length: 1\r\n\r\nx")}},
	{"bad chunk", http, 80, []turn{up("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n"), down("HTTP/1.1 400 no\r\n\r\n")}},
	{"bad chunk size", http, 80, []turn{up("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n")}},
	{"long head", http, 80, []turn{up("GET /" + strings.Repeat("a", 3000) + " HTTP/1.1\r\nCookie: " + strings.Repeat("c", 3000) + "\r\n\r\n")}},
	{"endless length", http, 80, []turn{up("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\nabc")}},
}

// bodyOf plays turns as HTTP and returns the bodies, joined by "|".
func bodiesOf(t testing.TB, turns ...turn) string {
	s := sample{"", http, 80, turns}
	o := &bodies{owner: s.owner(t)}
	for _, turn := range turns {
		for _, b := range every(5)(turn.b) {
			h := &o.dirs[turn.dir]
			h.pending = append(h.pending, b...)
			n, _ := o.parser.Parse(turn.dir, h.at, h.pending, o)
			h.pending, h.at = h.pending[n:], h.at+int64(n)
		}
	}
	for d := range o.dirs {
		o.parser.Close(telltale.Direction(d), o)
	}
	return strings.Join(o.all, "|")
}

// bodies keeps the bodies alone.
type bodies struct {
	*owner
	all []string
}

func (o *bodies) Begin(m *Message)                   { o.all = append(o.all, "") }
func (o *bodies) Field(*Message, Field)              {}
func (o *bodies) Body(_ *Message, _ int64, b []byte) { o.all[len(o.all)-1] += string(b) }
func (o *bodies) End(*Message)                       {}

func TestHTTPFraming(t *testing.T) {
	for name, c := range map[string]struct {
		turns []turn
		want  string
	}{
		"transfer coding beats length": {[]turn{up("POST / HTTP/1.1\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n")}, "ab"},
		"first of two lengths":         {[]turn{up("POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc")}, "ab"},
		"bad length is none":           {[]turn{down("HTTP/1.1 200 OK\r\nContent-Length: 2x\r\n\r\nabc")}, "abc"},
		"chunked must be last":         {[]turn{down("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n2\r\n")}, "2\r\n"},
		"HEAD has no body":             {[]turn{up("HEAD / HTTP/1.1\r\n\r\n"), down("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")}, "||x"},
		"chunk size in capitals":       {[]turn{down("HTTP/1.1 200 OK\r\nTransfer-Encoding: \vchunked\r\n\r\n000A\r\n0123456789\r\n0\r\n\r\n")}, "0123456789"},
		"no request with a version 2":  {[]turn{up("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")}, ""},
		"tunnel refused":               {[]turn{up("CONNECT a:1 HTTP/1.1\r\n\r\n"), down("HTTP/1.1 403 no\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\ny")}, "|x|y"},
	} {
		if got := bodiesOf(t, c.turns...); got != c.want {
			t.Errorf("%s: bodies %q, want %q", name, got, c.want)
		}
	}
}

// TestHTTPAbsolute has targets in absolute form (RFC 9112, section 3.2.2): they say who
// is asked, whatever the field Host does, and are told as written.
func TestHTTPAbsolute(t *testing.T) {
	for line, want := range map[string]string{
		"GET http://c.example.net/x?imei=001012704839210 HTTP/1.1\r\nHost: other.example.org":    "c.example.net",
		"GET http://c.example.net/x?imei=001012704839210 HTTP/1.0":                               "c.example.net",
		"GET http://user:pw@c.example.net:81/x?imei=001012704839210 HTTP/1.1\r\nHost:":           "c.example.net:81",
		"GET https://[2001:db8::1]:81?imei=001012704839210 HTTP/1.1":                             "[2001:db8::1]:81",
		"GET Http://c.example.net HTTP/1.1\r\nX: 001012704839210":                                "c.example.net",
		"OPTIONS http://c.example.net HTTP/1.1\r\nX: 001012704839210":                            "c.example.net",
		"GET http:///x?imei=001012704839210 HTTP/1.1\r\nHost: a.test":                            "a.test",
		"GET /x?u=http://c.example.net/&imei=001012704839210 HTTP/1.1\r\nHost: a.test":           "a.test",
		"CONNECT c.example.net:443 HTTP/1.1\r\nHost: a.test\r\nX: 001012704839210":               "a.test",
		"GET /x?imei=001012704839210 HTTP/1.1\r\nHost: a.test\r\nReferer: http://c.example.net/": "a.test",
	} {
		text := []byte(line + "\r\n\r\n")
		var head httpHead
		head.read(text)
		if got := string(head.Host); got != want {
			t.Errorf("%.60q: %q, want %q", line, got, want)
		}
		if _, rest, _ := strings.Cut(line, " "); !strings.HasPrefix(rest, string(head.URL)+" HTTP/1.") {
			t.Errorf("%.60q: told as %q", line, head.URL)
		}
		s := sample{"", http, 80, []turn{{telltale.ToServer, text}}}
		if log := strings.Join(s.play(t, whole), "\n"); !strings.Contains(log, "001012704839210") {
			t.Errorf("%.60q: not all of the head is given to search:\n%s", line, log)
		}
	}
}

func TestHTTPGap(t *testing.T) {
	for name, c := range map[string]struct {
		s           sample
		turn, at, n int
		want        []string
	}{
		"in a counted body": {
			sample{"", http, 80, []turn{up("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n0123456789GET / HTTP/1.1\r\n\r\n")}},
			0, 40, 5,
			[]string{`http.body@39 "0"`, `http.body@45 "6789"`, "end 0+44, body 5, truncated", "GET /"},
		},
		"in a chunk": {
			sample{"", http, 80, []turn{down("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n1\r\nf\r\n0\r\n\r\n")}},
			0, 52, 2,
			[]string{`http.body@50 "ab"`, `http.body@54 "e"`, `http.body@60 "f"`, "truncated"},
		},
		"to a chunk's end": {
			sample{"", http, 80, []turn{down("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n1\r\nf\r\n0\r\n\r\n")}},
			0, 52, 3,
			[]string{`http.body@50 "ab"`, `http.body@60 "f"`, "truncated"},
		},
		"over the response to HEAD": {
			sample{"", http, 80, []turn{up("HEAD / HTTP/1.1\r\n\r\n"), down("HTTP/1.1 200 OK\r\n\r\n"), up("GET / HTTP/1.1\r\n\r\n"), down("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")}},
			1, 0, 19,
			[]string{`http.body@57 "x"`},
		},
		"until the end": {
			sample{"", http, 80, []turn{down("HTTP/1.1 200 OK\r\n\r\nabcde")}},
			0, 20, 2,
			[]string{`http.body@19 "a"`, `http.body@22 "de"`, "truncated"},
		},
		"over a message's end": {
			sample{"", http, 80, []turn{up("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /lost HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\n\r\n")}},
			0, 40, 23,
			[]string{`http.body@38 "ab"`, "truncated", "GET /next"},
		},
		"in a head": {
			sample{"", http, 80, []turn{up("GET /lost HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\n\r\n")}},
			0, 12, 10,
			[]string{"GET /next"},
		},
		"in a field": {
			sample{"", http, 80, []turn{up("\r\nGET /a?imei=001012704839210 HTTP/1.1\r\nHost: a.test\r\nUser-Agent: Phone/1 here\r\n\r\n")}},
			0, 73, 4,
			[]string{"GET /a?imei=001012704839210 0 HTTP/1.1 host=a.test ua= length=-1", `Phone/1"`, "truncated"},
		},
		"in a field of HEAD": {
			sample{"", http, 80, []turn{up("HEAD /a HTTP/1.1\r\nHost: a.test\r\n\r\n"), down("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 204 no\r\n\r\n")}},
			0, 24, 8,
			[]string{"HEAD /a", "204"},
		},
		"in a response's field": {
			sample{"", http, 80, []turn{down("HTTP/1.1 302 Found\r\nContent-Length: 9\r\nLocation: /b\r\n\r\n")}},
			0, 45, 4,
			[]string{" 302 HTTP/1.1", "length=9", "truncated"},
		},
	} {
		log := strings.Join(c.s.playGap(t, c.turn, c.at, c.n), "\n")
		for _, want := range c.want {
			if !strings.Contains(log, want) {
				t.Errorf("%s: no %q in\n%s", name, want, log)
			}
		}
	}
}

// TestHTTPCut has a capture end within a head: what came of it is told, of the target
// too, and the last field is not read.
func TestHTTPCut(t *testing.T) {
	const head = "GET /a?imei=001012704839210 HTTP/1.1\r\nHost: a.test\r\nUser-Agent: Phone/1\r\n\r\n"
	line, host := strings.Index(head, "\n"), strings.Index(head, "\nUser")
	target := strings.Index(head, " HTTP")
	for n := 1; n < len(head); n++ {
		s := sample{"", http, 80, []turn{up(head[:n])}}
		log := strings.Join(s.play(t, whole), "\n")
		if told := strings.Contains(log, head[:min(n, target)]+" "); told != (n > len("GET ")) {
			t.Errorf("%q: told: %v in %s", head[:n], told, log)
		}
		if version := strings.Contains(log, " 0 HTTP/1.1"); version != (n >= line-1) {
			t.Errorf("%q: version: %v in %s", head[:n], version, log)
		}
		if read := strings.Contains(log, "host=a.test"); read != (n > host) {
			t.Errorf("%q: host read: %v", head[:n], read)
		}
		if strings.Contains(log, "ua=P") != (n > len(head)-3) || n > len("GET ") && !strings.Contains(log, "truncated") {
			t.Errorf("%q: %s", head[:n], log)
		}
	}
}

// TestHTTPSwitch expects the switch to be told once in each direction, so that
// HTTP inside a tunnel can be read by the same parser.
func TestHTTPSwitch(t *testing.T) {
	var p httpParser
	parse := func(d telltale.Direction, b string) (int, error) { return p.Parse(d, 0, []byte(b), &drain{}) }
	parse(telltale.ToServer, "CONNECT a.test:80 HTTP/1.1\r\n\r\n")
	parse(telltale.ToClient, "HTTP/1.1 200 OK\r\n\r\n")
	for d, b := range map[telltale.Direction]string{telltale.ToServer: "GET / HTTP/1.1\r\n\r\n", telltale.ToClient: "HTTP/1.1 204 OK\r\n\r\n"} {
		if n, err := parse(d, b); n != 0 || !errors.Is(err, ErrSwitched) {
			t.Errorf("%v: used %d, %v; want the switch to be told", d, n, err)
		}
		if n, err := parse(d, b); n != len(b) || err != nil {
			t.Errorf("%v: used %d, %v inside the tunnel", d, n, err)
		}
	}
}

func TestHTTPHeadLimit(t *testing.T) {
	long := "GET / HTTP/1.1\r\nX: " + strings.Repeat("x", MaxWait) + "\r\n\r\n"
	for _, b := range []string{long, long[:MaxWait+1]} {
		var p httpParser
		n, err := p.Parse(telltale.ToServer, 0, []byte(b), nil)
		if n != 0 || !errors.Is(err, errTooLong) {
			t.Errorf("%d bytes of head: used %d, %v", len(b), n, err)
		}
	}
}

// TestHTTPSearchesOnce expects that bytes which wait are not searched again:
// work stays linear when a head comes byte by byte.
func TestHTTPSearchesOnce(t *testing.T) {
	for _, b := range []string{"GET /" + strings.Repeat("a", 5000), "GET / HTTP/1.1\r\nX: " + strings.Repeat("a", 5000)} {
		var p httpParser
		if n, err := p.Parse(telltale.ToServer, 0, []byte(b), nil); n != 0 || err != nil {
			t.Fatal(n, err)
		}
		if seen := p.half[telltale.ToServer].seen; seen != len(b) {
			t.Errorf("%d of %d bytes count as searched", seen, len(b))
		}
	}
}

func TestHeadNames(t *testing.T) {
	head := "\r\nGET /?a=1 HTTP/1.1\r\nUser-Agent: ua\r\nX-Fold: a\r\n b\r\n\tc\r\nnocolon\r\n\r\n"
	status := "HTTP/1.1 200 fine\r\nServer: s\r\n\r\n"
	for _, c := range []struct{ head, at, name, key string }{
		{head, "a=1", "http.url", ""},
		{head, "ua", "http.header:user-agent", "user-agent"},
		{head, "User", "http.header", ""},
		{head, " b\r", "http.header:x-fold", "x-fold"},
		{head, "c\r\nno", "http.header:x-fold", "x-fold"},
		{head, "nocolon", "http.header", ""},
		{status, "fine", "http.status", ""},
		{status, "s\r\n\r", "http.header:server", "server"},
	} {
		name, key := headNamer{}.NameAt([]byte(c.head), strings.Index(c.head, c.at))
		if name != c.name || key != c.key {
			t.Errorf("%q is %q, %q, want %q, %q", c.at, name, key, c.name, c.key)
		}
	}
	trailer := "A: b\r\nX-Mac: 1\r\n\r\n"
	if name, key := (trailerNamer{}).NameAt([]byte(trailer), strings.Index(trailer, "1")); name != "http.trailer:x-mac" || key != "x-mac" {
		t.Errorf("trailer names %q, %q", name, key)
	}
	far := "A: b\r\n" + strings.Repeat("x", 2*maxNameBack)
	for off := range []int{-1, 0, 7, len(far) - 1, len(far), len(far) + 5} {
		headNamer{}.NameAt([]byte(far), off)
	}
	if name, _ := (headNamer{}).NameAt([]byte(far), len(far)-1); name != "http.head" {
		t.Errorf("a place far from its name is %q", name)
	}
}

// TestHTTPOracle builds heads at random and compares with net/http where it
// takes them.
func TestHTTPOracle(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	pick := func(of ...string) string { return of[rnd.IntN(len(of))] }
	agreed := 0
	for range 3000 {
		eol := pick("\r\n", "\r\n", "\n")
		var b strings.Builder
		fmt.Fprint(&b, pick("GET", "POST", "PATCH", "M-SEARCH"), " ", pick("/", "/a?b=c", "*"), " HTTP/1.", pick("0", "1"), eol, "Host: a.test", eol)
		for range rnd.IntN(4) {
			fmt.Fprint(&b, pick("User-Agent:ua", "user-agent: b ", "Content-Type:  x/y", "X: y", "Content-Length: 3", "Transfer-Encoding: chunked", "Content-Length: 03"), eol)
		}
		fmt.Fprint(&b, eol, pick("abc", "3\r\nabc\r\n0\r\n\r\n", "2;x\r\nab\r\n1\r\nc\r\n0\r\nT: u\r\n\r\n", ""))
		agreed += agreeHTTP(t, b.String())
	}
	if agreed < 1000 {
		t.Errorf("net/http took only %d heads", agreed)
	}
}

// agreeHTTP returns 1 where net/http reads the request, and checks that the
// parser then says the same.
func agreeHTTP(t *testing.T, text string) int {
	r, err := nethttp.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		return 0
	}
	want, err := io.ReadAll(r.Body)
	if err != nil {
		return 0
	}
	var head httpHead
	var h httpHalf
	end, err := h.headEnd([]byte(text))
	if err != nil || end == 0 {
		t.Fatalf("%q: %d, %v", text, end, err)
	}
	head.read([]byte(text)[:end])
	got := []string{string(head.Method), string(head.URL), string(head.Version), string(head.Host), string(head.UserAgent), string(head.ContentType)}
	oracle := []string{r.Method, r.RequestURI, r.Proto, r.Host, r.UserAgent(), r.Header.Get("Content-Type")}
	if !slices.Equal(got, oracle) {
		t.Fatalf("%q:\n got %q\nwant %q", text, got, oracle)
	}
	if body, _, _ := strings.Cut(bodiesOf(t, up(text)), "|"); body != string(want) && r.ProtoMinor == 1 {
		t.Fatalf("%q: body %q, want %q", text, body, want)
	}
	return 1
}

// drain is a sink that keeps nothing.
type drain struct{ bytes int64 }

func (*drain) Begin(*Message)                                      {}
func (s *drain) Field(_ *Message, f Field)                         { s.bytes += int64(len(f.Data)) }
func (s *drain) Body(_ *Message, _ int64, b []byte)                { s.bytes += int64(len(b)) }
func (*drain) End(*Message)                                        {}
func (s *drain) Opaque(_ telltale.Direction, _, n int64, _ string) { s.bytes += n }

func TestBodiesAllocateNothing(t *testing.T) {
	for name, p := range pushers() {
		if n := testing.AllocsPerRun(100, p); n != 0 {
			t.Errorf("%s: %v allocations a piece", name, n)
		}
	}
}

// pushers are functions that parse one more piece of 1,400 bytes of a
// message or record without end in sight.
func pushers() map[string]func() {
	piece := bytes.Repeat([]byte("x"), 1400)
	chunk := append([]byte("572\r\n"), piece[:1394+1-1]...)
	chunk = append(chunk[:5+0x572], "\r\n"...)
	record := append([]byte{23, 3, 3, 5, 0x73}, piece[:1395]...)
	push := func(p Parser, head string, b []byte) func() {
		s, at := &drain{}, int64(len(head))
		p.Parse(telltale.ToServer, 0, []byte(head), s)
		return func() {
			n, err := p.Parse(telltale.ToServer, at, b, s)
			if n != len(b) || err != nil {
				panic(fmt.Sprint(n, err))
			}
			at += int64(n)
		}
	}
	return map[string]func(){
		"http counted": push(new(httpParser), "POST / HTTP/1.1\r\nContent-Length: 999999999999999999\r\n\r\n", piece),
		"http chunked": push(new(httpParser), "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", chunk),
		"tls":          push(new(tlsParser), "", record),
		"unknown":      push(new(unknownParser), "", piece),
	}
}

func BenchmarkPush(b *testing.B) {
	pushers := pushers()
	for _, name := range []string{"http counted", "http chunked", "tls", "unknown"} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(1400)
			b.ReportAllocs()
			for b.Loop() {
				pushers[name]()
			}
		})
	}
}

func BenchmarkHTTPExchange(b *testing.B) {
	s := httpSamples[0]
	sink := &drain{}
	p := s.of.New(s.newFlow())
	b.SetBytes(int64(len(s.turns[0].b) + len(s.turns[1].b)))
	b.ReportAllocs()
	for b.Loop() {
		for _, t := range s.turns {
			p.Parse(t.dir, 0, t.b, sink)
		}
	}
}

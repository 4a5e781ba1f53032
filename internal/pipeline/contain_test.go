package pipeline

import (
	"bytes"
	"slices"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/dissect"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/wire"
)

// fragile is a parser that panics in one of its methods, in the direction to
// the server, once it has seen a '!'.
type fragile struct {
	dissect.Parser
	in   string
	seen bool
}

func (p *fragile) Parse(d telltale.Direction, at int64, b []byte, s dissect.Sink) (int, error) {
	n, err := p.Parser.Parse(d, at, b, s)
	for _, c := range b {
		p.seen = p.seen || c == '!' && d == telltale.ToServer
	}
	p.trip("Parse", d)
	return n, err
}

func (p *fragile) Gap(d telltale.Direction, at, n int64, s dissect.Sink) bool {
	p.trip("Gap", d)
	return p.Parser.Gap(d, at, n, s)
}

func (p *fragile) Cut(d telltale.Direction, at int64, b []byte, s dissect.Sink) int {
	p.trip("Cut", d)
	return p.Parser.(dissect.Cutter).Cut(d, at, b, s)
}

func (p *fragile) Close(d telltale.Direction, s dissect.Sink) {
	p.trip("Close", d)
	p.Parser.Close(d, s)
}

func (p *fragile) trip(in string, d telltale.Direction) {
	if p.in == in && p.seen && d == telltale.ToServer {
		panic("fragile")
	}
}

// A lost parser makes no progress any more, in one of several ways, once it
// has seen a '!' in the direction to the server.
type lost struct {
	dissect.Parser
	wanders func(d telltale.Direction, b []byte, s dissect.Sink) (int, error)
	seen    bool
}

func (p *lost) Parse(d telltale.Direction, at int64, b []byte, s dissect.Sink) (int, error) {
	if d == telltale.ToServer && (p.seen || bytes.IndexByte(b, '!') >= 0) {
		p.seen = true
		return p.wanders(d, b, s)
	}
	return p.Parser.Parse(d, at, b, s)
}

// ways are the ways to make no progress.
var ways = map[string]func(telltale.Direction, []byte, dissect.Sink) (int, error){
	"tells for ever": func(d telltale.Direction, _ []byte, s dissect.Sink) (int, error) {
		for {
			m := &dissect.Message{Proto: "http", Dir: d}
			s.Begin(m)
			s.End(m)
		}
	},
	"reads past the end for ever": func(_ telltale.Direction, b []byte, _ dissect.Sink) (int, error) {
		for c := wire.New(b); c.Off() < len(b); {
			c.U32()
		}
		return len(b), nil
	},
	"switches for ever": func(telltale.Direction, []byte, dissect.Sink) (int, error) {
		return 0, dissect.ErrSwitched
	},
}

// fragileHTTP has every HTTP parser of the test panic in a method.
func fragileHTTP(t *testing.T, in string) {
	http := dissect.All[0]
	sound := http.New
	http.New = func(f *flow.Flow) dissect.Parser { return &fragile{Parser: sound(f), in: in} }
	t.Cleanup(func() { http.New = sound })
}

// TestPanic has a parser panic: its direction is read raw from there, what it
// had in hand is counted, and the other direction and other flows go on.
func TestPanic(t *testing.T) {
	for _, in := range []string{"Parse", "Gap", "Cut", "Close"} {
		t.Run(in, func(t *testing.T) {
			fragileHTTP(t, in)
			h := hear(t, panicking(in))
			if h.tally.Payload.Skipped[telltale.SkipParserPanic] == 0 {
				t.Errorf("no bytes are counted: %+v", h.tally.Payload)
			}
			found := map[string]bool{}
			for _, s := range h.sightings() {
				found[s.Value.Raw()+" "+s.Direction.String()] = true
			}
			if !found[imei+" to_client"] || !found[other+" to_server"] {
				t.Errorf("the other direction or the other flow was lost: %v", found)
			}
			if in == "Parse" && !found[imei+" to_server"] {
				t.Error("what followed was not read raw")
			}
		})
	}
}

// TestStuck has a parser make no progress: steps are counted, and the flow goes
// on without it as after a panic.
func TestStuck(t *testing.T) {
	http := dissect.All[0]
	sound := http.New
	t.Cleanup(func() { http.New = sound })
	for name, way := range ways {
		http.New = func(f *flow.Flow) dissect.Parser { return &lost{Parser: sound(f), wanders: way} }
		packets := panicking("Parse")
		h := hear(t, packets)
		if h.tally.Payload.Skipped[telltale.SkipParserStuck] == 0 {
			t.Errorf("%s: no bytes are counted: %+v", name, h.tally.Payload)
		}
		found := map[string]bool{}
		for _, s := range h.sightings() {
			found[s.Value.Raw()+" "+s.Direction.String()] = true
		}
		if !found[imei+" to_client"] || !found[imei+" to_server"] || !found[other+" to_server"] {
			t.Errorf("%s: what followed, the other direction or the other flow was lost: %v", name, found)
		}
		two := hearWith(t, packets, Config{Workers: 2, Messages: true, Crashes: true}, 1)
		c := two.crashes(t)
		if len(c) != 1 || c[0].Reason != telltale.SkipParserStuck || c[0].Parser != "http" || !bytes.Contains(c[0].Data, []byte("POST /a")) {
			t.Errorf("%s: told of %+v", name, c)
		}
	}
}

// crashes returns what was told of parsers that failed, and takes it out.
func (h *heard) crashes(t *testing.T) (all []*Crash) {
	t.Helper()
	h.events = slices.DeleteFunc(h.events, func(e *Event) bool {
		if e.Crash != nil {
			all = append(all, e.Crash)
		}
		return e.Crash != nil
	})
	return all
}

// TestCrashes tells of a parser that panicked what it was given and where, of
// not more bytes and not more parsers than the bounds, and changes nothing else.
func TestCrashes(t *testing.T) {
	for _, in := range []string{"Parse", "Gap", "Cut", "Close"} {
		fragileHTTP(t, in)
		want := hear(t, panicking(in)).lines(true)
		h := hearWith(t, panicking(in), Config{Workers: 2, Messages: true, Crashes: true}, 1)
		c := h.crashes(t)
		if len(c) != 1 || c[0].Reason != telltale.SkipParserPanic || c[0].Dir != telltale.ToServer || c[0].Where[:25] != "pipeline/contain_test.go:" {
			t.Fatalf("%s: told of %+v", in, c)
		}
		if in == "Parse" && (c[0].At != 0 || !bytes.HasPrefix(c[0].Data, []byte("POST /a"))) {
			t.Errorf("told of %+v", c[0])
		}
		same(t, in, h.lines(true), want)
	}
	fragileHTTP(t, "Parse")
	c, at := lab.NewCapture(1), start
	for range 2 * maxCrashes {
		at += 1e6
		bad := c.Conn(at, phone, server, 80, lab.Carriage{})
		bad.Send(telltale.ToServer, post("!"+filler(2*maxCrash)))
	}
	all := hearWith(t, framesOf(c), Config{Workers: 1, Crashes: true}, 0).crashes(t)
	if len(all) != maxCrashes {
		t.Errorf("told of %d parsers that failed, want %d", len(all), maxCrashes)
	}
	for _, c := range all {
		if len(c.Data) == 0 || len(c.Data) > maxCrash {
			t.Errorf("%d bytes of one", len(c.Data))
		}
	}
}

// TestPanicInAlt has the search of a conflicting copy panic.
func TestPanicInAlt(t *testing.T) {
	packets := talk(9, lab.Carriage{}, func(c *lab.Conn) {
		c.Open()
		c.Send(telltale.ToServer, []byte("\x00\x01"+filler(60)))
	})
	packets = append(packets, conflicting(packets, "\x00\x01 "+plain))
	src, tally, c := &frames{packets: packets}, newTally(), newCrew(Config{Engine: engine})
	var l load
	_ = l.read(t.Context(), src, new(flow.Clock), tally)
	w := c.workers[0]
	sound := w.search
	w.search = nil
	c.batch(&l)
	w.search = sound
	c.finish(flow.Instant{})
	c.close(tally)
	checkBooks(t, tally, len(packets))
}

// panicking captures a flow whose parser will panic, and a sound one beside it.
func panicking(in string) []capture.Packet {
	c := lab.NewCapture(1)
	bad := c.Conn(start, phone, server, 80, lab.Carriage{})
	if in == "Gap" {
		bad.Lose(telltale.ToServer, spread(90, 5)[0])
	}
	bad.Open()
	if in == "Cut" {
		bad.Send(telltale.ToServer, append(post("!"), "GET /a HTTP/1.1\r\nHost: a"...))
	} else {
		bad.Send(telltale.ToServer, append(post("!" + filler(40))[:80], filler(30)...))
		bad.Send(telltale.ToServer, []byte(" imei="+imei+" "))
	}
	bad.Send(telltale.ToClient, answer("200 OK", "imei="+imei))
	bad.Close(telltale.ToServer)
	good := c.Conn(start+1000, phone, server, 80, lab.Carriage{})
	good.Open()
	good.Send(telltale.ToServer, post("imei="+other))
	good.Close(telltale.ToServer)
	return framesOf(c)
}

// TestFault has the engine fail outside of any parser, at each packet of a
// capture in turn: what else is told stands, and every byte is counted as what
// it is.
func TestFault(t *testing.T) {
	packets := panicking("Parse")
	again := slices.Clone(packets[len(packets)/2:]) // a part comes twice: it is repeated
	packets = append(packets, renumbered(again, len(packets))...)
	without := hear(t, packets)
	sound, repeated := len(without.sightings()), without.tally.Payload.Repeated
	if sound == 0 || repeated == 0 {
		t.Fatal("nothing to lose")
	}
	least, most := sound, 0
	for i := range packets {
		h, c := new(heard), newCrew(Config{Engine: engine})
		l, tally := new(load), newTally()
		if err := l.read(t.Context(), &frames{packets: packets, each: len(packets)}, new(flow.Clock), tally); err != nil {
			t.Fatal(err)
		}
		l.headers[i].PayloadEnd = 1 << 20
		c.batch(l)
		c.finish(flow.Instant{})
		if err := h.Put(t.Context(), c.merge()); err != nil {
			t.Fatal(err)
		}
		c.close(tally)
		tally.settle()
		h.tally = tally
		if tally.Faults != 1 {
			t.Fatalf("packet %d: %d faults", i, tally.Faults)
		}
		checkBooks(t, tally, len(packets))
		if i == len(packets)-1 && tally.Payload.Repeated != repeated {
			t.Errorf("%d bytes were repeated, not %d", tally.Payload.Repeated, repeated)
		}
		n := len(h.sightings())
		least, most = min(least, n), max(most, n)
	}
	if least == 0 || most < sound {
		t.Errorf("%d sightings without a fault, with one %d to %d", sound, least, most)
	}
}

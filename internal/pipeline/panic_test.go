package pipeline

import (
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/dissect"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/lab"
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

func (p *fragile) Close(d telltale.Direction, s dissect.Sink) {
	p.trip("Close", d)
	p.Parser.Close(d, s)
}

func (p *fragile) trip(in string, d telltale.Direction) {
	if p.in == in && p.seen && d == telltale.ToServer {
		panic("fragile")
	}
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
	for _, in := range []string{"Parse", "Gap", "Close"} {
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

// TestPanicInAlt has the search of a conflicting copy panic.
func TestPanicInAlt(t *testing.T) {
	packets := talk(9, lab.Carriage{}, func(c *lab.Conn) {
		c.Open()
		c.Send(telltale.ToServer, []byte("\x00\x01"+filler(60)))
	})
	packets = append(packets, conflicting(packets, "\x00\x01 "+plain))
	src, tally, w := &frames{packets: packets}, newTally(), newWorker(Config{Engine: engine})
	var l load
	_ = l.read(t.Context(), src, tally)
	sound := w.search
	w.search = nil
	w.batch(&l, 0, 1)
	w.search = sound
	w.finish()
	w.close(tally)
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
	bad.Send(telltale.ToServer, append(post("!" + filler(40))[:80], filler(30)...))
	bad.Send(telltale.ToServer, []byte(" imei="+imei+" "))
	bad.Send(telltale.ToClient, answer("200 OK", "imei="+imei))
	bad.Close(telltale.ToServer)
	good := c.Conn(start+1000, phone, server, 80, lab.Carriage{})
	good.Open()
	good.Send(telltale.ToServer, post("imei="+other))
	good.Close(telltale.ToServer)
	return framesOf(c)
}

package pipeline

import (
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/lab"
)

// TestTails cuts a value where its connection gives way to others: it is found
// once, in the packets of both sides of the cut.
func TestTails(t *testing.T) {
	value := strings.Index(string(post(plain)), imei)
	for _, cuts := range [][]int{{value + 1}, {value + 7}, {value + 13}, {20, value + 3}, {value + 5, value + 6, value + 9}} {
		got := hear(t, cutOften(cuts, ""))
		s := got.sightings()
		if len(s) != 1 || s[0].Value.Raw() != imei || s[0].View != telltale.ViewMain || len(s[0].Packets) < 2 {
			t.Errorf("cut at %d: found %d times", cuts, len(s))
		}
		if got.tally.Suppressed[streamsEvicted] == 0 {
			t.Errorf("cut at %d: nothing gave way", cuts)
		}
	}
}

// TestTailsGlueNothing has bytes missing between what gave way and what comes
// next: their ends would make a value, and do not.
func TestTailsGlueNothing(t *testing.T) {
	value := strings.Index(string(post(plain)), imei)
	if s := hear(t, cutOften([]int{value + 7}, "7")).sightings(); len(s) != 0 {
		t.Errorf("%d sightings across a hole", len(s))
	}
}

// cutOften says a request in parts, between which so many others speak that
// their connection gives way. What is lost is missing at the first cut.
func cutOften(cuts []int, lost string) []capture.Packet {
	all := lab.NewCapture(1)
	say, at := string(post(plain)), 0
	c := all.Conn(start, phone, server, 80, lab.Carriage{})
	c.Open()
	for i, cut := range append(cuts, len(say)) {
		c.Send(telltale.ToServer, []byte(say[at:cut]))
		if at = cut; at == len(say) {
			break
		}
		for n := range int64(1100) {
			o := all.Conn(c.Now()+n*1e5, phone, server, 80, lab.Carriage{})
			o.Open()
			o.Send(telltale.ToServer, []byte("POST / HTTP/1.1\r\nContent-Length: 99\r\n\r\nnoise"))
		}
		c.Wait(2e8)
		if i == 0 && lost != "" {
			c.Lose(telltale.ToServer, telltale.Range{Start: int64(at), End: int64(at + len(lost))})
			c.Send(telltale.ToServer, []byte(lost))
		}
	}
	return framesOf(all)
}

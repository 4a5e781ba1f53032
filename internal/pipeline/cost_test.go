package pipeline

import (
	"runtime"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/lab"
)

// TestCosts measures what a flow of each class takes with all that reads it: a
// table's budget counts with these figures (flow, budget.go), and some more for
// what its lists and indexes hold.
func TestCosts(t *testing.T) {
	udp := func(c *lab.Capture, at int64) *lab.Datagrams { return c.Datagrams(at, phone, server, 4000) }
	for name, c := range map[string]struct {
		begin  func(c *lab.Capture, at int64)
		counts int64
	}{
		"opening": {func(c *lab.Capture, at int64) { c.Conn(at, phone, server, 80, lab.Carriage{}).Open() }, 512},
		"lone":    {func(c *lab.Capture, at int64) { udp(c, at).Send(telltale.ToServer, []byte("noise")) }, 1792},
		"datagram": {func(c *lab.Capture, at int64) {
			u := udp(c, at)
			u.Send(telltale.ToServer, []byte("noise"))
			u.Send(telltale.ToClient, []byte("echo"))
		}, 1792},
		"spoken": {func(c *lab.Capture, at int64) {
			conn := c.Conn(at, phone, server, 80, lab.Carriage{})
			conn.Open()
			conn.Send(telltale.ToServer, []byte("POST / HTTP/1.1\r\nHost: flood.example\r\nContent-Length: 99999\r\n\r\nnoise"))
		}, 2560},
		"carrying": {func(c *lab.Capture, at int64) {
			conn := c.Conn(at, phone, server, 80, lab.Carriage{})
			conn.Open()
			conn.Send(telltale.ToServer, []byte("GET / HTTP/1.1\r\nHost: flood.example\r\n\r\n"))
			conn.Send(telltale.ToClient, answer("200 OK", "ok"))
		}, 1792},
	} {
		t.Run(name, func(t *testing.T) {
			const flows = 200 // that all fit
			capture := lab.NewCapture(1)
			for i := range int64(2 * flows) {
				c.begin(capture, start+i*1e6)
			}
			packets := framesOf(capture)
			half := len(packets) / 2
			crew, tally := newCrew(Config{Engine: engine}), newTally()
			carry := func(from, to int) uint64 {
				l := new(load)
				_ = l.read(t.Context(), &frames{packets: packets[from:to], each: to - from}, new(flow.Clock), tally)
				crew.batch(l)
				var m runtime.MemStats
				l = nil
				runtime.GC()
				runtime.GC() // what pools hold goes with the second
				runtime.ReadMemStats(&m)
				return m.HeapAlloc
			}
			before := carry(0, half)
			got := (int64(carry(half, len(packets))) - int64(before)) / flows
			runtime.KeepAlive(packets)
			if got > c.counts*5/4 || got < c.counts/3 {
				t.Errorf("a flow takes %d bytes, and counts for %d", got, c.counts)
			} else {
				t.Logf("a flow takes %d bytes, and counts for %d", got, c.counts)
			}
			runtime.KeepAlive(crew)
		})
	}
}

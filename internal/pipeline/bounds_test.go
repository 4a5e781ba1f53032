package pipeline

import (
	"bytes"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/lab"
)

// TestEvictionsCounted has more flows of each class between two hosts than
// their shard has room for: how many gave way is said by class, the books
// balance, and what each carried is found.
func TestEvictionsCounted(t *testing.T) {
	const flows = 1500
	tcp := func(say func(*lab.Conn)) func(*lab.Capture, int64) {
		return func(c *lab.Capture, at int64) { say(c.Conn(at, phone, server, 80, lab.Carriage{})) }
	}
	udp := func(both bool) func(*lab.Capture, int64) {
		return func(c *lab.Capture, at int64) {
			u := c.Datagrams(at, phone, server, 4000)
			u.Send(telltale.ToServer, []byte("imei="+imei))
			if both {
				u.Send(telltale.ToClient, []byte("ok"))
			}
		}
	}
	for name, c := range map[string]struct {
		begin func(*lab.Capture, int64)
		rule  string
		found int
	}{
		"half-open":  {tcp(func(c *lab.Conn) { c.Open() }), halfOpenEvicted, 0},
		"one side":   {udp(false), datagramsEvicted, flows},
		"both sides": {udp(true), datagramsEvicted, flows},
		"carrying": {tcp(func(c *lab.Conn) {
			c.Open()
			c.Send(telltale.ToServer, post("imei="+imei))
		}), streamsEvicted, flows},
	} {
		t.Run(name, func(t *testing.T) {
			capture := lab.NewCapture(1)
			for i := range int64(flows) {
				c.begin(capture, start+i*1e6)
			}
			h := hear(t, framesOf(capture))
			if n := h.tally.Suppressed[c.rule]; n == 0 || n >= flows || len(h.tally.Suppressed) != 1 {
				t.Errorf("kept out: %v, want some by %s", h.tally.Suppressed, c.rule)
			}
			if n := len(h.sightings()); n != c.found {
				t.Errorf("%d sightings, want %d", n, c.found)
			}
		})
	}
}

// TestHeadersNotRepeated has HTTP/2 name a long header by its place in the table more
// often than is told: what is left out is counted.
func TestHeadersNotRepeated(t *testing.T) {
	const headers, ends = 1, 5
	stream := []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
	frame := func(id byte, block []byte) {
		stream = append(append(stream, 0, byte(len(block)>>8), byte(len(block)), headers, ends, 0, 0, 0, id), block...)
	}
	long := append([]byte("\x82\x40\x06x-long\x7f\x81\x16"), filler(2944)...) // 127 + 1 + 22*128
	frame(1, long)
	frame(3, append([]byte("\x82"), bytes.Repeat([]byte("\xbe"), 300)...))
	h := hear(t, talk(80, lab.Carriage{}, func(c *lab.Conn) {
		c.Open()
		c.Send(telltale.ToServer, stream)
		c.Close(telltale.ToServer)
	}))
	if n := h.tally.Suppressed[headersNotRepeated]; n < 200 || n > 299 || len(h.messages("http2")) < 3 {
		t.Errorf("%d left out, of %d messages", n, len(h.messages("http2")))
	}
}

package pipeline

import (
	"net/netip"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/lab"
)

// TestPause has a phone say something from one port, and again from the same port
// two hours later: those are two flows, and the first one ended by its silence,
// whoever else was heard in between. A flow's table may have heard of nobody.
func TestPause(t *testing.T) {
	const minute = int64(60e9)
	for name, other := range map[string]string{"next door": "192.0.2.77", "far away": "203.0.113.9"} {
		c := lab.NewCapture(1)
		say := func(at int64, to lab.Host, port uint16) {
			u := c.Datagrams(at, phone, to, port)
			u.Send(telltale.ToServer, []byte("hello"))
			u.Send(telltale.ToClient, []byte("hello too"))
		}
		say(start, server, 4000)
		for i := range int64(119) {
			say(start+(i+1)*minute, lab.Host{MAC: server.MAC, Addr: netip.MustParseAddr(other)}, 5000)
		}
		say(start+120*minute, server, 4000)
		packets := framesOf(c)
		asks, answers := packets[len(packets)-2].Data, packets[len(packets)-1].Data
		copy(asks[34:36], packets[0].Data[34:36]) // the port of the phone
		copy(answers[36:38], packets[0].Data[34:36])
		clear(asks[40:42]) // no checksum
		clear(answers[40:42])
		flows := 0
		for _, e := range hear(t, packets).events {
			if e.Message == nil && e.Flow.Key.DstPort == 4000 {
				flows++
				if ended := e.Flow.Ended; flows == 1 && ended != telltale.EndedIdle {
					t.Errorf("%s: the first ended by %q", name, ended)
				}
			}
		}
		if flows != 2 {
			t.Errorf("%s: %d flows, want 2", name, flows)
		}
	}
}

// TestWakeUp has a phone sleep for hours with nothing heard at all. Nothing says at
// once that the first packet after it is right; its connection is one flow all
// the same.
func TestWakeUp(t *testing.T) {
	c := lab.NewCapture(1)
	say := func(at int64) {
		conn := c.Conn(at, phone, server, 80, lab.Carriage{})
		conn.Open()
		conn.Send(telltale.ToServer, post("imei="+imei))
		conn.Close(telltale.ToServer)
	}
	say(start)
	say(start + 9*3600e9)
	h := hear(t, framesOf(c))
	flows := 0
	for _, e := range h.events {
		if e.Message == nil {
			flows++
		}
	}
	if n := len(h.sightings()); flows != 2 || n != 2 {
		t.Errorf("%d flows and %d sightings, want 2 and 2", flows, n)
	}
}

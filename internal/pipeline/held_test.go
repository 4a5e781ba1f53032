package pipeline

import (
	"fmt"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/lab"
)

// openings are ways to make a shard hold bytes: what a client says, never to
// the end.
var openings = map[string]func() []byte{
	"bodies": func() []byte { return post(filler(20_000))[:20_000] },
	"heads": func() []byte {
		return []byte("POST / HTTP/1.1\r\nX: " + filler(20_000) + "\r\nContent-Length: 9\r\n\r\n")
	},
	"heads without end": func() []byte {
		return []byte("GET / HTTP/1.1\r\nX: " + filler(20_000))
	},
	"compressed bodies": func() []byte { return post(incompressible(30_000), "Content-Encoding: gzip")[:20_000] },
	"base64 bodies":     func() []byte { return post(fmt.Sprintf("%020000d", 0))[:20_000] },
	"unknown":           func() []byte { return append([]byte{0, 1}, filler(20_000)...) },
	"streams in turn": func() []byte {
		b := append([]byte(http2Opening), http2Request("x-other", "1")...)
		for stream := range byte(2) {
			b = append(append(b, 0, 0x23, 0x28, 0, 0, 0, 0, 0, 1+2*stream), filler(9000)...)
		}
		return b
	},
	"chunks": func() []byte {
		return []byte("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(filler(3000), 1)[:17_990])
	},
}

// TestShardHeld opens a thousand messages in one shard that never end. What
// it holds stays bounded; everything is searched, in parts, and counted.
func TestShardHeld(t *testing.T) {
	for name, opening := range openings {
		t.Run(name, func(t *testing.T) {
			const flows, budget = 520, 160 << 20 / Shards
			h, most, left := hearHeld(t, crowd(flows, opening))
			if most > budget {
				t.Errorf("%d bytes were held", most)
			}
			if most < budget/4 {
				t.Errorf("the test tests nothing: %d bytes were held", most)
			}
			if left != 0 {
				t.Errorf("%d bytes are held by nothing", left)
			}
			found := len(h.sightings())
			if name != "compressed bodies" && name != "chunks" && found != flows {
				t.Errorf("%d sightings, want %d", found, flows)
			}
		})
	}
}

// crowd captures conversations between two hosts, all open at once, each with
// an IMEI in the middle.
func crowd(n int, opening func() []byte) []capture.Packet {
	c := lab.NewCapture(1)
	for i := range n {
		conn := c.Conn(start+int64(i)*5e6, phone, server, 80, lab.Carriage{})
		conn.Open()
		b := opening()
		copy(b[9_000:], " imei="+imei+" ")
		conn.Send(telltale.ToServer, b)
	}
	return framesOf(c)
}

// hearHeld runs packets through and returns the most bytes that the shard
// held after a batch, and what it held in the end.
func hearHeld(t *testing.T, packets []capture.Packet) (h *heard, most, left int) {
	t.Helper()
	c, tally := newCrew(Config{Engine: engine}), newTally()
	src := &frames{packets: packets, each: 50}
	held := func() (n int) {
		for _, s := range c.shards {
			if s != nil {
				n += s.held
			}
		}
		return n
	}
	for l := new(load); ; {
		_ = l.read(t.Context(), src, new(flow.Clock), tally)
		if len(l.batch.Packets) == 0 {
			break
		}
		c.batch(l)
		most = max(most, held())
	}
	c.finish(flow.Instant{})
	h = &heard{events: c.merge(), tally: tally}
	c.close(tally)
	checkBooks(t, tally, len(packets))
	return h, most, held()
}

// TestSlowHead sends the longest head that may wait in the smallest segments:
// it is read as a head, and no byte of it is looked at over and over.
func TestSlowHead(t *testing.T) {
	head := []byte("GET / HTTP/1.1\r\nX: " + filler(maxPending-100) + "\r\nY: imei=" + imei + "\r\n\r\n")
	h := hear(t, talk(80, lab.Carriage{Segment: 1}, func(c *lab.Conn) {
		c.Open()
		c.Send(telltale.ToServer, head)
	}))
	if s := h.only(t); s.Field.Raw() != "http.header:y" {
		t.Errorf("found in %s", s.Field.Raw())
	}
}

// TestWeightForgets opens a message in memory that a longer one has left, and in
// new memory. It weighs the same: whichever worker carries a shard, the shard
// does the same.
func TestWeightForgets(t *testing.T) {
	opened := talk(80, lab.Carriage{Segment: 100}, func(c *lab.Conn) {
		c.Open()
		c.Send(telltale.ToServer, post(filler(1000))[:600])
	})
	ended := talk(81, lab.Carriage{}, func(c *lab.Conn) {
		c.Open()
		c.Send(telltale.ToServer, post(filler(200_000)))
		c.Send(telltale.ToClient, answer("200 OK", "ok"))
		c.Close(telltale.ToServer)
	})
	held := func(packets []capture.Packet) (n int) {
		c, l := newCrew(Config{Engine: engine}), new(load)
		_ = l.read(t.Context(), &frames{packets: packets, each: len(packets)}, new(flow.Clock), newTally())
		c.batch(l)
		for _, s := range c.shards {
			if s != nil {
				n += s.held
			}
		}
		return n
	}
	want := held(opened)
	if got := held(append(ended, renumbered(opened, len(ended))...)); got != want || want == 0 {
		t.Errorf("%d bytes are held in used memory, %d in new", got, want)
	}
}

// TestPartedStream has the data of a stream of HTTP/2 joined as long as what comes
// between may be held; where it may not, coverage tells that it was read in parts.
func TestPartedStream(t *testing.T) {
	data := func(stream byte, b string) []byte {
		return append([]byte{0, byte(len(b) >> 8), byte(len(b)), 0, 0, 0, 0, 0, stream}, b...)
	}
	for turns, want := range map[int]int64{3: 0, 5: 1} {
		h := hear(t, talk(80, lab.Carriage{}, func(c *lab.Conn) {
			c.Open()
			c.Send(telltale.ToServer, append([]byte(http2Opening), http2Request("x-other", "1")...))
			c.Send(telltale.ToServer, data(1, " imei="+imei[:8]))
			for i := range byte(turns) {
				c.Send(telltale.ToServer, data(3+2*i, filler(15_000)))
			}
			c.Send(telltale.ToServer, data(1, imei[8:]+" "))
		}))
		if n := h.tally.Suppressed[searchedInParts]; (n > 0) != (want > 0) || len(h.sightings()) != 1-int(want) {
			t.Errorf("%d frames between: %d times in parts, %d sightings", turns, n, len(h.sightings()))
		}
	}
}

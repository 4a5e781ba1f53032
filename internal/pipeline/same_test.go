package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/lab"
)

// same reports the first line that differs.
func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		g, w := "(nothing)", "(nothing)"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Fatalf("%s: line %d\n got %s\nwant %s", what, i, g, w)
		}
	}
}

// TestSameWorkersAndBatches has the same packets run through by any number of
// workers in batches of any size: not one event may differ, or come elsewhere.
func TestSameWorkersAndBatches(t *testing.T) {
	for seed := range uint64(3) {
		packets := manyHosts(seed)
		want := hear(t, packets).lines(true)
		for _, workers := range []int{1, 2, 3, 8, 64} {
			for _, each := range []int{0, 1, 5} {
				got := hearWith(t, packets, Config{Workers: workers, Messages: true}, each)
				same(t, fmt.Sprintf("seed %d, %d workers, %d a batch", seed, workers, each), got.lines(true), want)
			}
		}
	}
}

// manyHosts is a mixture whose conversations have many far ends, and so many
// shards.
func manyHosts(seed uint64) []capture.Packet {
	c, at := lab.NewCapture(seed), server
	for i := range int64(40) {
		at.Addr = at.Addr.Next()
		conn := c.Conn(start+i*3e6, phone, at, 80, lab.Carriage{Segment: 100, Order: lab.Reordered})
		conn.Open()
		conn.Send(telltale.ToServer, []byte("GET /?imei="+imei+" HTTP/1.0\r\n\r\n")) // calls the server nothing
		conn.Send(telltale.ToClient, answer("200 OK", "ok"))
		conn.Send(telltale.ToServer, post("imei="+imei))
		conn.Send(telltale.ToClient, answer("200 OK", "ok"))
		if i%3 > 0 {
			conn.Close(telltale.ToServer)
		}
	}
	return append(framesOf(c), renumbered(damage(&dice{noise(seed, 999)}, mixture(&dice{noise(seed, 99)})), len(c.Packets()))...)
}

// renumbered returns packets numbered on from n.
func renumbered(packets []capture.Packet, n int) []capture.Packet {
	for i := range packets {
		packets[i].Number = int64(n + i + 1)
	}
	return packets
}

// TestSameCarriage cuts, reorders and repeats the same conversations: the
// same messages and the same sightings in the same places.
func TestSameCarriage(t *testing.T) {
	conversation := func(how lab.Carriage) []capture.Packet {
		return talk(80, how, func(c *lab.Conn) {
			c.Open()
			for _, b := range bodies[:4] {
				c.Send(telltale.ToServer, b())
				c.Send(telltale.ToClient, answer("200 OK", `{"seen":"`+imei+`"}`))
			}
			c.Send(telltale.ToServer, post(filler(3000)+"<imei>"+imei+"</imei>"))
			c.Send(telltale.ToClient, []byte("HTTP/1.1 200 OK\r\n\r\n"+filler(900)+imei))
			c.Close(telltale.ToClient)
		})
	}
	want := hear(t, conversation(lab.Carriage{})).lines(false)
	if n := len(hear(t, conversation(lab.Carriage{})).sightings()); n != 10 {
		t.Fatalf("%d sightings, want 10", n)
	}
	for _, size := range []int{0, 1, 2, 3, 7, 64, 512} {
		for _, order := range []lab.Order{lab.InOrder, lab.Reordered} {
			for _, repeat := range []int{0, 1, 3} {
				how := lab.Carriage{Segment: size, Order: order, Repeat: repeat}
				same(t, fmt.Sprintf("%+v", how), hear(t, conversation(how)).lines(false), want)
			}
		}
	}
}

// TestNames has a message know what the flow called its server when the
// message closed, and nothing of what came later in the same batch.
func TestNames(t *testing.T) {
	h := hear(t, talk(80, lab.Carriage{}, func(c *lab.Conn) {
		c.Open()
		c.Send(telltale.ToServer, []byte("GET / HTTP/1.0\r\n\r\n"))
		c.Send(telltale.ToServer, post("hello"))
	}))
	got := []string{h.events[0].Message.Host, h.events[1].Message.Host, h.events[2].Flow.Host}
	if want := []string{"", "plant.example", "plant.example"}; !slices.Equal(got, want) {
		t.Errorf("names %q, want %q", got, want)
	}
}

// TestPackets holds the packets of a sighting to those that first carried its
// bytes, and its time to the last of them.
func TestPackets(t *testing.T) {
	for _, how := range []lab.Carriage{{}, {Segment: 1, Order: lab.Reordered}, {Segment: 4, Order: lab.Reordered, Repeat: 1}, {Segment: 7, Repeat: 2}} {
		var conn *lab.Conn
		packets := talk(80, how, func(c *lab.Conn) {
			conn = c
			c.Open()
			c.Send(telltale.ToServer, post("imei="+imei))
		})
		h := hear(t, packets)
		s := h.only(t)
		if want := conn.Packets(telltale.ToServer, s.Ranges[0]); !slices.Equal(s.Packets, want) {
			t.Errorf("%+v: packets %v, want %v", how, s.Packets, want)
		}
		if last := packets[slices.Max(s.Packets)-1].Time; int64(s.Time) != last {
			t.Errorf("%+v: time %d, want that of the last packet, %d", how, s.Time, last)
		}
		m := h.messages("http")[0]
		if last := packets[slices.Max(m.Packets)-1].Time; int64(m.Time) != last {
			t.Errorf("%+v: the message's time %d, want that of its last packet, %d", how, m.Time, last)
		}
	}
}

// refusing is a sink that takes nothing.
type refusing struct{}

var errRefused = errors.New("refused")

func (refusing) Put(context.Context, []*Event) error { return errRefused }

// TestErrors has the source and the sink fail: the error comes out, and what
// was read is accounted for.
func TestErrors(t *testing.T) {
	packets := mixture(&dice{noise(1, 99)})
	broken := errors.New("broken")
	cfg := Config{Workers: 2, Engine: engine}
	tally, err := Run(context.Background(), &frames{packets: packets, each: 7, fail: broken}, cfg, new(heard))
	if !errors.Is(err, broken) {
		t.Errorf("a source that fails: %v", err)
	}
	checkBooks(t, tally, len(packets))
	tally, err = Run(context.Background(), &frames{packets: packets, each: 7}, cfg, refusing{})
	if !errors.Is(err, errRefused) {
		t.Errorf("a sink that fails: %v", err)
	}
	checkBooks(t, tally, 14)
	stopped, stop := context.WithCancel(context.Background())
	stop()
	if _, err = Run(stopped, &frames{packets: packets}, cfg, new(heard)); !errors.Is(err, context.Canceled) {
		t.Errorf("a run that is stopped: %v", err)
	}
}

package lab

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

var (
	client4 = Host{[6]byte{2, 0, 0x5e, 0x10, 0x7a, 0xc4}, netip.MustParseAddr("192.168.7.23")}
	server4 = Host{gatewayMAC, netip.MustParseAddr("203.0.113.10")}
	client6 = Host{client4.MAC, netip.MustParseAddr("fd00:7:7:1:5c1e:88a3:4be0:91d2")}
	server6 = Host{gatewayMAC, netip.MustParseAddr("2001:db8:113::a")}
)

var carriages = map[string]Carriage{
	"whole":             {},
	"1 byte":            {Segment: 1},
	"7 bytes":           {Segment: 7},
	"1280 bytes":        {Segment: 1280},
	"reordered":         {Segment: 7, Order: Reordered},
	"repeated":          {Segment: 7, Repeat: 1},
	"reordered, some":   {Segment: 100, Order: Reordered, Repeat: 3},
	"1 byte, all of it": {Segment: 1, Order: Reordered, Repeat: 1},
}

// FuzzCarriage holds every way to carry a stream to the law that a receiver
// reads what was sent.
func FuzzCarriage(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"), 3, true, 2, uint64(1), false)
	f.Add(bytes.Repeat([]byte("0123456789"), 700), 0, true, 1, uint64(2), true)
	f.Add([]byte("x"), 1, false, 0, uint64(3), true)
	f.Fuzz(func(t *testing.T, b []byte, segment int, reorder bool, every int, seed uint64, v6 bool) {
		if len(b) == 0 || len(b) > 10000 {
			return
		}
		how := Carriage{Segment: segment & 0x7ff, Repeat: every & 7}
		if reorder {
			how.Order = Reordered
		}
		client, server := client4, server4
		if v6 {
			client, server = client6, server6
		}
		c := NewCapture(seed)
		conn := c.Conn(1e18, client, server, 80, how)
		conn.Open()
		half := len(b) / 2
		conn.Send(telltale.ToServer, b[:half])
		answered := conn.Send(telltale.ToClient, b)
		conn.Send(telltale.ToServer, b[half:])
		conn.Close(telltale.ToClient)
		got := streams(t, c.Packets())
		if len(got) != 2 || slices.ContainsFunc(slices.Collect(maps.Values(got)), func(s []byte) bool { return !bytes.Equal(s, b) }) {
			t.Fatalf("sent %q, got %q", b, got)
		}
		if n := conn.Packets(telltale.ToClient, answered); len(n) == 0 || !slices.IsSorted(n) {
			t.Fatalf("the answer is in packets %v", n)
		}
	})
}

func TestReorderedPutsLaterFirst(t *testing.T) {
	for n := 2; n < 30; n++ {
		order := Carriage{Order: Reordered}.arrange(n, rand.New(rand.NewPCG(uint64(n), 1)))
		if order[0] == 0 {
			t.Errorf("of %d segments the first is still seen first: %v", n, order)
		}
	}
}

func TestRepeat(t *testing.T) {
	for every, want := range map[int]int{0: 10, 1: 20, 3: 13} {
		order := Carriage{Repeat: every}.arrange(10, nil)
		if len(order) != want {
			t.Errorf("every %d: %d packets for 10 segments, want %d: %v", every, len(order), want, order)
		}
		slices.Sort(order)
		if len(slices.Compact(order)) != 10 {
			t.Errorf("every %d: a segment is missing", every)
		}
	}
}

func TestLose(t *testing.T) {
	for name, how := range carriages {
		c := NewCapture(1)
		conn := c.Conn(1e18, client4, server4, 80, how)
		conn.Lose(telltale.ToServer, telltale.Range{Start: 5, End: 9})
		conn.Open()
		conn.Send(telltale.ToServer, []byte("0123"))
		conn.Send(telltale.ToServer, []byte("456789abcdef"))
		conn.Close(telltale.ToServer)
		for side, got := range streams(t, c.Packets()) {
			if !strings.HasSuffix(side, ":80") {
				continue
			}
			if want := "01234####9abcdef"; string(got) != want {
				t.Errorf("%s: captured %q, want %q", name, got, want)
			}
		}
	}
}

func TestPacketsNamesFirstCopies(t *testing.T) {
	c := NewCapture(1)
	conn := c.Conn(1e18, client4, server4, 80, Carriage{Segment: 2, Repeat: 1})
	conn.Send(telltale.ToServer, []byte("abcdefgh"))
	c.Packets()
	// Segments ab cd ef gh are seen as ab cd ef ab gh cd ef gh.
	for _, tt := range []struct {
		r    telltale.Range
		want []int64
	}{
		{telltale.Range{Start: 0, End: 8}, []int64{1, 2, 3, 5}},
		{telltale.Range{Start: 1, End: 2}, []int64{1}},
		{telltale.Range{Start: 3, End: 5}, []int64{2, 3}},
		{telltale.Range{Start: 6, End: 7}, []int64{5}},
	} {
		if got := conn.Packets(telltale.ToServer, tt.r); !slices.Equal(got, tt.want) {
			t.Errorf("%v is in packets %v, want %v", tt.r, got, tt.want)
		}
	}
}

func TestReset(t *testing.T) {
	c := NewCapture(1)
	conn := c.Conn(1e18, client4, server4, 80, Carriage{})
	conn.Open()
	conn.Send(telltale.ToServer, []byte("x"))
	conn.Reset(telltale.ToClient)
	all := c.Packets()
	last := decodeSound(t, all[len(all)-1])
	if tcp := last.TransportLayer().LayerContents(); tcp[13] != flagRST|flagACK {
		t.Errorf("flags %#x", tcp[13])
	}
}

package flow

import (
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/packet"
)

// TestRecordSize holds the figure that the limit of flows rests on.
func TestRecordSize(t *testing.T) {
	if n := unsafe.Sizeof(Flow{}); n > 472 {
		t.Errorf("a flow's record is %d bytes", n)
	}
}

// TestWhoOpened: the client is told by the handshake, else by the ports, else
// by who spoke first. MACs follow.
func TestWhoOpened(t *testing.T) {
	for _, c := range []struct {
		name     string
		proto    uint8
		flags    uint8
		src, dst uint16
		turned   bool
	}{
		{"SYN", packet.TCP, packet.SYN, 80, 40000, false},
		{"SYN and ACK", packet.TCP, packet.SYN | packet.ACK, 40000, 80, true},
		{"midstream to a service", packet.TCP, packet.ACK, 40000, 443, false},
		{"midstream from a service", packet.TCP, packet.ACK, 443, 40000, true},
		{"midstream from a listed port", packet.TCP, packet.ACK, 5228, 40000, true},
		{"midstream, no service", packet.TCP, packet.ACK, 50000, 40000, false},
		{"DNS answer", packet.UDP, 0, 53, 40000, true},
		{"both services", packet.UDP, 0, 67, 68, false},
		{"no ports", packet.ICMP, packet.SYN | packet.ACK, 53, 40000, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, l := begin(t, Limits{})
			h := packet.Header{
				Proto: c.proto, Flags: c.flags, SrcPort: c.src, DstPort: c.dst, Src: phone, Dst: server,
				HasMAC: true, SrcMAC: [6]byte{2, 1}, DstMAC: [6]byte{2, 2},
			}
			w.send(h, "x")
			w.send(turned(h), "y")
			o := l.only(w.table)
			var want Key
			want.set(&h)
			if c.turned {
				want = want.reverse()
			}
			if o.Key != want || (o.SrcMAC == h.DstMAC) != c.turned || o.Packets != [2]int64{1, 1} {
				t.Errorf("key %+v, want %+v; MAC %x, packets %v", o.Key, want, o.SrcMAC, o.Packets)
			}
		})
	}
}

// TestDatagrams: each datagram is told by itself, at the sum of the lengths
// before it, over IPv6 as well, and packets are found again.
func TestDatagrams(t *testing.T) {
	w, l := begin(t, Limits{})
	h := link()
	h.Proto, h.Version = packet.UDP, 6
	h.Src, h.Dst = packet.AddrFrom(netip.MustParseAddr("2001:db8::a")), packet.AddrFrom(netip.MustParseAddr("2001:db8::7"))
	w.send(h, "abc")
	w.send(turned(h), "12")
	w.send(h, "")
	w.send(h, "de")
	f := w.table.anyFlow()
	if got := f.PacketsIn(nil, telltale.ToServer, 0, 5); !slices.Equal(got, []int64{1, 4}) {
		t.Errorf("packets %v", got)
	}
	if got := f.TimeOf(telltale.ToServer, 0, 5); got != 4e6 {
		t.Errorf("time of the last datagram: %d, want %d", got, int64(4e6))
	}
	f.Keep(telltale.ToServer, true)
	f.Forget(telltale.ToServer, 3)
	if got := f.PacketsIn(nil, telltale.ToServer, 0, 5); !slices.Equal(got, []int64{1, 4}) {
		t.Errorf("packets of kept bytes %v", got)
	}
	f.Keep(telltale.ToServer, false)
	f.Forget(telltale.ToServer, 3)
	if got := f.PacketsIn([]int64{9}, telltale.ToServer, 0, 5); !slices.Equal(got, []int64{9, 4}) {
		t.Errorf("packets after Forget %v", got)
	}
	if got := f.TimeOf(telltale.ToServer, 1, 2); got != f.Start {
		t.Errorf("time of a forgotten byte: %d, want the flow's start", got)
	}
	o := l.only(w.table)
	if string(o.main[0]) != "abcde" || string(o.main[1]) != "12" || o.Bytes != [2]int64{125, 42} {
		t.Errorf("got %s and %s, bytes %v", o.main[0], o.main[1], o.Bytes)
	}
	if o.Start != 1e6 || o.End != 4e6 || o.closed != math.MaxInt64 || o.Ended != telltale.EndedCapture {
		t.Errorf("start %d, end %d, closed by %d, ended %s", o.Start, o.End, o.closed, o.Ended)
	}
}

// TestOwnAddress: on a loopback capture both ends have one address, and a
// flow may even end where it began.
func TestOwnAddress(t *testing.T) {
	w, l := begin(t, Limits{})
	h := link()
	h.Dst = h.Src
	w.send(h, "a")
	w.send(turned(h), "b")
	h.SrcPort = h.DstPort
	w.send(h, "c")
	w.send(turned(h), "d")
	l.balance(w.table)
	if a, b := l.flows[0], l.flows[1]; len(l.flows) != 2 || a.Packets != [2]int64{1, 1} || b.Packets != [2]int64{2, 0} {
		t.Errorf("%d flows, packets %v and %v", len(l.flows), a.Packets, b.Packets)
	}
}

// TestTimesBackwards: a flow ends with its latest packet, not its last.
func TestTimesBackwards(t *testing.T) {
	w, l := begin(t, Limits{})
	w.to(1, "ab")
	w.time -= 500e6
	w.to(3, "cd")
	if o := l.only(w.table); o.Start != 1e6 || o.End != 1e6 {
		t.Errorf("start %d, end %d", o.Start, o.End)
	}
}

// TestManyFlows: flows do not mix, and end in the order they began.
func TestManyFlows(t *testing.T) {
	w, l := begin(t, Limits{Flows: 8192})
	const flows = 700
	for round := range uint32(3) {
		for i := range uint16(flows) {
			h := link()
			h.SrcPort, h.Seq = 20000+i, round
			h.Src[15] = byte(i % 5)
			if round == 1 {
				h = turned(h)
			}
			w.send(h, string(rune('a'+i%26)))
		}
	}
	l.balance(w.table)
	if len(l.flows) != flows || !slices.IsSorted(l.order) {
		t.Fatalf("%d flows, want %d; closed in order: %v", len(l.flows), flows, slices.IsSorted(l.order))
	}
	for i, o := range l.flows {
		want := string(rune('a' + i%26))
		if string(o.main[0]) != want+"?"+want || string(o.main[1]) != want || o.SrcPort != 20000+uint16(i) {
			t.Fatalf("flow %d: %q %q", i, o.main[0], o.main[1])
		}
	}
}

// TestEnded: what a flow says about its end.
func TestEnded(t *testing.T) {
	for _, c := range []struct {
		flags [2]uint8 // of the client's and the server's last segments
		want  telltale.Ended
	}{
		{[2]uint8{packet.ACK, packet.ACK}, telltale.EndedCapture},
		{[2]uint8{packet.FIN | packet.ACK, packet.ACK}, telltale.EndedCapture},
		{[2]uint8{packet.FIN | packet.ACK, packet.FIN | packet.ACK}, telltale.EndedFIN},
		{[2]uint8{packet.FIN | packet.ACK, packet.RST}, telltale.EndedRST},
	} {
		w, l := begin(t, Limits{})
		w.flagged(link(), c.flags[0], 5, 0)
		w.flagged(turned(link()), c.flags[1], 6, 5)
		if got := l.only(w.table).Ended; got != c.want {
			t.Errorf("flags %v: ended %s, want %s", c.flags, got, c.want)
		}
	}
}

// TestNextConnection: the same ends may speak again. A SYN with another
// sequence number begins a new flow where the old one has ended, or where the
// other side agrees; a stray one hides nothing.
func TestNextConnection(t *testing.T) {
	for _, c := range []struct {
		name   string
		ended  bool
		agreed bool
		want   []string
	}{
		{"after the end", true, true, []string{"one|", "two|"}},
		{"after the end, SYN not captured", true, true, []string{"one|", "two|"}},
		{"end not captured", false, true, []string{"one|", "two|"}},
		{"stray SYN", false, false, []string{"one and more|"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, l := begin(t, Limits{})
			w.flagged(link(), packet.SYN, 99, 0)
			w.flagged(turned(link()), packet.SYN|packet.ACK, 499, 100)
			w.to(100, "one")
			if c.ended {
				w.flagged(link(), packet.FIN|packet.ACK, 103, 500)
				w.flagged(turned(link()), packet.FIN|packet.ACK, 500, 104)
			}
			if !strings.Contains(c.name, "SYN not") {
				w.flagged(link(), packet.SYN, 70099, 0)
			}
			if c.agreed {
				w.flagged(turned(link()), packet.SYN|packet.ACK, 9499, 70100)
				w.to(70100, "two")
			} else {
				w.flagged(turned(link()), packet.ACK, 500, 103)
				w.to(103, " and more")
			}
			l.balance(w.table)
			var got []string
			for _, o := range l.flows {
				got = append(got, o.views(telltale.ToServer))
			}
			if !slices.Equal(got, c.want) {
				t.Fatalf("got %q, want %q", got, c.want)
			}
			if c.ended && (l.flows[0].closed != l.flows[1].ID || l.flows[0].Ended != telltale.EndedFIN) {
				t.Errorf("closed by %d as %s, want %d", l.flows[0].closed, l.flows[0].Ended, l.flows[1].ID)
			}
		})
	}
}

// TestLateSYN: a SYN that comes after a packet without payload begins no
// second flow.
func TestLateSYN(t *testing.T) {
	w, l := begin(t, Limits{})
	w.flagged(link(), packet.ACK, 55, 0)
	w.flagged(link(), packet.SYN, 99, 0)
	w.flagged(turned(link()), packet.SYN|packet.ACK, 499, 100)
	w.to(100, "ab")
	if got := l.only(w.table).views(telltale.ToServer); got != "ab|" {
		t.Errorf("got %s", got)
	}
}

// TestExpiry: each class of flows has its patience, in capture time.
func TestExpiry(t *testing.T) {
	other := link()
	other.SrcPort++
	for _, c := range []struct {
		name  string
		begin func(w *wire)
		after int64
		want  telltale.Ended
	}{
		{"datagram", func(w *wire) { h := link(); h.Proto = packet.UDP; w.send(h, "x") }, 2 * minute, telltale.EndedIdle},
		{"name asked for", func(w *wire) {
			h := link()
			h.Proto, h.DstPort = packet.UDP, portDNS
			w.send(h, "x")
			h.Src, h.Dst, h.SrcPort, h.DstPort = h.Dst, h.Src, h.DstPort, h.SrcPort
			w.send(h, "y")
		}, 5 * second, telltale.EndedIdle},
		{"handshake", func(w *wire) { w.flagged(link(), packet.SYN, 1, 0) }, minute, telltale.EndedIdle},
		{"carrying", func(w *wire) { w.to(1, "x") }, hour, telltale.EndedIdle},
		{"reset", func(w *wire) { w.to(1, "x"); w.flagged(link(), packet.RST, 2, 0) }, 30 * second, telltale.EndedRST},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, l := begin(t, Limits{})
			c.begin(w)
			w.time += c.after - 1e6
			w.send(other, "y")
			if len(l.order) != 0 {
				t.Fatal("closed too early")
			}
			by := w.send(other, "y")
			if len(l.order) != 1 || l.flows[0].Ended != c.want || l.flows[0].closed != by {
				t.Fatalf("closed %v, ended %s by %d", l.order, l.flows[0].Ended, l.flows[0].closed)
			}
			l.balance(w.table)
		})
	}
}

// TestExpiryStorm: one packet closes few flows by its time, the next ones
// close the rest.
func TestExpiryStorm(t *testing.T) {
	w, l := begin(t, Limits{Flows: 8192})
	h := link()
	h.Proto = packet.UDP
	for i := range uint16(1000) {
		h.SrcPort = i
		w.send(h, "x")
	}
	w.time += 50 * minute
	for last := 0; len(l.order) < 1000; last = len(l.order) {
		w.to(1, "")
		if n := len(l.order) - last; n == 0 || n > 300 {
			t.Fatalf("one packet closed %d flows", n)
		}
	}
	l.balance(w.table)
}

// TestEviction: a flood of half-open flows pushes out its own, not the flow
// that carries data; what is held is told before a flow goes.
func TestEviction(t *testing.T) {
	w, l := begin(t, Limits{Flows: 64})
	w.to(100, "imei=")
	w.to(107, "69")
	flood := func(proto, flags uint8) {
		for i := range uint16(5000) {
			h := link()
			h.Proto, h.Flags, h.SrcPort = proto, flags, 50000+i
			w.send(h, "")
		}
	}
	flood(packet.TCP, packet.SYN)
	flood(packet.UDP, 0)
	w.to(105, "35")
	if len(w.table.records.slabs) != 1 {
		t.Errorf("%d slabs of %d records for 64 flows", len(w.table.records.slabs), recordsPerSlab)
	}
	if got := l.flows[0].views(telltale.ToServer); got != "imei=3569|" || l.flows[0].Ended != "" {
		t.Errorf("got %s, ended %q", got, l.flows[0].Ended)
	}
	for i := range uint16(64) {
		h := link()
		h.SrcPort, h.Seq = 1000+i, 7
		w.send(h, "ab")
		h.Seq = 11
		w.send(h, "ef")
	}
	l.balance(w.table)
	if o := l.flows[0]; o.Ended != telltale.EndedEvicted {
		t.Errorf("ended %s", o.Ended)
	}
	for _, o := range l.flows[len(l.flows)-64:] {
		if got := o.views(telltale.ToServer); got != "ab??ef|" {
			t.Errorf("got %s", got)
		}
	}
}

// TestRooms: a flood of flows of one class pushes out none of another, and is
// counted unless it was over and done with.
func TestRooms(t *testing.T) {
	syn := func(w *wire, h packet.Header) { w.flagged(h, packet.SYN, 1, 0) }
	udp := func(port uint16, both bool) func(*wire, packet.Header) {
		return func(w *wire, h packet.Header) {
			h.Proto, h.DstPort = packet.UDP, port
			w.send(h, "x")
			if both {
				w.send(turned(h), "y")
			}
		}
	}
	floods := []struct {
		name string
		one  func(w *wire, h packet.Header)
		want Stats
	}{
		{"half-open", syn, Stats{HalfOpen: 400 - 64}},
		{"reset", func(w *wire, h packet.Header) { w.flagged(h, packet.RST, 1, 0) }, Stats{}},
		{"names", udp(portDNS, true), Stats{}},
		{"one side", udp(9, false), Stats{Datagrams: 400 - 32}},
		{"both sides", udp(9, true), Stats{Datagrams: 400 - 32}},
		{"one segment", func(w *wire, h packet.Header) {
			syn(w, h)
			w.send(h, "x")
		}, Stats{Streams: 400 - 64}},
		{"going on", func(w *wire, h packet.Header) {
			w.send(h, "x")
			w.send(turned(h), "y")
		}, Stats{Streams: 400 - 64}},
	}
	for i, flood := range floods {
		t.Run(flood.name, func(t *testing.T) {
			w, l := begin(t, Limits{Flows: 256, Memory: 1 << 20})
			for k, other := range floods {
				if h := link(); k != i {
					h.SrcPort = uint16(100 + k)
					other.one(w, h)
				}
			}
			for n := range uint16(400) {
				h := link()
				h.SrcPort = 20000 + n
				flood.one(w, h)
			}
			for _, o := range l.flows {
				if o.closed != 0 && o.SrcPort < 1000 {
					t.Errorf("port %d gave way", o.SrcPort)
				}
			}
			l.balance(w.table)
			got := w.table.Stats()
			got.Payload, got.Repeated, got.Steps = 0, 0, 0
			if got != flood.want {
				t.Errorf("%+v, want %+v", got, flood.want)
			}
		})
	}
}

// TestForgetAsWeGo: an owner that forgets what it is done with keeps the map
// of a long stream small.
func TestForgetAsWeGo(t *testing.T) {
	w, l := begin(t, Limits{})
	w.to(1, "x")
	l.flows[0].forgetty = true
	for i := range uint32(5000) {
		w.to(2+i, "x")
	}
	if n := cap(w.table.anyFlow().streams[0].runs.all); n > 8 {
		t.Errorf("room for %d runs", n)
	}
	l.balance(w.table)
}

// TestRunsBound: a direction remembers its latest runs only.
func TestRunsBound(t *testing.T) {
	var r runs
	for i := range int64(3 * maxRuns) {
		r.add(run{at: i, n: 1, packet: i})
	}
	live := r.known()
	if len(live) != maxRuns || live[0].at != 2*maxRuns || cap(r.all) > 4*maxRuns {
		t.Errorf("%d runs from %d on, room for %d", len(live), live[0].at, cap(r.all))
	}
}

// TestManyRuns has flows remember all their packets, more than a table may:
// those that go on keep their latest, and the rest is counted.
func TestManyRuns(t *testing.T) {
	w, l := begin(t, Limits{})
	for round := range uint32(1000) {
		for i := range uint16(100) {
			h := link()
			h.SrcPort, h.Seq = 30000+i, round
			w.send(h, "x")
		}
	}
	total := 0
	for f := range l.open {
		total += f.remembered()
		if got := f.PacketsIn(nil, telltale.ToServer, 998, 1000); len(got) != 2 {
			t.Fatalf("the latest two bytes came in packets %v", got)
		}
	}
	if total > maxTableRuns || w.table.runs != total {
		t.Errorf("%d runs, counted %d", total, w.table.runs)
	}
	if s := w.table.Stats(); int(s.Forgotten) != 100*1000-total {
		t.Errorf("%d forgotten of %d, %d left", s.Forgotten, 100*1000, total)
	}
	l.balance(w.table)
	if w.table.runs != 0 {
		t.Errorf("%d runs are of no flow", w.table.runs)
	}
}

// TestIndex compares the index with a map while records come and go, with
// few tags so that they collide.
func TestIndex(t *testing.T) {
	var x index
	tags := map[uint32]uint32{} // by record
	for i := range uint32(20000) {
		record := i*7919%600 + 1
		if tag, ok := tags[record]; ok {
			x.remove(tag, record)
			delete(tags, record)
		} else {
			tag = i * 2654435761 % 97 * 0x10001
			x.insert(tag, record)
			tags[record] = tag
		}
		if x.used != len(tags) {
			t.Fatalf("%d in use, want %d", x.used, len(tags))
		}
	}
	for record, tag := range tags {
		i := x.home(tag)
		for x.slots[i].record != record {
			if x.slots[i].record == 0 {
				t.Fatalf("record %d is not found", record)
			}
			i = x.after(i)
		}
	}
}

// TestClock: time runs with the packets, and no single packet moves it far.
func TestClock(t *testing.T) {
	for _, c := range []struct {
		name  string
		times []int64
		want  int64
	}{
		{"ascending", []int64{5 * second, 6 * second, 9 * second}, 4 * second},
		{"backwards", []int64{5 * second, 4 * second, 6 * second}, second},
		{"one outlier", []int64{0, 10 * hour, second}, second},
		{"outliers that disagree", []int64{0, 10 * hour, second, 20 * hour, 2 * second}, 2 * second},
		{"one after the other", []int64{0, 10 * hour, 20 * hour, second}, second},
		{"a real pause", []int64{0, 10 * hour, 10*hour + second}, 2 * hour},
		{"first was the outlier", []int64{math.MaxInt64, 0, second, 3 * second}, 2 * second},
		{"ends of time", []int64{math.MinInt64, math.MaxInt64, math.MinInt64, math.MaxInt64}, 0},
	} {
		var k Clock
		for _, at := range c.times {
			k.Advance(at)
		}
		if k.now != c.want {
			t.Errorf("%s: %d s, want %d s", c.name, k.now/second, c.want/second)
		}
	}
}

// TestCollisions has flows of the same ends come through ever other tunnels,
// and flows between ever other ports: neither makes a search longer.
func TestCollisions(t *testing.T) {
	for name, vary := range map[string]func(h *packet.Header, i int){
		"tunnels": func(h *packet.Header, i int) { h.Depth, h.Carrier = 1, uint32(i)<<1|1 },
		"ports":   func(h *packet.Header, i int) { h.SrcPort = uint16(i) },
	} {
		table, n := NewTable(&quiet{}, Limits{Flows: 1 << 16}), 4000
		for i := range 3 * n {
			h := packet.Header{Version: 4, Proto: packet.UDP, SrcPort: 7, DstPort: 9, Src: packet.Addr{15: 1}, Dst: packet.Addr{15: 2}}
			vary(&h, i%n)
			table.Packet(&h, &capture.Packet{Number: int64(i) + 1})
		}
		if steps := table.Stats().Steps; steps > int64(8*3*n) {
			t.Errorf("%s: %d steps for %d packets of %d flows", name, steps, 3*n, n)
		}
	}
}

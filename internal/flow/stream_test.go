package flow

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
)

// A cut is a segment of the property test.
type cut struct {
	at, end int64
	data    string
}

// model is the naive reassembler: an array that is filled as segments come.
type model struct {
	main []byte
	had  []bool
	from []cut // that supplied the byte
	next int64
}

func (m *model) arrive(c cut) {
	inLine := c.at <= m.next && m.next < c.end
	for x := max(c.at, m.next); x < c.end; x++ {
		was := m.from[x]
		if inLine || !m.had[x] || c.at < was.at || c.at == was.at && c.end > was.end {
			m.main[x], m.had[x], m.from[x] = c.data[x-c.at], true, c
		}
	}
	for m.next < int64(len(m.had)) && m.had[m.next] {
		m.next++
	}
}

// cuts cuts a stream into segments, repeats, falsifies, drops and shuffles.
func cuts(r *rand.Rand, stream []byte) []cut {
	var all []cut
	most := 1 + r.IntN(40)
	for at := 0; at < len(stream); {
		n := min(1+r.IntN(most), len(stream)-at)
		all = append(all, cut{int64(at), int64(at + n), string(stream[at : at+n])})
		at += n
	}
	repeat, lie, drop := r.IntN(30), r.IntN(30), r.IntN(10)
	for range len(all) * repeat / 100 {
		at := r.IntN(len(stream))
		n := min(1+r.IntN(2*most), len(stream)-at)
		b := slices.Clone(stream[at : at+n])
		if n > 1 && r.IntN(100) < lie {
			b[r.IntN(n)] ^= 0x20
		}
		i := at * len(all) / len(stream)
		all = slices.Insert(all, i, cut{int64(at), int64(at + n), string(b)})
	}
	all = slices.DeleteFunc(all, func(cut) bool { return r.IntN(100) < drop })
	far := r.IntN(12)
	for i := range all {
		j := min(i+r.IntN(far+1), len(all)-1)
		all[i], all[j] = all[j], all[i]
	}
	return all
}

// TestReassembly compares both directions of many made-up connections with
// the naive model: same bytes, same holes, same packets, and no byte value
// that was on the wire at an offset is missing from both views.
func TestReassembly(t *testing.T) {
	for seed := range uint64(400) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) { reassemble(t, rand.New(rand.NewPCG(seed, 1))) })
	}
}

func reassemble(t *testing.T, r *rand.Rand) {
	w, l := begin(t, Limits{})
	var isn [2]uint32
	var todo [2][]cut
	var models [2]model
	seen := [2]map[int64]map[byte]bool{{}, {}}
	suppliers := [2]map[int64][]int64{{}, {}}
	for d := range todo {
		isn[d] = r.Uint32N(4000) - 2000 // about the wrap
		stream := make([]byte, 1+r.IntN(3000))
		for i := range stream {
			stream[i] = 'a' + byte(r.IntN(26))
		}
		todo[d] = cuts(r, stream)
		models[d] = model{main: make([]byte, len(stream)), had: make([]bool, len(stream)), from: make([]cut, len(stream))}
	}
	w.flagged(link(), packet.SYN, isn[0], 0)
	w.flagged(turned(link()), packet.SYN|packet.ACK, isn[1], isn[0]+1)
	for len(todo[0])+len(todo[1]) > 0 {
		d := r.IntN(2)
		if len(todo[d]) == 0 {
			continue
		}
		c := todo[d][0]
		todo[d] = todo[d][1:]
		h := link()
		if d == 1 {
			h = turned(h)
		}
		h.Seq, h.Ack = isn[d]+1+uint32(c.at), isn[1-d]+1
		number := w.send(h, c.data)
		models[d].arrive(c)
		for i := range c.data {
			x := c.at + int64(i)
			if seen[d][x] == nil {
				seen[d][x] = map[byte]bool{}
			}
			seen[d][x][c.data[i]] = true
			suppliers[d][x] = append(suppliers[d][x], number)
		}
	}
	checkPackets(t, w.table.anyFlow(), r, suppliers, models)
	o := l.only(w.table)
	for d := range models {
		compareViews(t, o, telltale.Direction(d), &models[d], seen[d])
	}
}

// anyFlow returns a live flow.
func (t *Table) anyFlow() *Flow {
	for c := range t.idle {
		if f := t.idle[c].first(); f != nil {
			return f
		}
	}
	return nil
}

// checkPackets asks for the packets of random ranges: each must have carried
// a byte of the range, and each byte delivered must have one.
func checkPackets(t *testing.T, f *Flow, r *rand.Rand, suppliers [2]map[int64][]int64, models [2]model) {
	t.Helper()
	for d := range models {
		for range 20 {
			at := r.Int64N(int64(len(models[d].main)))
			end := min(at+1+r.Int64N(50), f.streams[d].next)
			got := f.PacketsIn(nil, telltale.Direction(d), at, end)
			if !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) {
				t.Fatalf("packets not ascending: %v", got)
			}
			for x := at; x < end; x++ {
				if !slices.ContainsFunc(got, func(p int64) bool { return slices.Contains(suppliers[d][x], p) }) {
					t.Fatalf("byte %d: none of %v had it", x, got)
				}
			}
			for _, p := range got {
				if !supplies(suppliers[d], at, end, p) {
					t.Fatalf("packet %d had no byte of [%d,%d)", p, at, end)
				}
			}
		}
	}
}

func supplies(suppliers map[int64][]int64, at, end, number int64) bool {
	for x := at; x < end; x++ {
		if slices.Contains(suppliers[x], number) {
			return true
		}
	}
	return false
}

// compareViews compares what was told of a direction with the model.
func compareViews(t *testing.T, o *told, d telltale.Direction, m *model, seen map[int64]map[byte]bool) {
	t.Helper()
	last := int64(len(m.had))
	for last > 0 && !m.had[last-1] {
		last-- // a loss at the very end cannot be seen
	}
	if int64(len(o.main[d])) != last {
		t.Fatalf("%v: %d bytes told, want %d", d, len(o.main[d]), last)
	}
	for x := range last {
		if o.hole[d][x] == m.had[x] {
			t.Fatalf("%v: byte %d: hole %v, the model had it %v", d, x, o.hole[d][x], m.had[x])
		}
		if m.had[x] && o.main[d][x] != m.main[x] {
			t.Fatalf("%v: byte %d is %q, want %q", d, x, o.main[d][x], m.main[x])
		}
		if m.had[x] {
			delete(seen[x], o.main[d][x])
		}
	}
	for _, a := range o.alts[d] {
		for i := range a.data {
			delete(seen[a.at+int64(i)], a.data[i])
		}
	}
	for x, left := range seen {
		for b := range left {
			t.Errorf("%v: byte %q at %d was on the wire and in neither view", d, b, x)
		}
	}
}

// views writes a direction as "main|gaps|alts" for tests of single cases.
func (o *told) views(d telltale.Direction) string {
	var alts []string
	for _, a := range o.alts[d] {
		alts = append(alts, fmt.Sprintf("%d:%s", a.at, a.data))
	}
	return fmt.Sprintf("%s|%s", o.main[d], strings.Join(alts, " "))
}

// TestStream holds single cases of what can happen to a stream. Each begins
// with a SYN of sequence number 99: the first byte is number 100.
func TestStream(t *testing.T) {
	type seg struct {
		seq  uint32
		data string
	}
	for _, c := range []struct {
		name     string
		segs     []seg
		want     string // main view, gaps as ?, then the alternatives
		repeated int64
	}{
		{"in order", []seg{{100, "imei="}, {105, "35"}}, "imei=35|", 0},
		{"reordered", []seg{{105, "35"}, {100, "imei="}}, "imei=35|", 0},
		{"reversed byte by byte", []seg{{103, "d"}, {102, "c"}, {101, "b"}, {100, "a"}}, "abcd|", 0},
		{"gap", []seg{{100, "3569"}, {108, "5643809"}}, "3569????5643809|", 0},
		{"gap at the start", []seg{{102, "cd"}}, "??cd|", 0},
		{"repeated", []seg{{100, "abcd"}, {100, "abcd"}}, "abcd|", 4},
		{"repeated in other pieces", []seg{{100, "ab"}, {102, "cd"}, {101, "bc"}}, "abcd|", 2},
		{"repeated and more", []seg{{100, "abcd"}, {102, "cdef"}}, "abcdef|", 2},
		{"repeated copy differs", []seg{{100, "abcd"}, {100, "aXcd"}}, "abcd|0:aXcd", 0},
		{"repeated copy differs, new tail", []seg{{100, "abcd"}, {102, "cXef"}}, "abcdef|2:cX", 0},
		{"two held copies differ", []seg{{102, "cd"}, {102, "XX"}, {100, "ab"}}, "abcd|2:XX", 0},
		{"two held copies are the same", []seg{{102, "cd"}, {102, "cd"}, {100, "ab"}}, "abcd|", 2},
		{"held overlap left", []seg{{104, "ef"}, {102, "cdX"}, {100, "ab"}}, "abcdXf|4:e", 0},
		{"held overlap right", []seg{{102, "cde"}, {104, "Xf"}, {100, "ab"}}, "abcdef|4:X", 0},
		{"held overlap encloses", []seg{{103, "d"}, {102, "cXef"}, {100, "ab"}}, "abcXef|3:d", 0},
		{"held overlap inside", []seg{{102, "cdef"}, {103, "X"}, {100, "ab"}}, "abcdef|3:X", 0},
		{"next in line wins over held", []seg{{103, "3569"}, {100, "abcXXXXh"}}, "abcXXXXh|3:3569", 0},
		{"next in line brings what is held", []seg{{102, "cd"}, {105, "f"}, {100, "abcdefg"}}, "abcdefg|", 3},
		{"next in line ends inside held", []seg{{102, "cdef"}, {100, "abXX"}}, "abXXef|2:cd", 0},
		{"keep-alive byte", []seg{{100, "abcd"}, {103, "\x00"}, {103, "d"}}, "abcd|3:\x00", 1},
		{"keep-alive before the first byte", []seg{{99, "\x00"}, {100, "ab"}}, "ab|-1:\x00", 0},
		{"before the start", []seg{{90, "xyz"}, {100, "ab"}}, "ab|-10:xyz", 0},
		{"far ahead", []seg{{100, "ab"}, {100 + reach + 3, "xyz"}, {102, "cd"}}, "abcd|16777219:xyz", 0},
		{"far behind", []seg{{100, "ab"}, {1<<32 + 99 - reach, "xyz"}}, "ab|-16777217:xyz", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, l := begin(t, Limits{})
			w.flagged(link(), packet.SYN, 99, 0)
			for _, s := range c.segs {
				w.to(s.seq, s.data)
			}
			o := l.only(w.table)
			if got := o.views(telltale.ToServer); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if got := w.table.Stats().Repeated; got != c.repeated {
				t.Errorf("repeated %d, want %d", got, c.repeated)
			}
		})
	}
}

// TestLateAfterHole: bytes that come after their hole was given up are told,
// and never joined to the main view.
func TestLateAfterHole(t *testing.T) {
	w, l := begin(t, Limits{Stream: pieceCost + 4})
	w.flagged(link(), packet.SYN, 99, 0)
	w.to(100, "3569")
	w.to(108, "5643")
	w.to(113, "9")
	late := w.to(104, "3803")
	o := l.only(w.table)
	if got, want := o.views(telltale.ToServer), "3569????5643?9|4:3803"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if a := o.alts[0][0]; a.packet != late {
		t.Errorf("alternative of packet %d, want %d", a.packet, late)
	}
}

// TestManyHoles: which holes are forgotten, those bytes are told and not
// taken for repeated ones.
func TestManyHoles(t *testing.T) {
	w, l := begin(t, Limits{Stream: 1})
	w.flagged(link(), packet.SYN, 99, 0)
	for i := range uint32(4 * maxHoles) {
		w.to(101+2*i, "x")
	}
	for i := range uint32(4 * maxHoles) {
		w.to(100+2*i, "yx")
	}
	o := l.only(w.table)
	if got := len(o.alts[0]); got != 4*maxHoles {
		t.Errorf("%d alternatives, want %d", got, 4*maxHoles)
	}
}

// TestMidstream: without a SYN the first segment is the start, and what lies
// before it is an alternative.
func TestMidstream(t *testing.T) {
	w, l := begin(t, Limits{})
	w.to(5000, "cd")
	w.to(4998, "ab")
	w.to(5002, "ef")
	if got := l.only(w.table).views(telltale.ToServer); got != "cdef|-2:ab" {
		t.Errorf("got %s", got)
	}
}

// TestDataInSYN: TCP Fast Open (RFC 7413) puts the first bytes in the SYN.
func TestDataInSYN(t *testing.T) {
	w, l := begin(t, Limits{})
	h := link()
	h.Flags, h.Seq = packet.SYN, 99
	w.send(h, "GET /")
	w.to(105, " HTTP/1.1")
	if got := l.only(w.table).views(telltale.ToServer); got != "GET / HTTP/1.1|" {
		t.Errorf("got %s", got)
	}
}

// TestCut: what the capture length cut off is a gap as soon as more comes,
// and nothing is held back for it.
func TestCut(t *testing.T) {
	w, l := begin(t, Limits{})
	w.flagged(link(), packet.SYN, 99, 0)
	for i := range uint32(3) {
		h := link()
		h.Seq, h.Cut = 100+10*i, 6
		w.send(h, "abcd")
	}
	if got := string(l.flows[0].main[0]); got != "abcd??????abcd??????abcd" {
		t.Errorf("got %s", got)
	}
	l.balance(w.table)
	if s := w.table.Stats(); s.Cut != 18 || s.Gap != 0 {
		t.Errorf("cut %d, want 18; gap beside it %d, want 0", s.Cut, s.Gap)
	}
}

// TestCutAcknowledged: what was cut off is a gap as soon as the other side says that it has
// it, before it answers.
func TestCutAcknowledged(t *testing.T) {
	w, l := begin(t, Limits{})
	w.flagged(link(), packet.SYN, 99, 0)
	h := link()
	h.Seq, h.Cut = 100, 6
	w.send(h, "abcd")
	for _, c := range []struct {
		ack  uint32
		want string
	}{{104, "abcd"}, {109, "abcd"}, {110, "abcd??????"}} {
		w.flagged(turned(link()), packet.ACK, 500, c.ack)
		if got := string(l.flows[0].main[0]); got != c.want {
			t.Errorf("acknowledged up to %d: %s, want %s", c.ack, got, c.want)
		}
	}
	if w.to(110, "more"); string(l.flows[0].main[0]) != "abcd??????more" {
		t.Errorf("got %s", l.flows[0].main[0])
	}
	l.balance(w.table)
}

// TestCutHeld: the same for segments that were held back.
func TestCutHeld(t *testing.T) {
	w, l := begin(t, Limits{})
	w.flagged(link(), packet.SYN, 99, 0)
	w.to(112, "ef")
	for _, seq := range []uint32{106, 100} {
		h := link()
		h.Seq, h.Cut = seq, 4
		w.send(h, "ab")
	}
	if got := string(l.flows[0].main[0]); got != "ab????ab????ef" {
		t.Errorf("got %s", got)
	}
	l.balance(w.table)
}

// TestSYNMissed: the server's SYN tells where the client's stream begins.
func TestSYNMissed(t *testing.T) {
	w, l := begin(t, Limits{})
	w.flagged(turned(link()), packet.SYN|packet.ACK, 499, 100)
	w.to(102, "cd")
	w.to(100, "ab")
	if got := l.only(w.table).views(telltale.ToServer); got != "abcd|" {
		t.Errorf("got %s", got)
	}
}

// TestSYNWithOtherNumbers: what a stray SYN carries has no place in the
// stream, wherever its number would put it.
func TestSYNWithOtherNumbers(t *testing.T) {
	w, l := begin(t, Limits{})
	w.to(100, "ab")
	h := link()
	h.Flags, h.Seq = packet.SYN, 101
	w.send(h, "XX")
	w.to(102, "cd")
	if got := l.only(w.table).views(telltale.ToServer); got != "abcd|2:XX" {
		t.Errorf("got %s", got)
	}
}

// TestFarBehind: what lies further back than anyone repeats is told.
func TestFarBehind(t *testing.T) {
	w, l := begin(t, Limits{})
	const size = 60000
	bulk, seq := strings.Repeat("x", size), uint32(100)
	for ; seq < 100+reach+size; seq += size {
		w.to(seq, bulk)
	}
	w.to(100, "imei")
	w.to(seq-2*reach/3, "xx")
	o := l.only(w.table)
	if s := w.table.Stats(); len(o.alts[0]) != 1 || o.alts[0][0].data != "imei" || s.Unchecked != 2 {
		t.Errorf("alternatives %v, unchecked %d", o.alts[0], s.Unchecked)
	}
}

// TestAfterTheEnd: what comes after FIN and RST is told, amid what was before,
// and what an RST carries.
func TestAfterTheEnd(t *testing.T) {
	w, l := begin(t, Limits{})
	w.flagged(link(), packet.SYN, 99, 0)
	w.to(100, "imei=")
	w.flagged(link(), packet.FIN|packet.ACK, 105, 0)
	h := turned(link())
	h.Flags, h.Seq = packet.RST, 77
	w.send(h, "go away")
	w.to(105, "3569")
	o := l.only(w.table)
	if got := o.views(telltale.ToServer); got != "imei=|5:3569" || o.reads[1] != "imei=3569" || o.Ended != telltale.EndedRST {
		t.Errorf("got %s, ended %s", got, o.Ended)
	}
	if got := o.views(telltale.ToClient); got != "|0:go away" {
		t.Errorf("got %s", got)
	}
}

// TestResume: where the capture lost more than a stream's reach, it goes on
// as soon as the other side shows that it has come so far.
func TestResume(t *testing.T) {
	const lost = reach + 1000
	for _, heard := range []bool{false, true} {
		w, l := begin(t, Limits{})
		w.flagged(link(), packet.SYN, 99, 0)
		w.to(100, "ab")
		w.to(104, "xy")
		if heard {
			w.flagged(turned(link()), packet.ACK, 7, 102)
		}
		w.to(102+lost, "cd")
		w.to(104+lost, "ef")
		want, gap := "ab??xy?ef|16778218:cd", lost
		if heard {
			w.flagged(turned(link()), packet.ACK, 7, 106+lost)
			w.to(106+lost, "gh")
			want, gap = "ab??xy?gh|16778218:cd 16778220:ef", lost+2
		}
		o := l.only(w.table)
		if got := o.views(telltale.ToServer); got != want || l.gap != int64(gap) {
			t.Errorf("heard %v: got %s, want %s; gap %d, want %d", heard, got, want, l.gap, gap)
		}
	}
}

// TestHoldBounds: a flood of holes is held within the limits, in all.
func TestHoldBounds(t *testing.T) {
	const stream, all = 8 << 10, 20 << 10
	w, l := begin(t, Limits{Stream: stream, Hold: all})
	for i := range uint32(20000) {
		h := link()
		h.SrcPort += uint16(i % 7)
		h.Seq = 100 + 2*(i/7)
		w.send(h, "x")
		if w.table.held > all {
			t.Fatalf("%d held, want at most %d", w.table.held, all)
		}
	}
	l.balance(w.table)
}

// TestHoldFlood: holes in no order, more than are held.
func TestHoldFlood(t *testing.T) {
	w, l := begin(t, Limits{})
	w.flagged(link(), packet.SYN, 99, 0)
	r := rand.New(rand.NewPCG(1, 2))
	for range 40000 {
		w.to(101+2*r.Uint32N(30000), "x")
	}
	l.balance(w.table)
}

// TestRecentTurns: a long stream through a small memory of recent data.
func TestRecentTurns(t *testing.T) {
	w, l := begin(t, Limits{Recent: 64})
	w.flagged(link(), packet.SYN, 99, 0)
	text := strings.Repeat("0123456789", 30)
	for at := 0; at < len(text); at += 6 {
		w.to(100+uint32(at), text[at:at+6])
		w.to(100+uint32(at), text[at:at+6])
		w.to(100+uint32(at), "??????")
	}
	if s := w.table.Stats(); s.Unchecked != 0 {
		t.Errorf("%d of what came twice in a row was not compared", s.Unchecked)
	}
	w.to(100, text[:60])
	if s := w.table.Stats(); s.Unchecked == 0 {
		t.Error("bytes from long ago were compared")
	}
	o := l.only(w.table)
	if !bytes.Equal(o.main[0], []byte(text)) || len(o.alts[0]) != 50 {
		t.Errorf("%d alternatives, main %s", len(o.alts[0]), o.main[0])
	}
}

// TestRecentAcrossHoles: bytes on both sides of a hole are remembered where
// they belong.
func TestRecentAcrossHoles(t *testing.T) {
	w, l := begin(t, Limits{Stream: 1})
	w.flagged(link(), packet.SYN, 99, 0)
	w.to(100, "abcd")
	w.to(106, "ghij")
	w.to(106, "ghij")
	l.balance(w.table)
	if s := w.table.Stats(); s.Repeated != 4 || s.Unchecked != 0 {
		t.Errorf("repeated %d, unchecked %d; want 4 and 0", s.Repeated, s.Unchecked)
	}
}

// TestRecentOfOthers: the memory of one flow is not taken for another's when
// many small pieces have passed.
func TestRecentOfOthers(t *testing.T) {
	w, l := begin(t, Limits{})
	other := link()
	other.SrcPort++
	w.to(100, "abcd")
	for i := range uint32(recentPieces) {
		other.Seq = 100 + 4*i
		w.send(other, "wxyz")
		w.to(104+4*i, "efgh")
	}
	w.to(100, "abcd")
	w.to(104, "efgh")
	l.balance(w.table)
	if s := w.table.Stats(); s.Repeated != 8 || s.Unchecked != 8 {
		t.Errorf("repeated %d, unchecked %d; want 8 and 8", s.Repeated, s.Unchecked)
	}
}

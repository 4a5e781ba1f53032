package flow

import (
	"bytes"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/packet"
)

// Both ends of the flows that tests make.
var (
	phone  = packet.AddrFrom(netip.MustParseAddr("192.0.2.10"))
	server = packet.AddrFrom(netip.MustParseAddr("198.51.100.7"))
)

// wire feeds a table with packets whose headers it makes up.
type wire struct {
	table  *Table
	clock  Clock
	number int64
	time   int64 // ns; a millisecond more for each packet
}

// link is the TCP connection that tests use unless they say otherwise.
func link() packet.Header {
	return packet.Header{Version: 4, Proto: packet.TCP, Src: phone, Dst: server, SrcPort: 40001, DstPort: 80, Flags: packet.ACK, Window: 1024}
}

// turned returns h as the other side sends it.
func turned(h packet.Header) packet.Header {
	h.Src, h.Dst, h.SrcPort, h.DstPort = h.Dst, h.Src, h.DstPort, h.SrcPort
	h.SrcMAC, h.DstMAC = h.DstMAC, h.SrcMAC
	return h
}

// send gives the table one packet and returns its number.
func (w *wire) send(h packet.Header, payload string) int64 {
	w.number++
	w.time += 1e6
	b := make([]byte, 40, 40+len(payload))
	b = append(b, payload...)
	h.PayloadStart, h.PayloadEnd = 40, len(b)
	w.table.At(w.clock.Advance(w.time))
	w.table.Packet(&h, &capture.Packet{Data: b, Time: w.time, Number: w.number, WireLen: len(b) + h.Cut})
	for i := range b {
		b[i] = 0xdb // all bytes were borrowed
	}
	return w.number
}

// to sends a TCP segment from the client.
func (w *wire) to(seq uint32, payload string) int64 {
	h := link()
	h.Seq = seq
	return w.send(h, payload)
}

// flagged sends a segment with flags from the client or, turned, the server.
func (w *wire) flagged(h packet.Header, flags uint8, seq, ack uint32) int64 {
	h.Flags, h.Seq, h.Ack = flags, seq, ack
	return w.send(h, "")
}

// A log is a Handler that keeps what it is told, and holds the table to the
// rules that need no knowledge of the packets.
type log struct {
	t     testing.TB
	flows []*told
	open  map[*Flow]*told
	order []int64 // IDs as they were closed
	data  int64
	alt   int64
	gap   int64
}

// told is what was told of a flow.
type told struct {
	Flow           // as it was at Close
	closed   int64 // the number given to Close
	next     [2]int64
	main     [2][]byte // a gap is as many ?, one if it is longer than 64 KiB
	hole     [2][]bool // which bytes of main are of a gap
	gaps     [2][]telltale.Range
	alts     [2][]altCopy
	reads    []string // all that was told of other readings, with what lies around
	news     []news
	forgetty bool
}

// news is what was told of a copy: only what begins before to and ends after from.
type news struct {
	data     string
	from, to int
}

// tells reports whether a value is news, amid what lies around it.
func (o *told) tells(before, value, after string) bool {
	return slices.ContainsFunc(o.news, func(n news) bool {
		i := strings.Index(n.data, before+value+after) + len(before)
		return i >= len(before) && i < n.to && i+len(value) > n.from
	})
}

type altCopy struct {
	at     int64
	data   string
	packet int64
}

func newLog(t testing.TB) *log { return &log{t: t, open: map[*Flow]*told{}} }

func (l *log) Open(f *Flow) {
	if l.open[f] != nil || f.App != nil {
		l.t.Fatalf("flow %d opened over one that is open, App %v", f.ID, f.App)
	}
	o := &told{}
	f.App = o
	l.open[f] = o
	l.flows = append(l.flows, o)
}

// at checks that a call comes where the last one ended.
func (l *log) at(f *Flow, d telltale.Direction, at int64) *told {
	o := l.open[f]
	if o == nil || f.App != o {
		l.t.Fatalf("flow %d is not open", f.ID)
	}
	if o.next[d] != at {
		l.t.Fatalf("flow %d %v: at %d, want %d", f.ID, d, at, o.next[d])
	}
	return o
}

func (l *log) Data(f *Flow, d telltale.Direction, at int64, b []byte) {
	if len(b) == 0 {
		l.t.Fatal("empty Data")
	}
	o := l.at(f, d, at)
	o.next[d] += int64(len(b))
	o.main[d] = append(o.main[d], b...)
	o.hole[d] = append(o.hole[d], make([]bool, len(b))...)
	l.data += int64(len(b))
	if o.forgetty {
		f.Forget(d, at)
	}
	if got := f.PacketsIn(nil, d, at, at+int64(len(b))); len(got) != 1 {
		l.t.Fatalf("flow %d: packets of one Data: %v", f.ID, got)
	}
}

func (l *log) Gap(f *Flow, d telltale.Direction, at, n int64) {
	if n <= 0 {
		l.t.Fatalf("gap of %d", n)
	}
	o := l.at(f, d, at)
	o.gaps[d] = append(o.gaps[d], telltale.Range{Start: at, End: at + n})
	o.next[d] += n
	l.gap += n
	if n > 64<<10 {
		n = 1
	}
	o.main[d] = append(o.main[d], bytes.Repeat([]byte{'?'}, int(n))...)
	o.hole[d] = append(o.hole[d], slices.Repeat([]bool{true}, int(n))...)
}

func (l *log) Alt(f *Flow, d telltale.Direction, c Copy) {
	if c.New < 0 || c.From < 0 || c.From+c.New > len(c.Data) || c.To < 0 || c.To > len(c.Data) || len(c.Packets) == 0 {
		l.t.Fatalf("Alt %+v of %d bytes", c, len(c.Data))
	}
	if c.New == 0 && (c.To == 0 || c.From == len(c.Data)) {
		l.t.Fatalf("Alt tells nothing: %+v", c)
	}
	o, data := l.open[f], string(c.Data)
	o.news = append(o.news, news{data, c.From, c.To})
	o.reads = append(o.reads, data)
	if c.New == 0 {
		return
	}
	o.alts[d] = append(o.alts[d], altCopy{c.At, data[c.From : c.From+c.New], c.Packets[len(c.Packets)-1]})
	l.alt += int64(c.New)
}

func (l *log) Close(f *Flow, packet int64) {
	o := l.open[f]
	if o == nil || f.Ended == "" {
		l.t.Fatalf("flow %d closed; open %v, ended %q", f.ID, o != nil, f.Ended)
	}
	delete(l.open, f)
	l.order = append(l.order, f.ID)
	o.Flow, o.closed = *f, packet
	f.App = nil
}

// balance ends the capture and checks the law of the package: every payload
// byte is accounted for once.
func (l *log) balance(t *Table) {
	l.t.Helper()
	t.Finish()
	s := t.Stats()
	if s.Payload != l.data+l.alt+s.Repeated {
		l.t.Errorf("payload %d = data %d + alt %d + repeated %d + %d lost", s.Payload, l.data, l.alt, s.Repeated, s.Payload-l.data-l.alt-s.Repeated)
	}
	if s.Gap > l.gap || s.Unchecked > s.Repeated {
		l.t.Errorf("stats %+v, gaps told %d", s, l.gap)
	}
	if len(l.open) != 0 || t.live != 0 || t.index.used != 0 || t.held != 0 || t.holders.first() != nil {
		l.t.Errorf("left over: %d open, %d live, %d slots, %d held", len(l.open), t.live, t.index.used, t.held)
	}
}

// begin returns a table of default limits with its log and wire.
func begin(t testing.TB, lim Limits) (*wire, *log) {
	l := newLog(t)
	return &wire{table: NewTable(l, lim)}, l
}

// only ends the capture and returns its one flow.
func (l *log) only(t *Table) *told {
	l.t.Helper()
	l.balance(t)
	if len(l.flows) != 1 {
		l.t.Fatalf("%d flows, want 1", len(l.flows))
	}
	return l.flows[0]
}

// FuzzTable gives a table with hardly any memory a made-up run of packets.
// Whatever they are, the law holds and the log finds nothing wrong.
func FuzzTable(f *testing.F) {
	f.Add([]byte("\x00\x02\x00\x00\x00\x00\x01\x12\x00\x00\x00\x00\x00\x10\x05\x30\x00\x10\x00\x00\x00\x10\x10\x30"))
	f.Add(bytes.Repeat([]byte("\x01\x10\x07\x00\x00\x20\x30\x10\x00\x10\x00\x11\x00\x00\x07\x30"), 40))
	f.Add(bytes.Repeat([]byte("\x13\x18\x00\xff\xff\xff\x01\x00"), 60))
	f.Fuzz(func(t *testing.T, ops []byte) {
		w, l := begin(t, Limits{Flows: 3, Stream: 1500, Hold: 2500, Recent: 128})
		for ; len(ops) >= 8; ops = ops[8:] {
			w.op(ops[:8])
		}
		l.balance(w.table)
	})
}

// op sends the packet that 8 bytes describe.
func (w *wire) op(b []byte) {
	h := link()
	h.SrcPort += uint16(b[0] & 3)
	if b[0]&4 != 0 {
		h.Proto = packet.UDP
	}
	h.Flags = b[1]
	h.Ack = uint32(b[2])
	// Mostly near by, on both sides of zero; sometimes anywhere.
	h.Seq = uint32(int8(b[3])) * uint32(1+b[4]&7)
	if b[4]&0xf8 == 0xf8 {
		h.Seq = uint32(b[4])<<29 | uint32(b[3])
	}
	h.Cut = int(b[5] >> 5)
	if b[0]&8 != 0 {
		h = turned(h)
	}
	if b[7] > 0xf0 {
		w.time += int64(b[7]-0xf0) * 10 * minute
	}
	if b[7] == 0 {
		w.time = int64(b[6])<<55 | math.MinInt64
	}
	w.send(h, string(bytes.Repeat(b[6:7], int(b[5]&31))))
}

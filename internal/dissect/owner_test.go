package dissect

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
)

// sample is a flow of one protocol as its two sides spoke it.
type sample struct {
	name  string
	of    *Dissector
	port  uint16
	turns []turn
}

// turn is what one side said before the other did, or one datagram.
type turn struct {
	dir telltale.Direction
	b   []byte
}

func up(s string) turn   { return turn{telltale.ToServer, []byte(s)} }
func down(s string) turn { return turn{telltale.ToClient, []byte(s)} }

// stream returns all that was said in direction d.
func (s *sample) stream(d telltale.Direction) []byte {
	var b []byte
	for _, t := range s.turns {
		if t.dir == d {
			b = append(b, t.b...)
		}
	}
	return b
}

// newFlow returns the flow that s would be.
func (s *sample) newFlow() *flow.Flow {
	f := &flow.Flow{ID: 1}
	f.SrcPort, f.DstPort, f.Proto = 40000, s.port, s.of.Proto
	return f
}

// owner holds a flow as the pipeline does, and is its sink. It checks what
// every parser owes: borrowed bytes that are those of the stream, paired
// calls, and that nothing used goes missing.
type owner struct {
	t      testing.TB
	parser Parser
	dirs   [2]ownerHalf
	log    []string // messages as they ended
}

type ownerHalf struct {
	stream  []byte // everything that was said, with zeros in gaps
	pending []byte
	at      int64 // of pending[0]
	used    int64
	wire    int64
	opaque  int64
	dead    bool // Parse gave up
	open    *Message
	parts   []string
	body    []byte
	bodyAt  int64
	lent    []lent // in the call of Parse that runs
}

// lent is a field that must keep its bytes until Parse returns or the message
// ends.
type lent struct{ data, was []byte }

func (s *sample) owner(t testing.TB) *owner {
	o := &owner{t: t, parser: s.of.New(s.newFlow())}
	for d := range o.dirs {
		o.dirs[d].stream = s.stream(telltale.Direction(d))
	}
	return o
}

// data hands over the next bytes of direction d.
func (o *owner) data(d telltale.Direction, b []byte) {
	h := &o.dirs[d]
	h.pending = append(h.pending, b...)
	if h.dead {
		return
	}
	lent := bytes.Clone(h.pending)
	n, err := o.parser.Parse(d, h.at, lent, o)
	if n < 0 || n > len(lent) {
		o.t.Fatalf("used %d of %d bytes", n, len(lent))
	}
	for i := range lent {
		lent[i] = 0xee // what was lent is gone
	}
	h.lent = nil
	h.pending, h.at, h.used = h.pending[n:], h.at+int64(n), h.used+int64(n)
	h.dead = err != nil
	if err == nil && len(h.pending) > MaxWait {
		o.t.Fatalf("%d bytes wait unused", len(h.pending))
	}
	if err != nil {
		o.note(d, "error at %d", h.at)
	}
}

// gap tells that the next n bytes of direction d are missing.
func (o *owner) gap(d telltale.Direction, n int64) {
	h := &o.dirs[d]
	at := h.at + int64(len(h.pending))
	clear(h.stream[at : at+n])
	o.cut(d)
	if !h.dead && !o.parser.Gap(d, at, n, o) {
		h.dead = true
	}
	h.pending, h.at = nil, at+n
}

// cut has the parser tell what it can of the bytes that wait.
func (o *owner) cut(d telltale.Direction) {
	h := &o.dirs[d]
	c, ok := o.parser.(Cutter)
	if !ok || h.dead || len(h.pending) == 0 {
		return
	}
	n := c.Cut(d, h.at, h.pending, o)
	if n < 0 || n > len(h.pending) {
		o.t.Fatalf("told %d of %d bytes", n, len(h.pending))
	}
	h.pending, h.at, h.used = h.pending[n:], h.at+int64(n), h.used+int64(n)
}

func (o *owner) close(d telltale.Direction) {
	h := &o.dirs[d]
	o.cut(d)
	o.parser.Close(d, o)
	if h.open != nil {
		o.t.Fatal("a message is open after Close")
	}
	if h.used != h.wire+h.opaque {
		o.t.Fatalf("%v: used %d, but %d on the wire of messages and %d opaque", d, h.used, h.wire, h.opaque)
	}
	h.at += int64(len(h.pending))
	h.pending = nil
}

func (o *owner) note(d telltale.Direction, format string, args ...any) {
	o.log = append(o.log, d.String()+": "+fmt.Sprintf(format, args...))
}

func (o *owner) Begin(m *Message) {
	h := &o.dirs[m.Dir]
	if h.open != nil {
		o.t.Fatal("Begin in an open message")
	}
	if m.State != nil {
		o.t.Fatal("a new message has an old State")
	}
	h.open, h.parts, h.body, m.State = m, nil, nil, o
	h.parts = append(h.parts, describe(m))
}

func (o *owner) Field(m *Message, f Field) {
	o.inside(m)
	h := &o.dirs[m.Dir]
	switch {
	case f.Runs != nil:
		o.joined(m, &f)
	case f.Wire != nil:
		o.same(m.Dir, f.Name, f.At, f.Wire)
	case !m.Opened:
		o.same(m.Dir, f.Name, f.At, f.Data)
	}
	at := strconv.FormatInt(f.At, 10)
	if f.Runs != nil {
		at = fmt.Sprint(f.Runs)
	}
	h.parts = append(h.parts, fmt.Sprintf("%s@%s %q", f.Name, at, f.Data))
	h.lent = append(h.lent, lent{f.Data, bytes.Clone(f.Data)})
}

// joined checks that the runs of f are all of it, and lie where bytes came from.
func (o *owner) joined(m *Message, f *Field) {
	data := f.Data
	for _, r := range f.Runs {
		if r.N <= 0 || r.N > len(data) {
			o.t.Fatalf("%s: runs %v of %d bytes", f.Name, f.Runs, len(f.Data))
		}
		if h := &o.dirs[m.Dir]; r.At < 0 || r.At+int64(r.N) > h.at+int64(len(h.pending)) {
			o.t.Fatalf("%s: run %v is of what did not come yet", f.Name, r)
		}
		if !m.Opened {
			o.same(m.Dir, f.Name, r.At, data[:r.N])
		}
		data = data[r.N:]
	}
	if len(data) > 0 {
		o.t.Fatalf("%s: of %d bytes the last %d have no run", f.Name, len(f.Data), len(data))
	}
}

func (o *owner) Body(m *Message, at int64, b []byte) {
	o.inside(m)
	if len(b) == 0 {
		o.t.Fatal("an empty piece of body")
	}
	h := &o.dirs[m.Dir]
	if !m.Opened {
		o.same(m.Dir, m.BodyName, at, b)
	}
	if h.body == nil || at != h.bodyAt+int64(len(h.body)) {
		o.flush(h)
		h.bodyAt = at
	}
	h.body = append(h.body, b...)
}

func (o *owner) flush(h *ownerHalf) {
	if h.body != nil {
		h.parts = append(h.parts, fmt.Sprintf("%s@%d %q", h.open.BodyName, h.bodyAt, h.body))
		h.body = nil
	}
}

func (o *owner) End(m *Message) {
	o.inside(m)
	h := &o.dirs[m.Dir]
	o.flush(h)
	for _, l := range h.lent {
		if !bytes.Equal(l.data, l.was) {
			o.t.Fatalf("a field became %q before its message ended, and was %q", l.data, l.was)
		}
	}
	h.lent = nil
	h.wire += m.Wire
	tail := fmt.Sprintf("end %d+%d, body %d", m.Start, m.Wire, m.BodyLen)
	if m.TLS != nil && m.TLS.Cipher+string(m.TLS.Certificate) != "" {
		tail += fmt.Sprintf(", server %s %s alpn=%q certificate=%q", m.TLS.Version, m.TLS.Cipher, m.TLS.ALPN, m.TLS.Certificate)
	}
	tail += facts(m)
	if m.Truncated {
		tail += ", truncated"
	}
	if m.Untold > 0 {
		tail += fmt.Sprintf(", %d untold", m.Untold)
	}
	o.note(m.Dir, "%s", strings.Join(append(h.parts, tail), "\n\t"))
	h.open = nil
}

// facts writes down what a message tells besides.
func facts(m *Message) string {
	var s strings.Builder
	for _, f := range m.Facts {
		fmt.Fprintf(&s, ", %s=%q", f.Name, f.Value)
	}
	return s.String()
}

func (o *owner) Opaque(d telltale.Direction, at, n int64, channel string) {
	h := &o.dirs[d]
	if n <= 0 || at < 0 || at+n > int64(len(h.stream)) {
		o.t.Fatalf("opaque [%d,%d) of %d", at, at+n, len(h.stream))
	}
	if h.open != nil {
		o.t.Fatal("opaque bytes inside a message")
	}
	h.opaque += n
}

func (o *owner) inside(m *Message) {
	if o.dirs[m.Dir].open != m || m.State != o {
		o.t.Fatal("not the message that is open")
	}
}

// same checks that b stands at stream offset at; a dot of a name stands for
// a length.
func (o *owner) same(d telltale.Direction, name string, at int64, b []byte) {
	stream := o.dirs[d].stream
	if at < 0 || at+int64(len(b)) > int64(len(stream)) {
		o.t.Fatalf("%s at %d is outside the stream", name, at)
	}
	for i, c := range b {
		if w := stream[at+int64(i)]; w != c && !(name == "dns.name" && c == '.' && w < 64) {
			o.t.Fatalf("%s: byte %d is %q, on the wire %q", name, i, c, w)
		}
	}
}

// describe writes down what a message's head told.
func describe(m *Message) string {
	s := fmt.Sprintf("%s %s %s", m.Proto, m.Protection, m.ContentType)
	if len(m.Encodings) > 0 {
		s += fmt.Sprint(" ", m.Encodings)
	}
	if h := m.HTTP; h != nil {
		s += fmt.Sprintf(" %s %s %d %s host=%s ua=%s length=%d", h.Method, h.URL, h.Status, h.Version, h.Host, h.UserAgent, h.ContentLength)
	}
	if q := m.DNS; q != nil {
		s += fmt.Sprintf(" query=%v rcode=%d %q %s", q.Query, q.Rcode, q.Name, q.Type)
		var answers strings.Builder
		for _, a := range q.Answers {
			fmt.Fprintf(&answers, "\n\t\t%q %s %d %q", a.Name, a.Type, a.TTL, a.Data)
		}
		s += answers.String()
	}
	if h := m.TLS; h != nil && h.Cipher == "" {
		s += fmt.Sprintf(" sni=%s %s alpn=%q ech=%v ja3=%s ja4=%s", h.SNI, h.Version, h.ALPN, h.ECH, h.JA3(), h.JA4())
	}
	return s
}

// play runs the sample, each turn of a stream cut by cut, and returns what
// came out.
func (s *sample) play(t testing.TB, cut func(b []byte) [][]byte) []string {
	return s.playTo(s.owner(t), cut)
}

func (s *sample) playTo(o *owner, cut func(b []byte) [][]byte) []string {
	for _, turn := range s.turns {
		if s.of.Proto != packet.TCP {
			o.data(turn.dir, turn.b)
			o.close(turn.dir)
			continue
		}
		for _, b := range cut(turn.b) {
			o.data(turn.dir, b)
		}
	}
	o.close(telltale.ToServer)
	o.close(telltale.ToClient)
	for d, h := range o.dirs {
		o.note(telltale.Direction(d), "wire %d, opaque %d of %d", h.wire, h.opaque, len(h.stream))
	}
	slices.Sort(o.log) // the two directions are on their own
	return o.log
}

// whole does not cut.
func whole(b []byte) [][]byte { return [][]byte{b} }

// every cuts into pieces of n bytes.
func every(n int) func([]byte) [][]byte {
	return func(b []byte) [][]byte { return slices.Collect(slices.Chunk(b, n)) }
}

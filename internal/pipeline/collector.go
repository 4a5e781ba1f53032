package pipeline

import (
	"bytes"
	"slices"
	"sort"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/decode"
	"github.com/telltale-audit/telltale/internal/destination"
	"github.com/telltale-audit/telltale/internal/detect"
	"github.com/telltale-audit/telltale/internal/dissect"
)

// Bounds of what a message holds until it is searched.
const (
	window     = 256 << 10 // a longer body is searched in windows of this size
	maxInflate = 2 << 20   // a compressed body is held whole up to this size, and a longer one inflated in pieces
	leastPiece = 128 << 10 // that are longer, by far, than what is kept between them
	entryCost  = 64        // bytes that a field or a run costs beside its data
)

// collector gathers one message until it can be searched: its fields, and its
// body or a window of it. Bytes that a parser hands over are borrowed until
// Parse returns; settle then makes copies of what is still needed, so a
// message that came in one piece is searched without a copy.
type collector struct {
	m       *dissect.Message
	text    []byte // of m.HTTP
	fields  []dissect.Field
	body    []byte
	base    int64            // body offset of body[0]
	done    int64            // body offset before which all was judged
	found   []telltale.Range // in the body, in the windows so far, and may lie in body
	runs    []run            // where the body lies in the stream
	owned   bool             // fields and body are copies
	buf     []byte           // what an owned body grows in, kept from message to message
	heads   int              // what the fields cost
	cut     *tail            // how what came right before the window ended; nil: it is in the window, or was not cut
	next    *tail            // the same for the window that follows
	kept    int              // body bytes that were searched and stay for what follows
	weight  int              // bytes, as counted in the shard
	whole   bool             // compressed: not searched in windows
	pieces  bool             // compressed and long: searched in windows, one inflated after the other
	full    bool             // compressed: no more of it is taken
	inflow  decode.Inflow    // what goes on from one to the next
	columns detect.Columns   // of the body, if it is one
	dropped int64            // body bytes that were not taken
	skipped int64            // bytes that the search could not look into
	missed  int64            // stream bytes amid the message that the capture never had
	quote   []byte           // how a response that is awaited begins
	wire    []byte           // how the message began on the wire, if that is asked for
	told    []destination.Answer
	cert    *certificate
	out     *Message
	peer    waiting // how far the other side was when the message began
}

// run says that body bytes from body on lie in the stream from at on.
type run struct{ body, at, n int64 }

// collector returns an empty collector for m.
func (w *worker) collector(m *dissect.Message) *collector {
	col := w.collectors.take()
	if col == nil {
		col = new(collector)
	}
	*col = collector{m: m, text: col.text[:0], fields: col.fields[:0], runs: col.runs[:0], found: col.found[:0], buf: col.buf[:0], quote: col.quote[:0], wire: col.wire[:0]}
	col.whole = len(m.Encodings) > 0
	return col
}

// Begin implements [dissect.Sink].
func (c *conv) Begin(m *dissect.Message) {
	c.burn()
	col := c.s.w.collector(m)
	col.peer = c.peerOf(m.Dir)
	m.State = col
	c.half[m.Dir].open = col
	if m.Rest {
		c.s.w.tally.suppress(searchedInParts, 1)
	}
	c.know(m)
	col.keepHead(m)
	col.told = c.s.w.answers(m)
	if c.half[m.Dir].cut != nil {
		c.beginCut(col)
	}
	if c.s.w.cfg.Messages {
		describe(col.message(), m)
	}
}

// message returns the message that leaves the pipeline, made when it is first
// needed: most messages never leave.
func (col *collector) message() *Message {
	if col.out == nil {
		col.out = &Message{Proto: col.m.Proto, Dir: col.m.Dir, Protection: col.m.Protection, View: telltale.ViewMain}
	}
	return col.out
}

// keepHead has what the message's head tells, which is borrowed, be a copy.
func (col *collector) keepHead(m *dissect.Message) {
	if m.HTTP == nil {
		return
	}
	h := m.HTTP
	parts := [...]*[]byte{&h.Method, &h.URL, &h.Version, &h.Host, &h.UserAgent, &h.ContentType, &h.ForwardedFor}
	n := 0
	for _, p := range parts {
		n += len(*p)
	}
	text := slices.Grow(col.text[:0], n)
	for _, p := range parts {
		if len(*p) > 0 {
			text = append(text, *p...)
			*p = text[len(text)-len(*p):]
		}
	}
	col.text = text
}

// know keeps what a message's head tells of its flow.
func (c *conv) know(m *dissect.Message) {
	if c.info.AppProto == dissect.Unknown.Name {
		c.info.AppProto = m.Proto
	}
	switch {
	case m.Proto == "tls", m.Proto == "quic", m.Proto == "dtls":
		c.info.Protection = telltale.Sealed
	case c.info.Protection == telltale.UnknownProtection:
		c.info.Protection = m.Protection
	}
	if m.HTTP != nil && c.info.Host == "" && isName(m.HTTP.Host) {
		c.info.Host = c.s.w.strings.of(m.HTTP.Host)
	}
	if m.TLS != nil {
		c.knowHello(m.TLS)
	}
	c.info.Joins = c.info.Joins || joins(m)
	if m.Proto == "eapol" {
		c.knowAsker(m)
	}
	if m.Proto == "xmpp" && m.Dir == telltale.ToServer && c.info.Host == "" {
		c.knowStream(m.Facts)
	}
}

// knowStream keeps whom an XMPP stream is opened to.
func (c *conv) knowStream(facts []dissect.Fact) {
	for _, f := range facts {
		if f.Name == "to" && isName(f.Value) && !bytes.ContainsRune(f.Value, '@') {
			c.info.Host = c.s.w.strings.of(f.Value)
		}
	}
}

// knowHello keeps what a ClientHello tells of its flow.
func (c *conv) knowHello(t *dissect.TLS) {
	if c.info.SNI == "" && isName(t.SNI) {
		c.info.SNI = c.s.w.strings.of(t.SNI)
	}
	if !c.info.Lookup && len(t.ALPN) > 0 {
		c.info.Lookup = looksUp(t.ALPN)
	}
	if c.s.w.cfg.Prints && c.info.Prints == nil && t.JA3() != "" {
		c.info.Prints = &Prints{t.JA3(), t.JA4()}
	}
}

// looksUp reports whether all that a client offers to speak looks names up: over
// TLS (RFC 7858, by its registered name) or QUIC (RFC 9250).
func looksUp(alpn [][]byte) bool {
	for _, p := range alpn {
		if string(p) != "dot" && string(p) != "doq" {
			return false
		}
	}
	return len(alpn) > 0
}

// isName reports whether b is no longer than a name can be (RFC 1035 2.3.4),
// with a port behind it: a flow keeps it for as long as it lives.
func isName(b []byte) bool { return len(b) > 0 && len(b) <= 255+len(":65535") }

// Field implements [dissect.Sink].
func (c *conv) Field(m *dissect.Message, f dissect.Field) {
	c.burn()
	col := m.State.(*collector)
	if col.owned {
		f.Data, f.Wire, f.Runs = slices.Clone(f.Data), slices.Clone(f.Wire), slices.Clone(f.Runs)
	}
	col.fields = append(col.fields, f)
	col.heads += len(f.Data) + entryCost
}

// Body implements [dissect.Sink].
func (c *conv) Body(m *dissect.Message, at int64, b []byte) {
	c.burn()
	col := m.State.(*collector)
	if n := min(maxShort-len(col.quote), len(b)); n > 0 && c.awaited(m) {
		col.quote = append(col.quote, b[:n]...)
	}
	for len(b) > 0 {
		b = b[c.take(col, &at, b):]
		if col.inWindows() && len(col.body) >= window {
			c.search(col, true)
		}
	}
}

// take adds what fits of b to the window and returns how much that was.
func (c *conv) take(col *collector, at *int64, b []byte) int {
	col.whole = col.whole || col.beginsCompressed(b)
	room := window - len(col.body)
	if !col.inWindows() {
		room = min(maxInflate-len(col.body), c.s.table.MayOwn()-c.s.held+col.weight-len(col.body))
		if room <= 0 && len(col.body) >= leastPiece && decode.GoesOn(col.m.Encodings, col.body) {
			col.pieces = true
			c.search(col, true)
			room = window - len(col.body)
		}
		col.full = col.full || room <= 0
	}
	if col.full {
		col.dropped += int64(len(b))
		return len(b)
	}
	n := min(room, len(b))
	col.run(*at, int64(n))
	if len(col.body) == 0 && !col.owned {
		col.body = b[:n:n]
	} else {
		c.own(col)
		col.grow(n)
		col.body = append(col.body, b[:n]...)
	}
	*at += int64(n)
	return n
}

// grow makes room for n bytes more of a body that is held whole: no more than
// one may take, where append would make a quarter more.
func (col *collector) grow(n int) {
	need := len(col.body) + n
	if !col.whole || need <= cap(col.body) || need <= maxInflate/2 {
		return
	}
	room := min(need+need/4, max(need, maxInflate))
	col.body = append(make([]byte, 0, room), col.body...)
}

// run notes where the next n body bytes lie in the stream.
func (col *collector) run(at, n int64) {
	off := col.base + int64(len(col.body))
	if k := len(col.runs) - 1; k >= 0 && col.runs[k].at+col.runs[k].n == at && col.runs[k].body+col.runs[k].n == off {
		col.runs[k].n += n
		return
	}
	col.runs = append(col.runs, run{off, at, n})
}

// inWindows reports whether the body is searched in windows.
func (col *collector) inWindows() bool { return !col.whole || col.pieces }

// end returns the stream offset after the message's last byte.
func (col *collector) end() int64 { return col.m.Start + col.m.Wire + col.missed }

// own makes the collector's bytes its own.
func (c *conv) own(col *collector) {
	if col.owned {
		return
	}
	col.owned = true
	for i := range col.fields {
		f := &col.fields[i]
		f.Data, f.Wire, f.Runs = slices.Clone(f.Data), slices.Clone(f.Wire), slices.Clone(f.Runs)
	}
	col.body = append(col.buf[:0], col.body...)
}

// settle copies what the direction's open message still borrows: the bytes
// are about to be reused.
func (c *conv) settle(d telltale.Direction) {
	if col := c.half[d].open; col != nil {
		c.own(col)
		c.weigh(col)
		c.relieve(col)
	}
}

// weigh counts what the collector holds in memory of its own. How much room its
// memory has beside says what the worker read before, which may decide nothing.
func (c *conv) weigh(col *collector) {
	c.s.hold(&col.weight, len(col.body)+entryCost*len(col.runs)+col.heads+col.inflow.Size()+col.columns.Size())
}

// relieve has a message searched in parts where its shard holds too much:
// up to where more may follow or, where even the remains of that are too
// much, altogether.
func (c *conv) relieve(col *collector) {
	switch {
	case !c.s.isFull() || col.weight == 0:
		return
	case c.s.held > c.s.table.MayOwn():
		if len(col.body) < tailSize && len(col.fields) == 0 {
			return // what is kept of it would be as much
		}
		col.full = col.whole
		c.cutHere(col)
		c.search(col, false)
		col.cut, col.next = col.next, nil
		c.s.w.tally.Suppressed[searchedInParts]++
	case col.whole && !col.pieces && len(col.body) >= leastPiece && decode.GoesOn(col.m.Encodings, col.body):
		col.pieces = true
		c.search(col, true)
	case col.inWindows() && len(col.body) >= 2*col.kept: // so that no byte is searched over and over
		c.search(col, true)
	default:
		return
	}
	if len(col.body) < cap(col.body)/2 {
		col.body = slices.Clip(slices.Clone(col.body))
	}
	col.runs, col.buf = slices.Clone(col.runs), col.body
	c.weigh(col)
}

// searchedInParts is the rule that has a message searched up to where it was
// cut, with nothing kept of it: a value that lies on the cut is not seen.
const searchedInParts = "searched_in_parts"

// forgetFields drops the fields once they are searched.
func (col *collector) forgetFields() {
	clear(col.fields)
	col.fields, col.heads = col.fields[:0], 0
}

// drop gives up what the collector holds.
func (c *conv) drop(col *collector) {
	col.forgetFields()
	col.keepTail(0)
	c.s.hold(&col.weight, 0)
	c.forgetWhole(col)
}

// keepTail drops all of the window but its last n bytes.
func (col *collector) keepTail(n int) {
	gone := len(col.body) - n
	if col.owned {
		col.body = append(col.body[:0], col.body[gone:]...)
		col.buf = col.body
	} else {
		col.body = col.body[gone:]
	}
	col.base += int64(gone)
	col.kept = n
	col.found = slices.DeleteFunc(col.found, func(r telltale.Range) bool { return r.End <= col.base })
	done, from := 0, col.inflow.From(col.base)
	for done < len(col.runs) && col.runs[done].body+col.runs[done].n <= from {
		done++
	}
	col.runs = slices.Delete(col.runs, 0, done)
}

// place returns where body bytes r lie in the stream.
func (col *collector) place(dst []telltale.Range, r telltale.Range) []telltale.Range {
	first := sort.Search(len(col.runs), func(i int) bool { return col.runs[i].body+col.runs[i].n > r.Start })
	for _, u := range col.runs[first:] {
		if u.body >= r.End {
			break
		}
		start, end := max(r.Start, u.body), min(r.End, u.body+u.n)
		dst = append(dst, telltale.Range{Start: u.at + start - u.body, End: u.at + end - u.body})
	}
	return dst
}

// beginsCompressed reports whether b are the bytes that show that the body is
// gzip, zlib or Zstandard (RFC 1952 2.3.1, RFC 1950 2.2, RFC 8878 3.1.1),
// whatever its headers say.
func (col *collector) beginsCompressed(next []byte) bool {
	var b [2]byte
	if n := copy(b[:], col.body); col.base > 0 || n == 2 || copy(b[n:], next) < 2-n {
		return false
	}
	gzip := b[0] == 0x1f && b[1] == 0x8b
	zlib := b[0] == 0x78 && (uint16(b[0])<<8|uint16(b[1]))%31 == 0
	zstd := b[0] == 0x28 && b[1] == 0xb5
	return gzip || zlib || zstd
}

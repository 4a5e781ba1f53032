package dissect

import (
	"errors"
	"slices"
	"strconv"

	"golang.org/x/net/http2/hpack"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/wire"
)

// Bounds of headers. A few bytes may stand for many, those of the table.
const (
	maxHPACKTable  = 64 << 10  // bytes of the dynamic table, whatever the sides agree on
	maxHPACKString = 32 << 10  // bytes of a name or a value
	maxHPACKText   = 256 << 10 // bytes that a block may stand for and be searched
	timesHPACK     = 64        // bytes that each byte of a direction's blocks may stand for, beyond as many
)

// headers reads blocks of headers (RFC 7541), which build on each other.
type headers struct {
	decoder *hpack.Decoder // nil until the first; one that failed is never asked again
	failed  bool
	gap     bool   // the table may lack what came before one
	block   []byte // without the heads of frames
	wire    []int  // where each frame's part of the block begins: in the block, and in the input
	last    hpack.HeaderField
	got     bool   // last is of the representation at hand
	text    []byte // of the block at hand, as it reads; and of those before in the open message
	room    int    // bytes that headers from the table may still be told with
	untold  int    // headers of the block at hand that there was no room for
}

// A representation is one header as it stands in a block.
type representation struct {
	from, to int // in the block
	text     [2]int
	coded    bool // it does not stand there as it reads
}

// gather takes the block that begins with frame f, and returns how many bytes its
// frames have; 0 where some are missing.
func (h *headers) gather(f http2Head, b []byte) (int, error) {
	c := wire.New(b)
	readHTTP2(&c)
	h.block, h.wire = h.block[:0], h.wire[:0]
	body, skip, pad := f.length, 0, 0
	if f.flags&flagPadded != 0 {
		pad = int(c.U8())
		skip++
	}
	switch {
	case f.typ == framePushPromise:
		c.U32()
		skip += 4
	case f.flags&flagPriority != 0:
		c.Bytes(5)
		skip += 5
	}
	if body -= skip + pad; body < 0 {
		return 0, errHead
	}
	for {
		h.wire = append(h.wire, len(h.block), c.Off())
		h.block = append(h.block, c.Bytes(body)...)
		c.Bytes(pad)
		if !c.OK() {
			return 0, nil
		}
		if f.flags&flagEndHeaders != 0 {
			return c.Off(), nil
		}
		if f = readHTTP2(&c); !c.OK() {
			return 0, nil
		}
		if f.typ != frameContinuation || len(h.block)+f.length > http2Block {
			return 0, errHead
		}
		body, pad = f.length, 0
	}
}

// at returns where the byte at off of the block stands in the input.
func (h *headers) at(off int) int {
	i := len(h.wire) - 2
	for h.wire[i] > off {
		i -= 2
	}
	return h.wire[i+1] + off - h.wire[i]
}

// next decodes the representation at off and returns where the next one begins; ok
// is false where it is malformed.
func (h *headers) next(off int) (r representation, ok bool) {
	end, coded := representationEnd(h.block[off:])
	if end == 0 || h.failed {
		return r, false
	}
	if h.decoder == nil {
		h.decoder, h.room = h.newDecoder(), h.room+maxHPACKText
	}
	h.got = false
	if err := h.decode(h.block[off : off+end]); err != nil {
		h.failed = true
		return r, false
	}
	r = representation{from: off, to: off + end, coded: coded}
	if _, literal := representationIndex(h.block[off]); h.got {
		h.write(&r, literal)
	}
	return r, true
}

// write notes how the header at hand reads. One that comes from the table as a whole
// was told by the block that brought it there: it has no text where there is no room.
// One with a value of its own always has, if not with a long name from the table.
func (h *headers) write(r *representation, literal bool) {
	name, size := h.last.Name, len(h.last.Name)+len(h.last.Value)
	switch {
	case len(h.text)+size < maxHPACKText && size <= h.room:
		h.room -= size
	case !literal:
		h.untold++
		return
	case len(name) > maxFieldName:
		h.untold++
		name = ""
	}
	r.text[0] = len(h.text)
	h.text = append(append(append(h.text, name...), ": "...), h.last.Value...)
	r.text[1] = len(h.text)
}

// newDecoder returns a decoder that knows of no headers. Behind a gap the size that
// the sides agreed on is not known either; more headers than they keep do no harm.
func (h *headers) newDecoder() *hpack.Decoder {
	size := uint32(4096)
	if h.gap {
		size = maxHPACKTable
	}
	d := hpack.NewDecoder(size, func(f hpack.HeaderField) { h.last, h.got = f, true })
	d.SetAllowedMaxDynamicTableSize(maxHPACKTable)
	d.SetMaxStringLength(maxHPACKString)
	return d
}

// decode decodes a representation. Places in the table count from the newest header:
// behind a gap those since then are right, and one that is before them says nothing.
func (h *headers) decode(b []byte) error {
	_, err := h.decoder.Write(b)
	var malformed hpack.DecodingError
	var unknown hpack.InvalidIndexError
	if err == nil || !h.gap || !errors.As(err, &malformed) || !errors.As(malformed.Err, &unknown) {
		return err
	}
	bits, literal := representationIndex(b[0])
	if !literal {
		return nil
	}
	_, n := hpackInt(b, bits)
	_, err = h.decoder.Write(append([]byte{b[0] &^ (1<<bits - 1), 0}, b[n:]...)) // a name of no letters
	return err
}

// representationEnd returns the length of the representation that b begins with
// (RFC 7541, section 6), 0 where it is malformed, and whether any of it is coded:
// by Huffman, or by its place in a table.
func representationEnd(b []byte) (n int, coded bool) {
	bits, literal := representationIndex(b[0])
	index, n := hpackInt(b, bits)
	if n == 0 || !literal {
		return n, true
	}
	strings := 1
	if index == 0 {
		strings = 2
	}
	for range strings {
		if n >= len(b) {
			return 0, false
		}
		coded = coded || b[n]&0x80 != 0
		length, m := hpackInt(b[n:], 7)
		if m == 0 || length > len(b)-n-m {
			return 0, false
		}
		n += m + length
	}
	return n, coded
}

// representationIndex returns of how many bits of its first byte the index of a
// representation is, or the size that it says, and whether it has strings as well.
func representationIndex(first byte) (bits uint, literal bool) {
	switch {
	case first&0x80 != 0:
		return 7, false
	case first&0x40 != 0:
		return 6, true
	case first&0x20 != 0:
		return 5, false
	}
	return 4, true
}

// hpackInt reads an integer with a prefix of so many bits (section 5.1) and returns
// its length, 0 where it does not end or is beyond all bounds.
func hpackInt(b []byte, bits uint) (v, n int) {
	mask := 1<<bits - 1
	if v = int(b[0]) & mask; v < mask {
		return v, 1
	}
	for i := 1; i < len(b) && i < 5; i++ {
		v += int(b[i]&0x7f) << (7 * (i - 1))
		if b[i]&0x80 == 0 {
			return v, i + 1
		}
	}
	return 0, 0
}

// head reads a block of headers, which begins a request or a response, or ends one.
func (p *http2Parser) head(d telltale.Direction, f http2Head, at int64, b []byte, s Sink) (int, error) {
	h := &p.half[d]
	n, err := h.gather(f, b)
	if n == 0 || err != nil {
		return 0, err
	}
	h.begun = true
	h.room += timesHPACK * n
	if !h.open() {
		h.text = h.text[:0] // which the last message's fields were in
	}
	before := len(h.text)
	h.untold = 0
	var list []representation
	off := 0
	for off < len(h.block) {
		r, ok := h.next(off)
		if !ok {
			break
		}
		list, off = append(list, r), r.to
	}
	stream, ends := f.stream, f.flags&flagEndStream != 0
	if f.typ == framePushPromise {
		stream, ends = promised, true
	}
	if h.turn(stream, n+len(h.text)-before, 2*len(list)+1, s) {
		h.beginHead(stream, at, list, s)
	}
	h.tell(at, b[:n], list, s)
	h.leaveOut(h.untold)
	if h.to != nil {
		h.text = h.text[:before]
	}
	if ends {
		h.endStream(s)
	}
	return n, nil
}

// promised stands for the stream of a promise, which is a message of its own. It is
// none that a frame can name.
const promised = 1 << 31

// beginHead opens the message of a stream that headers begin.
func (h *http2Half) beginHead(stream uint32, at int64, list []representation, s Sink) {
	m := Message{Proto: http2.Name, Dir: h.dir, Protection: telltale.Open, Start: at, BodyName: "http.body"}
	head := &HTTP{ContentLength: -1, Version: []byte("HTTP/2"), Stream: stream}
	for _, r := range list {
		name, value := cutHeader(h.text[r.text[0]:r.text[1]])
		switch string(name) {
		case ":method":
			head.Method = value
		case ":path":
			head.URL = value
		case ":authority", "host":
			first(&head.Host, value)
		case ":status":
			head.Status, _ = strconv.Atoi(string(value))
		case "user-agent":
			head.UserAgent = value
		case "content-type":
			head.ContentType, m.ContentType = value, string(value)
		case "content-encoding":
			m.Encodings = addTokens(m.Encodings, value)
		}
	}
	if h.to != nil {
		head.own()
	}
	if head.Method != nil || head.Status > 0 { // else they end a message
		m.HTTP = head
	}
	dns := lookupOf(head.ContentType, head.URL)
	if dns != nil && dns.asked {
		m.DNS = &dns.msg.DNS
	}
	if h.to == nil {
		h.dns = dns
	} else {
		h.to.dns = dns
	}
	h.begin(m, s)
}

// own has what a head tells, which is borrowed, be copies.
func (h *HTTP) own() {
	for _, b := range [...]*[]byte{&h.Method, &h.URL, &h.Host, &h.UserAgent, &h.ContentType} {
		*b = slices.Clone(*b)
	}
}

// tell gives headers to search, each as it reads, with its place; and what lies
// between and behind them as it stands.
func (h *http2Half) tell(at int64, b []byte, list []representation, s Sink) {
	from := 0 // of b, not told yet
	rest := func(to int) {
		if to > from {
			h.field(Field{Name: "http2.frame", Data: b[from:to], At: at + int64(from)}, s)
			from = to
		}
	}
	for _, r := range list {
		text := h.text[r.text[0]:r.text[1]]
		if len(text) == 0 {
			continue
		}
		start, stop := h.at(r.from), h.at(r.to-1)+1
		rest(start)
		f := Field{Name: "http.header", Data: text, At: at + int64(start), Wire: b[start:stop], Namer: headerNamer{}}
		if r.coded {
			f.Form = "hpack"
		}
		h.field(f, s)
		from = stop
	}
	rest(len(b))
}

// cutHeader parts a header as text.
func cutHeader(text []byte) (name, value []byte) {
	for i := 1; i < len(text)-1; i++ { // a name may begin with a colon
		if text[i] == ':' && text[i+1] == ' ' {
			return text[:i], text[i+2:]
		}
	}
	return nil, nil
}

// headerNamer names places in a header as text: "http.header:" and its name, or
// "http.url".
type headerNamer struct{}

// NameAt implements detect.Namer.
func (headerNamer) NameAt(text []byte, off int) (name, key string) {
	field, value := cutHeader(text)
	switch {
	case off < len(text)-len(value):
		return "http.header", ""
	case string(field) == ":path":
		return "http.url", ""
	case string(field) == ":authority":
		return "http.header:host", "host"
	}
	if len(field) > maxFieldName {
		return "http.header", ""
	}
	return "http.header:" + string(field), string(field)
}

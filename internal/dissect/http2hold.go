package dissect

import (
	"slices"

	"github.com/telltale-audit/telltale"
)

// A direction tells one message at a time, but the streams of HTTP/2 take turns: as
// a rule responses begin one after the other before the first one's data come. What
// others say while a message is open is held until that one ends.

// Bounds of what a direction holds. Where they are met the open message is told as
// far as it came, and the rest of its stream as another one.
const (
	mostHeld        = 64 << 10 // bytes, of headers as they read and on the wire
	mostHeldStreams = 32
	mostHeldCalls   = 512 // of the sink, all of which may be made at once
)

// http2Held is what a stream said while another's message was open.
type http2Held struct {
	stream uint32
	m      Message
	parts  []Field // those without a name are of the body
	framed int     // bytes besides
	dns    *lookup
	ended  bool // the stream
	weight http2Weight
}

// http2Weight is what is held.
type http2Weight struct{ bytes, calls int }

func (w *http2Weight) add(bytes, calls int) { w.bytes, w.calls = w.bytes+bytes, w.calls+calls }

// http2Body is what a head said of the data of its stream.
type http2Body struct {
	contentType string
	encodings   []string
}

const (
	maxHTTP2Bodies = 128 // streams of which that is kept behind their message
	maxHTTP2Body   = 512 // bytes of it
)

// turn has what follows be told of a stream: at once where no other's message is
// open, which that then is, or held, as so many bytes and calls. A message has to be
// begun first where begins is true.
func (h *http2Half) turn(stream uint32, bytes, calls int, s Sink) (begins bool) {
	for {
		h.to = nil
		if !h.open() {
			h.stream = stream
			return true
		}
		if h.stream == stream {
			return false
		}
		i := slices.IndexFunc(h.held, func(w *http2Held) bool { return w.stream == stream && !w.ended })
		if h.fits(bytes, calls, i < 0) {
			return h.hold(i, stream, bytes, calls)
		}
		h.lack()
		h.parted = true
		h.part(s)
	}
}

// fits reports whether so much more can be held.
func (h *http2Half) fits(bytes, calls int, another bool) bool {
	return h.weight.bytes+bytes <= mostHeld && h.weight.calls+calls <= mostHeldCalls && !(another && len(h.held) == mostHeldStreams)
}

// hold has what follows be held, with the i-th of those that are, or as another.
func (h *http2Half) hold(i int, stream uint32, bytes, calls int) (begins bool) {
	if begins = i < 0; begins {
		i = len(h.held)
		h.held = append(h.held, &http2Held{stream: stream})
		h.keep()
	}
	h.to = h.held[i]
	h.to.weight.add(bytes, calls)
	h.weight.add(bytes, calls)
	return begins
}

// part ends the open message before its stream does, keeps what its head said of the
// data to come, and tells what was held.
func (h *http2Half) part(s Sink) {
	b := http2Body{h.m.ContentType, h.m.Encodings}
	size := len(b.contentType)
	for _, e := range b.encodings {
		size += len(e)
	}
	_, known := h.bodies[h.stream]
	switch {
	case size == 0, h.stream == promised:
	case size > maxHTTP2Body, !known && len(h.bodies) == maxHTTP2Bodies:
		h.forgot = h.forgot || len(b.encodings) > 0
	default:
		if h.bodies == nil {
			h.bodies = map[uint32]http2Body{}
		}
		h.bodies[h.stream] = b
	}
	h.finish(s)
	h.tellHeld(s)
}

// tellHeld tells what was held, up to a message that its stream has not ended.
func (h *http2Half) tellHeld(s Sink) {
	for !h.open() && len(h.held) > 0 {
		w := h.held[0]
		h.held = slices.Delete(h.held, 0, 1)
		h.weight.add(-w.weight.bytes, -w.weight.calls)
		h.replay(w, s)
		if w.ended {
			h.end(s)
		}
	}
	h.keep()
}

// replay tells what was held of a stream.
func (h *http2Half) replay(w *http2Held, s Sink) {
	h.to, h.stream, h.dns = nil, w.stream, w.dns
	h.half.begin(w.m, s)
	h.half.framing(w.framed)
	for _, f := range w.parts {
		if f.Name == "" {
			h.half.body(f.At, f.Data, s)
		} else {
			h.half.field(f, s)
		}
	}
}

// letGo tells all that was held, before its streams end.
func (h *http2Half) letGo(s Sink) {
	h.parted = true
	h.release(s)
}

// release tells all that was held.
func (h *http2Half) release(s Sink) {
	for h.open() {
		h.part(s)
	}
}

// keep has the flow remember the packets of what is held: other messages end, and
// what is before their ends is forgotten.
func (h *http2Half) keep() {
	if h.flow != nil {
		h.flow.Keep(h.dir, len(h.held) > 0)
	}
}

// begin opens m, or has it be what is held begins with.
func (h *http2Half) begin(m Message, s Sink) {
	if h.to == nil {
		h.half.begin(m, s)
		return
	}
	h.to.m = m
}

// field gives f to search, or holds it: its bytes may be borrowed.
func (h *http2Half) field(f Field, s Sink) {
	if h.to == nil {
		h.half.field(f, s)
		return
	}
	f.Data, f.Wire = slices.Clone(f.Data), slices.Clone(f.Wire)
	h.to.parts = append(h.to.parts, f)
}

// leaveOut counts n headers that are not told.
func (h *http2Half) leaveOut(n int) {
	switch {
	case h.to != nil:
		h.to.m.Untold += n
	case h.m != nil:
		h.m.Untold += n
	}
}

// body gives the next piece of a body, or holds it.
func (h *http2Half) body(at int64, b []byte, s Sink) {
	if h.to == nil {
		h.half.body(at, b, s)
		return
	}
	if i := len(h.to.parts) - 1; i >= 0 {
		if last := &h.to.parts[i]; last.Name == "" && last.At+int64(len(last.Data)) == at {
			last.Data = append(last.Data, b...)
			return
		}
	}
	h.to.parts = append(h.to.parts, Field{Data: slices.Clone(b), At: at})
}

// framing counts bytes that are not given to search.
func (h *http2Half) framing(n int) {
	if h.to == nil {
		h.half.framing(n)
	} else {
		h.to.framed += n
	}
}

// lookup returns what gathers a DNS message in the data at hand, nil as a rule.
func (h *http2Half) lookup() *lookup {
	if h.to == nil {
		return h.dns
	}
	return h.to.dns
}

// endStream ends what is told, or held, of the stream at hand.
func (h *http2Half) endStream(s Sink) {
	if h.to != nil {
		delete(h.bodies, h.to.stream)
		h.to.ended, h.to = true, nil
		return
	}
	delete(h.bodies, h.stream)
	h.end(s)
	h.tellHeld(s)
}

// end ends the open message as its stream does.
func (h *http2Half) end(s Sink) {
	if l := h.dns; l != nil && h.open() && h.m.DNS == nil && l.whole() {
		h.m.DNS = &l.msg.DNS
	}
	h.finish(s)
}

// finish ends the open message.
func (h *http2Half) finish(s Sink) {
	h.half.end(s)
	h.dns = nil
}

// reset ends a stream that a side gave up (RFC 9113, section 6.4).
func (h *http2Half) reset(stream uint32, s Sink) {
	if h.open() && h.stream == stream {
		h.endStream(s)
		return
	}
	for _, w := range h.held {
		if w.stream == stream {
			w.ended = true
		}
	}
	delete(h.bodies, stream)
}

// rest returns the message that goes on with the data of a stream of which none is
// open. Where it may be one of those too many to be known, its data may be coded: what
// is no text is not taken for what it says.
func (h *http2Half) rest(stream uint32, at int64) Message {
	b, known := h.bodies[stream]
	if !known && h.forgot {
		b.encodings = []string{"unknown"}
	}
	return Message{Proto: http2.Name, Dir: h.dir, Protection: telltale.Open, Start: at, BodyName: "http.body", ContentType: b.contentType, Encodings: b.encodings, Rest: h.parted}
}

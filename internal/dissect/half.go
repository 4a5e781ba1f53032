package dissect

import "sync"

// half is one direction of a flow: the message it is in the middle of, if any.
type half struct{ m *Message }

// messages are those to be used again. Most flows that are known at a time are in
// the middle of none: one in each direction would be a third of what a parser holds.
var messages = sync.Pool{New: func() any { return new(Message) }}

// open reports whether the direction is in the middle of a message.
func (h *half) open() bool { return h.m != nil }

// begin opens m.
func (h *half) begin(m Message, s Sink) {
	h.m = messages.Get().(*Message)
	*h.m = m
	s.Begin(h.m)
}

// field gives f to search and counts its bytes.
func (h *half) field(f Field, s Sink) {
	h.m.Wire += int64(f.Len())
	s.Field(h.m, f)
}

// again gives a field to search whose bytes were given and counted before, as
// pieces.
func (h *half) again(f Field, s Sink) { s.Field(h.m, f) }

// body gives the next piece of the body.
func (h *half) body(at int64, b []byte, s Sink) {
	h.m.Wire += int64(len(b))
	h.m.BodyLen += int64(len(b))
	s.Body(h.m, at, b)
}

// framing counts n bytes of the open message that are not given to search.
func (h *half) framing(n int) { h.m.Wire += int64(n) }

// lack says that bytes of the open message, if there is one, were not had.
func (h *half) lack() {
	if h.m != nil {
		h.m.Truncated = true
	}
}

// end closes the open message, if there is one.
func (h *half) end(s Sink) {
	if m := h.m; m != nil {
		h.m = nil
		s.End(m)
		*m = Message{}
		messages.Put(m)
	}
}

// cut closes the open message, if there is one, as one whose end was not had.
func (h *half) cut(s Sink) {
	h.lack()
	h.end(s)
}

package dissect

// half is one direction of a flow: the message it is in the middle of.
type half struct {
	m    Message
	open bool
}

// begin opens m.
func (h *half) begin(m Message, s Sink) {
	h.m, h.open = m, true
	s.Begin(&h.m)
}

// field gives f to search and counts its bytes.
func (h *half) field(f Field, s Sink) {
	h.m.Wire += int64(f.Len())
	s.Field(&h.m, f)
}

// body gives the next piece of the body.
func (h *half) body(at int64, b []byte, s Sink) {
	h.m.Wire += int64(len(b))
	h.m.BodyLen += int64(len(b))
	s.Body(&h.m, at, b)
}

// end closes the open message, if there is one.
func (h *half) end(s Sink) {
	if h.open {
		h.open = false
		s.End(&h.m)
	}
}

// cut closes the open message, if there is one, as one whose end was not had.
func (h *half) cut(s Sink) {
	h.m.Truncated = true
	h.end(s)
}

package decode

// A Memory is what deflate may copy from of the bytes before: some protocols
// compress each message with what the last ones left (RFC 7692, section
// 7.1.1). The zero Memory is empty; it grows to 32 KiB.
type Memory struct{ room []byte }

// Size returns how much memory m holds, in bytes.
func (m *Memory) Size() int { return cap(m.room) }

// keep keeps the end of what was inflated.
func (m *Memory) keep(room []byte) {
	m.room = append(m.room[:0], room[max(0, len(room)-maxBack):]...)
}

// remember has the object begin with what was inflated before it.
func (s *stream) remember(m *Memory) {
	s.room = append(s.room[:0], m.room...)
	s.from = len(s.room)
	s.window = s.room[s.from:]
}

// remembers reports whether an object goes on from the field before.
func (w *Walker) remembers(o object) bool {
	return w.before != nil && o.hinted && o.view.Parent == nil && o.decoder == deflateDecoder
}

// forgets drops what was inflated before an object that could not be read to
// its end.
func (w *Walker) forgets(o object) {
	if w.remembers(o) {
		*w.before = Memory{}
	}
}

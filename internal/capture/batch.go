package capture

// reset empties the batch and makes room for n bytes at least. The buffer
// doubles with each use up to a window: workers that share a large capture
// meet seldom, and a small one takes little memory.
func (b *Batch) reset(n int) {
	b.Packets = b.Packets[:0]
	if len(b.buf) < window || len(b.buf) > keepBuffer || len(b.buf) < n {
		b.buf = make([]byte, max(firstRead, min(2*len(b.buf), window), n))
	}
}

// room makes sure that bytes can be read behind b.buf[start:end], and returns
// where these now are. No packet may lie in the batch yet. It grows only what
// is full, so a declared length alone never takes memory; and it moves bytes
// only when at least as many have been used up, so that the work is linear.
func (b *Batch) room(start, end int) (int, int) {
	if end < len(b.buf) {
		return start, end
	}
	to := b.buf
	if start < len(b.buf)/2 {
		to = make([]byte, 2*len(b.buf))
	}
	n := copy(to, b.buf[start:end])
	b.buf = to
	return 0, n
}

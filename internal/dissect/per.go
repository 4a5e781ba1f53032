package dissect

// bits reads what is packed by the rules of ITU-T X.691 (PER, unaligned): numbers
// that begin anywhere in a byte. What is not there reads as 0.
type bits struct {
	b     []byte
	at    int // in bits
	short bool
}

// take reads n bits.
func (r *bits) take(n int) (v uint64) {
	for range n {
		if r.at>>3 >= len(r.b) {
			r.short = true
			return 0
		}
		v = v<<1 | uint64(r.b[r.at>>3]>>(7-r.at&7)&1)
		r.at++
	}
	return v
}

// flag reads one bit.
func (r *bits) flag() bool { return r.take(1) == 1 }

// octets reads n values of so many bits each, into a byte each.
func (r *bits) octets(n, width int) []byte {
	if r.at+n*width > 8*len(r.b) {
		r.short = true
		n = 0
	}
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(r.take(width))
	}
	return out
}

// skip passes over n bits.
func (r *bits) skip(n int) {
	if r.at+n > 8*len(r.b) {
		r.short = true
		return
	}
	r.at += n
}

// small reads a number that is hardly ever above 63 (11.6).
func (r *bits) small() int {
	if r.flag() {
		r.short = true // one that is: nothing here has so many
	}
	return int(r.take(6))
}

// length reads how many bytes follow (11.9).
func (r *bits) length() int {
	if !r.flag() {
		return int(r.take(7))
	}
	if r.flag() {
		r.short = true // in pieces of 16 KiB
	}
	return int(r.take(14))
}

// extensible passes over a sequence of n bits that later versions may have added to.
func (r *bits) extensible(n int) {
	more := r.flag()
	r.skip(n)
	if more {
		r.additions()
	}
}

// additions passes over what a later version added to a sequence (19.7).
func (r *bits) additions() {
	n := 0
	for range r.small() + 1 {
		n += int(r.take(1))
	}
	for ; n > 0 && !r.short; n-- {
		r.skip(8 * r.length())
	}
}

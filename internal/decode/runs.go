package decode

import "encoding/binary"

// An alphabet writes bytes in symbols of a few bits each.
type alphabet struct {
	value [256]int8 // of a symbol, -1 for all other bytes
	bits  int       // a symbol says
	group int       // symbols that say whole bytes
	least int       // symbols in a run that is worth a look
}

// newAlphabet returns an alphabet of symbols that say bits each.
func newAlphabet(bits, group, least int, symbols ...string) *alphabet {
	a := &alphabet{bits: bits, group: group, least: least}
	for i := range a.value {
		a.value[i] = -1
	}
	for _, s := range symbols {
		for i := range len(s) {
			a.value[s[i]] = int8(i)
		}
	}
	return a
}

// Words that have 1, or the highest bit, in each byte.
const (
	eachByte = 0x0101010101010101
	highBits = 0x8080808080808080
)

// has reports whether c is a symbol.
func (a *alphabet) has(c byte) bool { return a.value[c] >= 0 }

// wordSize is how many bytes are looked at in one step.
const wordSize = 8

// word reports whether the word that b begins with is all symbols.
func (a *alphabet) word(b []byte) bool {
	v, q := &a.value, b[:wordSize:wordSize]
	return v[q[0]]|v[q[1]]|v[q[2]]|v[q[3]]|v[q[4]]|v[q[5]]|v[q[6]]|v[q[7]] >= 0
}

// end returns where the symbols that b[at:] begins with end.
func (a *alphabet) end(b []byte, at int) int {
	for at <= len(b)-wordSize && a.word(b[at:]) {
		at += wordSize
	}
	for at < len(b) && a.value[b[at]] >= 0 {
		at++
	}
	return at
}

// holdShort asks for a run at the end of b[at:] again that is too short to
// look at, but may go on.
func (a *alphabet) holdShort(b []byte, at int, f *Found) {
	start := len(b)
	for start > at && a.has(b[start-1]) {
		start--
	}
	if start < len(b) {
		f.hold(b, start)
	}
}

// decode appends what the symbols in b[start:end] say to dst and passes over
// all other bytes. Bits that are left over are dropped. w may be nil.
func (a *alphabet) decode(dst []byte, w *Way, b []byte, start, end int) []byte {
	if w != nil {
		w.bits = a.bits
	}
	var acc, have, sym int
	for i := start; i < end; {
		first := i
		if w != nil && a.has(b[i]) {
			w.add(sym, i, 1)
		}
		if a.group == 4 && have == 0 {
			dst, i = a.quads(dst, b, i, end)
		}
		for ; i < end && a.value[b[i]] >= 0; i++ {
			acc = acc<<a.bits | int(a.value[b[i]])
			if have += a.bits; have >= 8 {
				have -= 8
				dst = append(dst, byte(acc>>have))
				acc &= 1<<have - 1
			}
		}
		sym += i - first
		for i < end && a.value[b[i]] < 0 {
			i++
		}
	}
	return dst
}

// quads is decode for the groups of four 6-bit symbols that b[i:end] begins
// with: two at a time as long as dst has room for a word. It returns where they
// end.
func (a *alphabet) quads(dst, b []byte, i, end int) ([]byte, int) {
	v := &a.value
	for ; i+8 <= end && len(dst)+8 <= cap(dst); i += 8 {
		q := b[i : i+8 : i+8]
		high := int64(v[q[0]])<<18 | int64(v[q[1]])<<12 | int64(v[q[2]])<<6 | int64(v[q[3]])
		low := int64(v[q[4]])<<18 | int64(v[q[5]])<<12 | int64(v[q[6]])<<6 | int64(v[q[7]])
		if high|low < 0 {
			break
		}
		n := len(dst)
		binary.BigEndian.PutUint64(dst[n:n+8], uint64(high)<<40|uint64(low)<<16)
		dst = dst[:n+6]
	}
	for ; i+4 <= end; i += 4 {
		q := b[i : i+4 : i+4]
		v := int32(v[q[0]])<<18 | int32(v[q[1]])<<12 | int32(v[q[2]])<<6 | int32(v[q[3]])
		if v < 0 {
			break
		}
		dst = append(dst, byte(v>>16), byte(v>>8), byte(v))
	}
	return dst, i
}

// cut returns a place in the long run b[start:end] behind whole groups of
// symbols, and near its end one where no identifier in what they say goes on.
func (a *alphabet) cut(b []byte, start, end int) int {
	whole, seam, n, prev := start, 0, 0, 0
	for i := start; i < end; i++ {
		v := int(a.value[b[i]])
		if v < 0 {
			continue
		}
		if n++; n%a.group == 0 {
			whole = i + 1
			if isSeam(byte(prev<<a.bits | v)) {
				seam = whole
			}
		}
		prev = v
	}
	if seam > end-maxSeam {
		return seam
	}
	return whole
}

// maxSeam is how far from the end of a window a seam is looked for.
const maxSeam = 4 << 10

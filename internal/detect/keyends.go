package detect

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// keyEnds are the last bytes of all keys that the dictionary may have: the last
// three of names of two letters, four of those of three, and five of all others.
// Little of what stands in front of a value gets past it, so that little is taken
// apart and looked up.
type keyEnds struct {
	last3 [1 << 10]uint64 // a bit each; what this lacks is not looked for in whole
	whole [1 << 11]uint64 // three bits of one word each, in the manner of a filter
}

// mostEnd is how many bytes at the end of a key are looked at.
const mostEnd = 5

// add notes how a key may end that is name, or ends with it: with one separator
// at most among the bytes looked at, and with what may stand before a name where
// that is short.
func (e *keyEnds) add(name string) {
	n := min(len(name)+1, mostEnd)
	tail := name[len(name)-n+1:]
	var end [mostEnd]byte
	for at := range n - 1 {
		copy(end[:], tail[:at])
		copy(end[at+1:], tail[at:])
		for _, c := range []byte(separators) {
			end[at] = c
			e.note(end[:n])
		}
	}
	if len(name) >= n {
		e.note([]byte(name[len(name)-n:]))
		return
	}
	copy(end[1:], name)
	for _, c := range preceding {
		end[0] = c
		e.note(end[:n])
	}
}

// preceding are the bytes that may stand before a name, but for those that
// lastWord makes of others.
var preceding = func() (list []byte) {
	var seen [256]bool
	for c := range 256 {
		if c := byte(c); mayPrecede(c) && !seen[c|letterCase] {
			seen[c|letterCase] = true
			list = append(list, c)
		}
	}
	return list
}()

// mayPrecede reports whether c may stand before a name: what is in no key, a
// separator, or the end of a prefix.
func mayPrecede(c byte) bool {
	if !isKey(c) || isSeparator(c) || strings.IndexByte(letterPrefixes, lower(c)) >= 0 {
		return true
	}
	for _, p := range prefixes {
		if p[len(p)-1] == lower(c) {
			return true
		}
	}
	return false
}

// note adds end.
func (e *keyEnds) note(end []byte) {
	w := lastWord(end)
	h := endHash(w, len(end))
	e.whole[h>>wordAt%uint64(len(e.whole))] |= noted(h)
	bit := bitOf3(w)
	e.last3[bit/64] |= 1 << (bit % 64)
}

// letterCase is the bit that letters in lower case have.
const letterCase = 0x20

// lastWord returns the last eight bytes of b with letters in lower case, as if
// spaces stood before a shorter one. Of other bytes it does not matter which of
// two they are.
func lastWord(b []byte) uint64 {
	if len(b) >= wordSize {
		return binary.LittleEndian.Uint64(b[len(b)-wordSize:]) | letterCase*eachByte
	}
	var q [wordSize]byte
	copy(q[wordSize-len(b):], b)
	return binary.LittleEndian.Uint64(q[:]) | letterCase*eachByte
}

// endHash returns the hash of the last n bytes of w.
func endHash(w uint64, n int) uint64 { return hash(w >> (64 - 8*n)) }

// bitOf3 returns where the last three bytes of w are noted.
func bitOf3(w uint64) uint64 { return endHash(w, 3) >> 48 }

// mayHave reports whether a key of the dictionary may end as b does. It errs on
// the side of yes.
func (e *keyEnds) mayHave(b []byte) bool {
	if n := len(b); n > 0 && (b[n-1] == '1' || b[n-1] == '2') {
		b = bytes.TrimRight(b[:n-1], separators)
	}
	return e.mayEnd(lastWord(b))
}

// mayEndAt reports whether mayHave may say so of the key that ends at i, with or
// without a quote. What is written as few keys are is left to be looked at.
func (e *keyEnds) mayEndAt(b []byte, i int) bool {
	if i <= wordSize {
		return true
	}
	c := b[i-1]
	if c == '"' || c == '\'' {
		i--
		c = b[i-1]
	}
	return c == ' ' || c == '1' || c == '2' || c == ']' || e.mayEnd(lastWord(b[i-wordSize:i]))
}

// mayEnd reports whether w may be the last word of a key.
func (e *keyEnds) mayEnd(w uint64) bool {
	if bit := bitOf3(w); e.last3[bit/64]>>(bit%64)&1 == 0 {
		return false
	}
	return e.has(endHash(w, mostEnd)) || e.has(endHash(w, mostEnd-1)) || e.has(endHash(w, mostEnd-2))
}

// has reports whether an end of hash h may be noted.
func (e *keyEnds) has(h uint64) bool {
	bits := noted(h)
	return e.whole[h>>wordAt%uint64(len(e.whole))]&bits == bits
}

package decode

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// wholeText is the length under which all bytes of a decoded run must be
// text; above it, leastScore in a hundred.
const (
	wholeText  = 12
	leastScore = 70
)

// sampleSize is how much of a run is looked at, in decoded bytes.
const sampleSize = 384

// sampleSymbols is how many symbols of Base64 say a sample.
const sampleSymbols = sampleSize / 3 * 4

// looksDecoded reports whether b is what an encoding would have been used
// for: text, or something with a known beginning. Of long bytes it looks at
// the beginning.
func looksDecoded(b []byte) bool { return score(b) >= leastScore }

// score returns how much b looks decoded, in a hundred.
func score(b []byte) int {
	if hasMagic(b) || startsWide(b) {
		return 100
	}
	b = bytes.TrimRight(b[:min(len(b), sampleSize)], "\x00")
	most := len(b) * (100 - leastScore) / 100
	if len(b) < wholeText {
		most = 0
	}
	bad := otherBytes(b, most)
	if len(b) == 0 || bad > most {
		return 0
	}
	return (len(b) - bad) * 100 / len(b)
}

// isText reports whether the beginning of b is mostly text.
func isText(b []byte) bool { return !hasMagic(b) && looksDecoded(b) }

// otherBytes counts the bytes of b that belong to no text, and stops when
// they are more than most.
func otherBytes(b []byte, most int) (n int) {
	for i := 0; i < len(b) && n <= most; i++ {
		for i <= len(b)-wordSize && isPlain(b[i:]) {
			i += wordSize
		}
		if i == len(b) {
			break
		}
		c := b[i]
		if c >= utf8.RuneSelf && i+1 < len(b) && b[i+1]&0xc0 == 0x80 {
			if _, size := utf8.DecodeRune(b[i:]); size > 1 {
				i += size - 1
				continue
			}
		}
		n += int(notText[c])
	}
	return n
}

// isPlain reports whether the word that b begins with is printable ASCII.
func isPlain(b []byte) bool {
	w := binary.LittleEndian.Uint64(b)
	return (w|(w-' '*eachByte)|(w+eachByte))&highBits == 0
}

// notText is 1 for the bytes that are no text by themselves.
var notText = func() (t [256]uint8) {
	for c := range t {
		if c >= utf8.RuneSelf || isControl(byte(c)) {
			t[c] = 1
		}
	}
	return t
}()

// isControl reports whether c never stands in text.
func isControl(c byte) bool {
	return c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f
}

// hasMagic reports whether b begins as an object that a decoder opens.
func hasMagic(b []byte) bool { return isGzip(b) || isZlib(b) || isZip(b) || isZstd(b) }

// isSpace reports whether c is white space.
func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// isSeam reports whether no identifier goes on across c.
func isSeam(c byte) bool { return seams[c] }

var seams = func() (t [256]bool) {
	for _, c := range []byte(" \n\r\t,;&{}[]\"'<>\x00") {
		t[c] = true
	}
	return t
}()

// lastSeam returns the place behind the last seam in the last span bytes of
// b, or len(b) if there is none.
func lastSeam(b []byte, span int) int {
	for i := len(b); i > max(0, len(b)-span); i-- {
		if isSeam(b[i-1]) {
			return i
		}
	}
	return len(b)
}

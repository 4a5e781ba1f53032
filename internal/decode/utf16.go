package decode

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// utf16Decoder reads text in UTF-16 of either byte order (RFC 2781), as long as
// its characters are Latin: those of keys and values.
var utf16Decoder = &Decoder{Name: "utf16", Find: findUTF16, needs: controls, Decode: decodeUTF16, Encode: encodeUTF16, texts: true}

// leastUnits is how many characters are worth a view.
const leastUnits = 6

// findUTF16 finds runs of characters of which every other byte is 0.
func findUTF16(b []byte, f *Found) {
	for at := 0; ; {
		n := bytes.IndexByte(b[at:], 0)
		if n < 0 {
			return
		}
		zero := lastZero(b, at+n)
		start, m := max(at, zero-1), modeLittle
		if start == 1 && b[0] == 0xfe {
			start++ // b[1] is the rest of the mark of the other order
		}
		end := wideEnd(b, start, 1)
		if big := wideEnd(b, zero, 0); big-zero > end-start {
			start, end, m = zero, big, modeBig
		}
		at = max(end, zero+1)
		if end+1 >= len(b) && end > start && f.hold(b, start) {
			return
		}
		if end-start >= 2*leastUnits {
			f.add(Candidate{Start: start, End: end, mode: m})
		}
	}
}

// lastZero returns the place of the last of the zeros that b[at:] begins with, but
// for one that may end a character.
func lastZero(b []byte, at int) int {
	if at > 0 && isWide(b[at-1]) {
		return at
	}
	for at+wordSize < len(b) && binary.LittleEndian.Uint64(b[at:]) == 0 {
		at += wordSize - 1
	}
	for at+1 < len(b) && b[at+1] == 0 {
		at++
	}
	return at
}

// wideEnd returns where the characters that b[at:] begins with end; the byte at
// zero of each is 0.
func wideEnd(b []byte, at, zero int) int {
	for at+1 < len(b) && b[at+zero] == 0 && isWide(b[at+1-zero]) {
		at += 2
	}
	return at
}

// isWide reports whether c is a character of text as well as of Latin-1.
func isWide(c byte) bool { return c != 0 && !isControl(c) && (c < 0x80 || c >= 0xa0) }

// startsWide reports whether b begins with text in UTF-16.
func startsWide(b []byte) bool {
	return len(b) >= 2 && (b[1] == 0 && wideEnd(b, 0, 1) >= min(2*leastUnits, len(b)-1) || b[0] == 0 && wideEnd(b, 0, 0) >= min(2*leastUnits, len(b)-1))
}

// decodeUTF16 writes the characters of candidate c as UTF-8.
func decodeUTF16(dst []byte, w *Way, b []byte, c Candidate) []byte {
	low := 0
	if c.mode == modeBig {
		low = 1
	}
	for i := c.Start; i+1 < c.End; i += 2 {
		dst = appendEscaped(dst, w, rune(b[i+low]), i, 2)
	}
	return dst
}

// encodeUTF16 writes b, of Latin-1, with the low byte first.
func encodeUTF16(b []byte) []byte {
	var out []byte
	for _, r := range string(b) {
		if r == utf8.RuneError {
			r = '?'
		}
		out = append(out, byte(r), byte(r>>8))
	}
	return out
}

package decode

import (
	"bytes"
	"unicode/utf8"
)

// entitiesDecoder undoes the character references of XML and HTML (XML 1.0, 4.1):
// numbers, and the names that every writer knows.
var entitiesDecoder = &Decoder{Name: "entities", Find: findEntities, needs: percents, Decode: decodeEntities, Encode: encodeEntities, texts: true, rewrites: true}

// entityNames are the names that are undone.
var entityNames = map[string]rune{"amp": '&', "lt": '<', "gt": '>', "quot": '"', "apos": '\'', "nbsp": ' '}

// maxEntity is the length of the longest reference, such as &#x10FFFF with its end.
const maxEntity = 10

// findEntities finds stretches of text with a reference.
func findEntities(b []byte, f *Found) {
	holdEntity(b, f)
	stretches(b, '&', entityLength, func(start, end int) {
		f.add(Candidate{Start: start, End: end})
	})
}

// holdEntity asks for a token at the end of b again that a reference is in, or
// may begin in.
func holdEntity(b []byte, f *Found) {
	if !f.More || bytes.IndexByte(b[max(0, len(b)-maxKey):], '&') < 0 {
		return
	}
	start := len(b)
	for start > max(0, len(b)-maxKeep) && (!isSeam(b[start-1]) || b[start-1] == '&' || b[start-1] == ';') {
		start--
	}
	if nextEscape(b, start, '&', entityLength) >= 0 || bytes.IndexByte(b[max(start, len(b)-maxEntity):], '&') >= 0 {
		f.hold(b, start)
	}
}

// entityLength returns the length of the reference at b[at], 0 if there is none.
func entityLength(b []byte, at int) int {
	_, n := entity(b[at:])
	return n
}

// isSymbolEntity reports whether b begins with a number that stands for a
// character: a run goes on in it.
func isSymbolEntity(b []byte) bool {
	r, n := entity(b)
	return n > 0 && b[1] == '#' && r < utf8.RuneSelf && (base64Alphabet.has(byte(r)) || r == '=')
}

// endsEntity reports whether b ends with one.
func endsEntity(b []byte) bool {
	if len(b) == 0 || b[len(b)-1] != ';' {
		return false
	}
	from := max(0, len(b)-maxEntity)
	at := bytes.LastIndexByte(b[from:], '&')
	return at >= 0 && from+at+entityLength(b, from+at) == len(b) && isSymbolEntity(b[from+at:])
}

// entity returns the character that the reference at the start of b stands for,
// and its length; 0 if there is none.
func entity(b []byte) (r rune, n int) {
	if len(b) < 4 || b[1] != '#' && b[1]|0x20 < 'a' {
		return 0, 0
	}
	end := bytes.IndexByte(b[:min(len(b), maxEntity)], ';')
	if end < 3 {
		return 0, 0
	}
	if b[1] != '#' {
		if r = entityNames[string(b[1:end])]; r == 0 {
			return 0, 0
		}
		return r, end + 1
	}
	digits, base := b[2:end], rune(10)
	if digits[0]|0x20 == 'x' {
		digits, base = digits[1:], 16
	}
	for _, c := range digits {
		v := rune(hexAlphabet.value[c])
		if v < 0 || v >= base {
			return 0, 0
		}
		r = r*base + v
	}
	if len(digits) == 0 || r == 0 || !utf8.ValidRune(r) || utf8.RuneLen(r) > end+1 {
		return 0, 0
	}
	return r, end + 1
}

// decodeEntities copies candidate c with its references undone.
func decodeEntities(dst []byte, w *Way, b []byte, c Candidate) []byte {
	for i := c.Start; i < c.End; {
		if r, n := entity(b[i:c.End]); b[i] == '&' && n > 0 {
			dst = appendEscaped(dst, w, r, i, n)
			i += n
			continue
		}
		n := bytes.IndexByte(b[i+1:c.End], '&') + 1
		if n == 0 {
			n = c.End - i
		}
		w.add(len(dst), i, 1)
		dst = append(dst, b[i:i+n]...)
		i += n
	}
	return dst
}

// encodeEntities writes all but letters as references.
func encodeEntities(b []byte) []byte {
	const digits = "0123456789abcdef"
	var out []byte
	for _, c := range b {
		switch {
		case c == 0 || c >= utf8.RuneSelf || c|0x20 >= 'a' && c|0x20 <= 'z':
			out = append(out, c)
		case c == '"':
			out = append(out, "&quot;"...)
		default:
			out = append(out, '&', '#', 'x', digits[c>>4], digits[c&15], ';')
		}
	}
	return out
}

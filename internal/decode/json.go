package decode

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonDecoder undoes the escapes of JSON strings (RFC 8259, 7). One view is
// the whole text with \" and \\ left as they are, so that it is JSON still;
// each string that has these, JSON within JSON mostly, is a view of its own,
// wholly undone.
var jsonDecoder = &Decoder{Name: "json", Find: findJSON, needs: backslashes, Decode: decodeJSON, Encode: encodeJSON, rewrites: true}

// findJSON finds stretches of text with escapes, and strings in strings.
func findJSON(b []byte, f *Found) {
	holdToken(b, '\\', f)
	stretches(b, '\\', plainEscape, func(start, end int) {
		f.add(Candidate{Start: start, End: end})
	})
	findQuoted(b, f)
}

// findQuoted finds strings with an escaped quote, or an escaped escape, in
// them. A string that b cuts begins or ends with b. Only what stands between
// control characters, and with such an escape, is read byte by byte.
func findQuoted(b []byte, f *Found) {
	for at := 0; ; {
		i := nextEscape(b, at, '\\', quotedEscape)
		if i < 0 {
			return
		}
		start := i
		for start > at && !isControl(b[start-1]) {
			start--
		}
		at = findQuotedAt(b, start, i, f)
	}
}

// findQuotedAt is findQuoted from start, where a string may begin, to the end
// of the string that b[i] is in or that ends there. It returns that end.
func findQuotedAt(b []byte, start, i int, f *Found) (end int) {
	quoted := false
	for at := start; at < len(b); at++ {
		switch n := jsonEscape(b[at:]); {
		case n > 0:
			quoted = quoted || isQuoted(b[at:], n)
			at += n - 1
		case b[at] == '"' || isControl(b[at]):
			addQuoted(f, start, at, quoted)
			start, quoted = at+1, false
			if at >= i {
				return start
			}
		}
	}
	if !quoted || !f.hold(b, start) {
		addQuoted(f, start, len(b), quoted)
	}
	return len(b)
}

// quotedEscape returns the length of the escape at b[at], 0 if there is none or
// it is none that isQuoted tells.
func quotedEscape(b []byte, at int) int {
	if n := jsonEscape(b[at:]); n > 0 && isQuoted(b[at:], n) {
		return n
	}
	return 0
}

// isQuoted reports whether the escape of n bytes that b begins with is of a
// quote, or of the backslash of another escape: \\u.
func isQuoted(b []byte, n int) bool {
	switch unescape(b[:n]) {
	case '"':
		return true
	case '\\':
		return n < len(b) && b[n] == 'u'
	}
	return false
}

// addQuoted takes the string [start, end) if it had an escaped quote.
func addQuoted(f *Found, start, end int, quoted bool) {
	if quoted && end-start >= leastStretch {
		f.add(Candidate{Start: start, End: end, mode: modeQuote})
	}
}

// plainEscape returns the length of the escape at b[at], 0 if there is none
// or undoing it would change where strings end.
func plainEscape(b []byte, at int) int {
	n := jsonEscape(b[at:])
	if n == 0 || isStructure(unescape(b[at:at+n])) {
		return 0
	}
	return n
}

// isStructure reports whether r may not stand in a string unescaped.
func isStructure(r rune) bool { return r == '"' || r == '\\' }

// unescape returns the character that the whole escape b stands for.
func unescape(b []byte) rune {
	if b[1] != 'u' {
		return simpleEscapes[b[1]]
	}
	r, _ := hex4(b[2:])
	if len(b) == 12 {
		low, _ := hex4(b[8:])
		return utf16.DecodeRune(r, low)
	}
	return r
}

var simpleEscapes = [256]rune{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// decodeJSON copies candidate c with its escapes undone.
func decodeJSON(dst []byte, w *Way, b []byte, c Candidate) []byte {
	for i := c.Start; i < c.End; {
		n := jsonEscape(b[i:c.End])
		if n == 0 {
			n = bytes.IndexByte(b[i+1:c.End], '\\') + 1
			if n == 0 {
				n = c.End - i
			}
			w.add(len(dst), i, 1)
			dst = append(dst, b[i:i+n]...)
			i += n
			continue
		}
		r := unescape(b[i : i+n])
		if isStructure(r) && c.mode != modeQuote {
			w.add(len(dst), i, 1)
			dst = append(dst, b[i:i+n]...)
		} else {
			dst = appendEscaped(dst, w, r, i, n)
		}
		i += n
	}
	return dst
}

// appendEscaped appends r, which the n bytes from at on stand for.
func appendEscaped(dst []byte, w *Way, r rune, at, n int) []byte {
	if r < utf8.RuneSelf {
		w.add(len(dst), at, n)
	} else {
		w.add(len(dst), at, -n)
	}
	return utf8.AppendRune(dst, r)
}

// encodeJSON writes b as a JSON string in which digits are escaped as well.
func encodeJSON(b []byte) []byte {
	const digits = "0123456789abcdef"
	out := []byte{'"'}
	for _, c := range b {
		switch {
		case c == '"' || c == '\\' || c == '/':
			out = append(out, '\\', c)
		case c < ' ' || c >= '0' && c <= '9':
			out = append(out, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		default:
			out = append(out, c)
		}
	}
	return append(out, '"')
}

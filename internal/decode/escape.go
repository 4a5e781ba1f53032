package decode

import "bytes"

// jsonEscape returns the length of the escape that b begins with (RFC 8259,
// 7), a pair of surrogates counted as one; 0 if there is none.
func jsonEscape(b []byte) int {
	if len(b) < 2 || b[0] != '\\' {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		high, ok := hex4(b[2:])
		if !ok {
			return 0
		}
		if isHigh(high) && len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
			if low, ok := hex4(b[8:]); ok && isLow(low) {
				return 12
			}
		}
		return 6
	}
	return 0
}

// percentEscape returns the length of the escape at b[at] (RFC 3986, 2.1), 0
// if there is none.
func percentEscape(b []byte, at int) int {
	if b = b[at:]; len(b) >= 3 && b[0] == '%' && hexAlphabet.has(b[1]) && hexAlphabet.has(b[2]) {
		return 3
	}
	return 0
}

// hex4 returns the number that the first four hex digits of b write.
func hex4(b []byte) (n rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		v := hexAlphabet.value[c]
		if v < 0 {
			return 0, false
		}
		n = n<<4 | rune(v)
	}
	return n, true
}

func isHigh(r rune) bool { return r >= 0xd800 && r < 0xdc00 }
func isLow(r rune) bool  { return r >= 0xdc00 && r < 0xe000 }

// inEscape reports whether the run b[start:end] begins or ends in an escape
// that stands for one more symbol or white space. Undone, the run is longer.
func inEscape(b []byte, start, end int) bool {
	if start > 0 && (joins(b[start-1:]) || percentEscape(b, start-1) > 0 || endsEntity(b[:start])) {
		return true
	}
	return end < len(b) && (joins(b[end:]) || percentEscape(b, end) > 0 || isSymbolEntity(b[end:]))
}

// joins reports whether b begins with a JSON escape that continues a run.
func joins(b []byte) bool {
	return jsonEscape(b) > 0 && bytes.IndexByte([]byte(`/nrtu`), b[1]) >= 0
}

// leastStretch is the length of a text that is worth a view of its own.
const leastStretch = 12

// stretches calls f with the stretches of text in b, split at control
// characters, that hold an escape: a byte mark for which length is not 0.
func stretches(b []byte, mark byte, length func(b []byte, at int) int, f func(start, end int)) {
	for at := 0; at < len(b); {
		i := nextEscape(b, at, mark, length)
		if i < 0 {
			return
		}
		start, end := i, i
		for start > at && !isControl(b[start-1]) {
			start--
		}
		for end < len(b) && !isControl(b[end]) {
			end++
		}
		if end-start >= leastStretch {
			f(start, end)
		}
		at = end
	}
}

// nextEscape returns the place of the next escape in b[at:], -1 if none.
func nextEscape(b []byte, at int, mark byte, length func(b []byte, at int) int) int {
	for {
		n := bytes.IndexByte(b[at:], mark)
		if n < 0 {
			return -1
		}
		if at += n; length(b, at) > 0 {
			return at
		}
		at++
	}
}

// holdToken asks for the token at the end of b again if it has the byte mark
// in it: an escaped value may go on in the bytes to come.
func holdToken(b []byte, mark byte, f *Found) {
	if !f.More {
		return
	}
	start := len(b)
	for start > max(0, len(b)-maxKeep) && !(isSeam(b[start-1]) && (start < 2 || b[start-2] != '\\')) {
		start--
	}
	if bytes.IndexByte(b[start:], mark) >= 0 {
		f.hold(b, start)
	}
}

package decode

import "bytes"

// quotedDecoder undoes quoted-printable (RFC 2045, 6.7). Any form has "=35" in it
// somewhere, so it is looked for only in text with the marks that a writer of
// quoted-printable cannot do without: an escaped '=', or a line that goes on.
var quotedDecoder = &Decoder{Name: "quoted-printable", Find: findQuotedPrintable, needs: equals, Decode: decodeQuotedPrintable, Encode: encodeQuotedPrintable, rewrites: true}

// findQuotedPrintable finds stretches of text with an escape.
func findQuotedPrintable(b []byte, f *Found) {
	first := bytes.IndexByte(b, '=')
	if first < 0 || !isText(b) || nextEscape(b, first, '=', quotedMark) < 0 {
		return
	}
	holdLine(b, f)
	stretches(b, '=', quotedLength, func(start, end int) {
		f.add(Candidate{Start: start, End: end})
	})
}

// quotedMark returns the length of the mark of quoted-printable at b[at], 0 if
// there is none.
func quotedMark(b []byte, at int) int {
	n := quotedLength(b, at)
	if n == 3 && isUpperHex(b[at+1]) && (b[at+1] != '3' || b[at+2] != 'D') {
		return 0
	}
	return n
}

// holdLine asks for the line at the end of b again, with those before that it
// goes on.
func holdLine(b []byte, f *Found) {
	if !f.More {
		return
	}
	start := len(b)
	for start > max(0, len(b)-maxKeep) {
		if b[start-1] == '\n' && !bytes.HasSuffix(b[:start-1], []byte("=")) && !bytes.HasSuffix(b[:start-1], []byte("=\r")) {
			break
		}
		start--
	}
	if bytes.IndexByte(b[start:], '=') >= 0 {
		f.hold(b, start)
	}
}

// quotedLength returns the length of the escape or soft line break at b[at], 0 if
// there is none.
func quotedLength(b []byte, at int) int {
	b = b[at:]
	switch {
	case len(b) >= 3 && isUpperHex(b[1]) && isUpperHex(b[2]), len(b) >= 3 && b[1] == '\r' && b[2] == '\n':
		return 3
	case len(b) >= 2 && b[1] == '\n':
		return 2
	}
	return 0
}

func isUpperHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' }

// decodeQuotedPrintable copies candidate c with its escapes undone.
func decodeQuotedPrintable(dst []byte, w *Way, b []byte, c Candidate) []byte {
	for i := c.Start; i < c.End; {
		if b[i] == '=' {
			if n := quotedLength(b[:c.End], i); n > 0 {
				if isUpperHex(b[i+1]) {
					w.add(len(dst), i, n)
					dst = append(dst, byte(hexAlphabet.value[b[i+1]])<<4|byte(hexAlphabet.value[b[i+2]]))
				}
				i += n
				continue
			}
		}
		n := bytes.IndexByte(b[i+1:c.End], '=') + 1
		if n == 0 {
			n = c.End - i
		}
		w.add(len(dst), i, 1)
		dst = append(dst, b[i:i+n]...)
		i += n
	}
	return dst
}

// encodeQuotedPrintable escapes what is not plain, and breaks lines where no
// value stays whole.
func encodeQuotedPrintable(b []byte) []byte {
	const digits, width = "0123456789ABCDEF", 8
	var out []byte
	for i, c := range b {
		if i%width == 0 {
			out = append(out, "=\r\n"...)
		}
		if c == '=' || c <= ' ' || c > '~' {
			out = append(out, '=', digits[c>>4], digits[c&15])
		} else {
			out = append(out, c)
		}
	}
	return out
}

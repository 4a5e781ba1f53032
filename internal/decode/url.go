package decode

import "bytes"

// urlDecoder undoes percent-encoding (RFC 3986, 2.1) and, in a second view,
// the '+' of HTML forms (application/x-www-form-urlencoded).
var urlDecoder = &Decoder{Name: "url", Find: findURL, needs: percents | pluses, Decode: decodeURL, Encode: encodeURL, rewrites: true}

// findURL finds stretches of text with an escape, or a '+' in a value.
func findURL(b []byte, f *Found) {
	holdToken(b, '%', f)
	stretches(b, '%', percentEscape, func(start, end int) {
		f.add(Candidate{Start: start, End: end})
	})
	stretches(b, '+', plusInValue, func(start, end int) {
		f.add(Candidate{Start: start, End: end, mode: modePlus})
	})
}

// plusInValue reports, as a length, whether the '+' at b[at] is the first in
// the value of a key=value pair.
func plusInValue(b []byte, at int) int {
	for i := at - 1; i >= 0 && !isSeam(b[i]) && b[i] != '+'; i-- {
		if b[i] == '=' {
			return 1
		}
	}
	return 0
}

// decodeURL copies candidate c with its escapes undone.
func decodeURL(dst []byte, w *Way, b []byte, c Candidate) []byte {
	for i := c.Start; i < c.End; {
		if n := percentEscape(b[:c.End], i); n > 0 {
			w.add(len(dst), i, n)
			dst = append(dst, byte(hexAlphabet.value[b[i+1]])<<4|byte(hexAlphabet.value[b[i+2]]))
			i += n
			continue
		}
		n := bytes.IndexByte(b[i+1:c.End], '%') + 1
		if n == 0 {
			n = c.End - i
		}
		w.add(len(dst), i, 1)
		dst = append(dst, b[i:i+n]...)
		i += n
		if c.mode == modePlus {
			spacePlus(dst[len(dst)-n:])
		}
	}
	return dst
}

// spacePlus turns every '+' of b into a space.
func spacePlus(b []byte) {
	for i, c := range b {
		if c == '+' {
			b[i] = ' '
		}
	}
}

// encodeURL escapes all but letters and the unreserved marks, digits too.
func encodeURL(b []byte) []byte {
	const digits = "0123456789ABCDEF"
	var out []byte
	for _, c := range b {
		if c|0x20 >= 'a' && c|0x20 <= 'z' || bytes.IndexByte([]byte("-._~"), c) >= 0 {
			out = append(out, c)
		} else {
			out = append(out, '%', digits[c>>4], digits[c&15])
		}
	}
	return out
}

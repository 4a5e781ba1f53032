// Package numbering knows the number plans that identify phones, SIM cards
// and networks: how their digits are built, which check digits they carry and
// which ranges are allocated. It knows nothing of where a number was seen.
//
// Functions take the bare digits, without separators, as a string or as
// bytes, and never allocate unless they return text.
package numbering

// Text is what a number may be written in.
type Text interface{ ~string | ~[]byte }

// IsDigits reports whether s is not empty and holds decimal digits only.
func IsDigits[T Text](s T) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return len(s) > 0
}

// IsHex reports whether s is not empty and holds hexadecimal digits only.
func IsHex[T Text](s T) bool {
	for i := 0; i < len(s); i++ {
		if hexValue(s[i]) > 15 {
			return false
		}
	}
	return len(s) > 0
}

// AllEqual reports whether all characters of s are the same: what a program
// writes that has no number to give.
func AllEqual[T Text](s T) bool {
	for i := 1; i < len(s); i++ {
		if s[i] != s[0] {
			return false
		}
	}
	return len(s) > 0
}

// Strip returns s without the characters that people and programs put between
// the digits of a number: space, colon, full stop, hyphen and underscore.
func Strip(s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ' ', ':', '.', '-', '_':
		default:
			b = append(b, s[i])
		}
	}
	return string(b)
}

func isDigit(c byte) bool { return c-'0' <= 9 }

// hexValue returns the value of a hexadecimal digit, or 255.
func hexValue(c byte) byte {
	switch {
	case c-'0' <= 9:
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 255
}

// number returns the value of decimal digits; callers keep it under 19 digits.
func number[T Text](s T) uint64 {
	n := uint64(0)
	for i := 0; i < len(s); i++ {
		n = n*10 + uint64(s[i]-'0')
	}
	return n
}

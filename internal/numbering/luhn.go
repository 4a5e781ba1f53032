package numbering

// Luhn reports whether the last decimal digit of s is the check digit of the
// digits before it (ISO/IEC 7812-1 annex B). One of ten random numbers passes.
func Luhn[T Text](s T) bool {
	return len(s) > 1 && IsDigits(s) && luhnSum(s, len(s), 10, false) == 0
}

// LuhnDigit returns the check digit that body, decimal digits without one,
// needs.
func LuhnDigit[T Text](body T) byte {
	return '0' + byte((10-luhnSum(body, len(body), 10, true))%10)
}

// LuhnHex reports whether the last hexadecimal digit of s is the check digit
// of those before it by the same rule in base 16 (3GPP2 S.R0048 annex B).
func LuhnHex[T Text](s T) bool {
	return len(s) > 1 && IsHex(s) && luhnSum(s, len(s), 16, false) == 0
}

// LuhnHexDigit returns the upper-case check digit that body, hexadecimal
// digits without one, needs.
func LuhnHexDigit[T Text](body T) byte {
	return "0123456789ABCDEF"[(16-luhnSum(body, len(body), 16, true))%16]
}

// luhnSum adds the first n digits from the right, every second one doubled
// and, if it then has two digits, cast out; double says whether the last
// digit is doubled.
func luhnSum[T Text](s T, n, base int, double bool) int {
	sum := 0
	for i := n - 1; i >= 0; i-- {
		d := int(hexValue(s[i]))
		if double {
			d *= 2
			d = d/base + d%base
		}
		sum += d
		double = !double
	}
	return sum % base
}

package numbering

// A Body says what a reporting body identifier, the first two digits of an
// IMEI, stands for.
type Body uint8

// The states a reporting body identifier can be in.
const (
	BodyUnknown    Body = iota // never given out
	BodyAllocating             // gives out numbers today
	BodyHistorical             // gave out numbers that phones still carry
	BodyTest                   // for test equipment, never a phone on sale
)

// ReportingBody returns the state of the reporting body in the first two
// digits of s (GSMA TS.06).
func ReportingBody[T Text](s T) Body {
	if len(s) < 2 || !isDigit(s[0]) || !isDigit(s[1]) {
		return BodyUnknown
	}
	switch (s[0]-'0')*10 + s[1] - '0' {
	case 1, 35, 86, 99: // CTIA/PTCRB, TÜV SÜD/BABT, TAF, global hexadecimal
		return BodyAllocating
	case 10, 30, 33, 44, 45, 49, 50, 51, 52, 53, 54, 91, 98:
		return BodyHistorical
	case 0, 2, 3, 4, 5, 6, 7, 8, 9:
		return BodyTest
	}
	return BodyUnknown
}

// IMEI reports whether s is 15 digits of which the last is the check digit
// (3GPP TS 23.003 6.2.1 and annex B).
func IMEI[T Text](s T) bool { return len(s) == 15 && Luhn(s) }

// IMEISV reports whether s has the shape of an IMEI with software version:
// 16 digits, no check digit (3GPP TS 23.003 6.2.2).
func IMEISV[T Text](s T) bool { return len(s) == 16 && IsDigits(s) }

// CardLike reports whether s could be a payment card's number: 13 to 19
// digits, a card network's prefix and a sound check digit (ISO/IEC 7812-1).
func CardLike[T Text](s T) bool {
	if len(s) < 13 || len(s) > 19 || !Luhn(s) {
		return false
	}
	two, four := number(s[:2]), number(s[:4])
	switch {
	case s[0] == '4', s[0] == '6', two >= 51 && two <= 55, two >= 22 && two <= 27:
		return true
	case len(s) == 15:
		return two == 34 || two == 37
	}
	return len(s) == 16 && four >= 3528 && four <= 3589
}

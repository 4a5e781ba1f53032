package numbering

// EID reports whether s is the number of an eSIM: 32 digits which, read as
// one integer, leave 1 when divided by 97 (GSMA SGP.29, ISO/IEC 7064). It
// need not begin with 89.
func EID[T Text](s T) bool {
	if len(s) != 32 || !IsDigits(s) {
		return false
	}
	rest := 0
	for i := 0; i < len(s); i++ {
		rest = (rest*10 + int(s[i]-'0')) % 97
	}
	return rest == 1
}

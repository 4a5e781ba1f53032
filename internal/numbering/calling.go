package numbering

import (
	_ "embed"
	"strings"
)

// Countries of telephone numbers by the codes of ITU-T E.164: the letters of
// one country or, where several share a code, of each.
//
//go:embed calling.txt
var callingText string

// CallingCountry returns the name of the country whose code s begins with and
// the code; of a code that many share, the largest.
func CallingCountry[T Text](s T) (country, code string) {
	state, n := CountryCode(s)
	if state != CodeAssigned {
		return "", ""
	}
	code = string(s[:n])
	letters := strings.Fields(lookup(callingText, code))
	switch len(letters) {
	case 0:
		return "", code
	case 1:
		return Country(letters[0]), code
	case 2:
		return Country(letters[0]) + " or " + Country(letters[1]), code
	}
	return Country(letters[0]) + " or another that shares the code", code
}

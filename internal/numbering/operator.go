package numbering

import (
	_ "embed"
	"strings"
)

// Operators of mobile networks by country and network code (MCC, MNC). The
// facts are a share-alike table, which is why they stand in a file apart.
//
//go:embed mccmnc.txt
var operatorsText string

// Network returns the brand of the mobile network that the number of a
// subscriber or of a network begins with, and the digits of its code. Where a
// code of two and one of three digits fit, the longer is taken (ITU-T E.212).
func Network[T Text](s T) (brand, code string) {
	if !IsDigits(s) {
		return "", ""
	}
	for _, n := range []int{6, 5} {
		if len(s) < n {
			continue
		}
		if brand, _, _ := strings.Cut(lookup(operatorsText, string(s[:n])), "\t"); brand != "" {
			return brand, string(s[:n])
		}
	}
	return "", ""
}

package numbering

import (
	_ "embed"
	"strings"
)

// Countries of mobile country codes, one code a line, with its sources at its
// head.
//
//go:embed mcc.txt
var mccText string

var mccCountry = parseMCC(mccText)

// parseMCC reads lines of a three-digit code and a country's letters.
func parseMCC(text string) (t [1000]string) {
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) < 2 || len(f[0]) != 3 || !IsDigits(f[0]) {
			continue
		}
		t[number(f[0])] = f[1]
	}
	return t
}

// MCC returns the ISO 3166-1 letters of the country that the mobile country
// code in the first three digits of s belongs to, "XX" for networks of no one
// country, "TEST" for test networks, or "" if the code is not assigned
// (ITU-T E.212).
func MCC[T Text](s T) string {
	if len(s) < 3 || !IsDigits(s[:3]) {
		return ""
	}
	return mccCountry[number(s[:3])]
}

// IMSI reports whether s has the shape of a subscriber's number: 14 or 15
// digits (3GPP TS 23.003 2.2) after an assigned or a test country code.
func IMSI[T Text](s T) bool {
	return (len(s) == 14 || len(s) == 15) && IsDigits(s) && MCC(s) != ""
}

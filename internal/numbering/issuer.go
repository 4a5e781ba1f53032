package numbering

import (
	_ "embed"
	"strings"
)

//go:embed issuers.txt
var issuersText string

// Issuer returns the country of the issuer of a SIM card with that number, by
// the country code in it, and the issuer's name where it is known (ITU-T
// E.118).
func Issuer[T Text](s T) (country, name string) {
	if len(s) < 7 || string(s[:2]) != "89" {
		return "", ""
	}
	country, _ = CallingCountry(string(s[2:]))
	name, _, _ = strings.Cut(lookup(issuersText, string(s[:6])), "\t")
	return country, name
}

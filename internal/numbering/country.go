package numbering

import (
	_ "embed"
	"strings"
)

// Names of countries, sorted by their letters.
//
//go:embed countries.txt
var countriesText string

// Country returns the usual English name of the country or area with the ISO
// 3166-1 letters code, or code itself where there is none.
func Country(code string) string {
	if len(code) != 2 {
		return code
	}
	_, rest, ok := strings.Cut(countriesText, "\n"+code+"\t")
	if !ok {
		return code
	}
	name, _, _ := strings.Cut(rest, "\n")
	return name
}

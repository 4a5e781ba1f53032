package numbering

import _ "embed"

// Names of countries, sorted by their letters.
//
//go:embed countries.txt
var countriesText string

// Country returns the usual English name of the country or area with the ISO
// 3166-1 letters code, or code itself where there is none.
func Country(code string) string {
	if name := lookup(countriesText, code); name != "" {
		return name
	}
	return code
}

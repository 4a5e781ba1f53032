package report

import (
	"slices"

	"github.com/telltale-audit/telltale"
)

// origins says what the identifiers tell by themselves, whoever reads them:
// the operator of a SIM, the country of a number, the maker of a radio.
func (v *view) origins(s *screen) {
	var told []string
	for _, p := range v.parties[:min(len(v.parties), maxParties)] {
		for _, id := range p.ids {
			text := origin(id)
			if text != "" && !slices.Contains(told, text) && len(told) < maxRows {
				told = append(told, text)
			}
		}
	}
	if len(told) == 0 {
		return
	}
	s.blank()
	s.prose(2, 4, span{"What the numbers alone tell: ", bold}, span{listed(told) + ".", plain})
}

func origin(id *telltale.Identifier) string {
	if id.Origin == "" {
		return ""
	}
	return wordsOf(id.Kind).one + " (" + id.Origin + ")"
}

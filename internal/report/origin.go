package report

import (
	"slices"

	"github.com/telltale-audit/telltale"
)

// origins says what the identifiers tell by themselves, whoever reads them:
// the operator of a SIM, the country of a number, the maker of a radio.
func (v *view) origins(s *screen) {
	var parts []span
	var told []string
	for _, p := range v.parties[:min(len(v.parties), maxParties)] {
		for _, id := range p.ids {
			text := origin(id)
			if text == "" || slices.Contains(told, text) || len(told) >= maxRows {
				continue
			}
			if told = append(told, text); len(told) > 1 {
				text = "; " + text
			}
			parts = append(parts, span{text, plain})
		}
	}
	if len(parts) == 0 {
		return
	}
	s.blank()
	s.prose(2, 4, append([]span{{"By themselves the numbers say: ", bold}}, append(parts, span{".", plain})...)...)
}

func origin(id *telltale.Identifier) string {
	if id.Origin == "" {
		return ""
	}
	return wordsOf(id.Kind).one + ": " + id.Origin
}

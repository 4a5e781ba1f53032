package detect

import (
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// TestSettle holds what is kept of candidates that lie in the same bytes: the
// surer, then the longer, then the first.
func TestSettle(t *testing.T) {
	at := func(start, end int64, value string, lr float64) *candidate {
		c := new(candidate)
		c.set(0.01, telltale.IMEI, value)
		c.span = telltale.Range{Start: start, End: end}
		c.lr[groupStructure] = lr
		return c
	}
	for name, c := range map[string]struct {
		list []*candidate
		want string
	}{
		"the surer":              {[]*candidate{at(0, 15, "a", 9), at(0, 9, "b", 900)}, "b"},
		"the surer, though late": {[]*candidate{at(0, 15, "a", 900), at(3, 20, "b", 9)}, "a"},
		"the longer":             {[]*candidate{at(0, 9, "a", 9), at(3, 18, "b", 9)}, "b"},
		"the longer, first":      {[]*candidate{at(0, 15, "a", 9), at(3, 9, "b", 9)}, "a"},
		"the first":              {[]*candidate{at(0, 15, "a", 9), at(0, 15, "b", 9)}, "a"},
		"both":                   {[]*candidate{at(0, 15, "a", 9), at(15, 20, "b", 9)}, "ab"},
		"one for two":            {[]*candidate{at(0, 5, "a", 9), at(5, 9, "b", 9), at(0, 20, "c", 900)}, "c"},
	} {
		var kept []string
		for _, k := range settle(c.list) {
			kept = append(kept, k.hit.Value)
		}
		if got := strings.Join(kept, ""); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

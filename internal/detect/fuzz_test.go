package detect

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/telltale-audit/telltale/internal/oracle"
)

// plainFind is what a filter finds, looked for at every place.
func plainFind(patterns []pattern, text []byte) (found []string) {
	for _, p := range patterns {
		for at := 0; at+len(p.text) <= len(text); at++ {
			if bytes.HasPrefix(text[at:], []byte(p.text)) {
				found = append(found, fmt.Sprintf("%s@%d", p.text, at))
			}
		}
	}
	slices.Sort(found)
	return found
}

// FuzzFilter holds the fast filter to the plain search: patterns are cut out of
// keys at every length that is searched, and planted where the fuzzer says.
func FuzzFilter(f *testing.F) {
	f.Add([]byte("the quick brown fox"), []byte("abcabcabcabcabcabc"), uint8(3), uint16(7))
	f.Add(bytes.Repeat([]byte("ab"), 90), bytes.Repeat([]byte("ab"), 20), uint8(0), uint16(50))
	f.Add([]byte(testIMEI+testMAC), []byte(testIMEI+testICCID), uint8(9), uint16(1))
	f.Fuzz(func(t *testing.T, text, keys []byte, least uint8, at uint16) {
		if len(text) > 4<<10 {
			return // the plain search takes the square
		}
		n := shortPattern + int(least)%14
		var patterns []pattern
		for i := 0; i < len(keys) && len(patterns) < 30; {
			key := keys[i:min(len(keys), i+n+i%5)]
			if i += 1 + i%3; len(key) < n {
				break
			}
			if !slices.ContainsFunc(patterns, func(p pattern) bool { return p.text == string(key) }) {
				patterns = append(patterns, pattern{text: string(key)})
			}
		}
		if len(patterns) == 0 {
			return
		}
		where := int(at) % (len(text) + 1)
		text = slices.Concat(text[:where], []byte(patterns[int(at)%len(patterns)].text), text[where:])
		filter := newFilter(patterns)
		var got []string
		filter.find(text, func(p *pattern, start int) { got = append(got, fmt.Sprintf("%s@%d", p.text, start)) })
		slices.Sort(got)
		if want := plainFind(patterns, text); !slices.Equal(got, want) {
			t.Fatalf("in %q:\ngot  %q\nwant %q", text, got, want)
		}
		oracle.Allocates(t, 0, len(text), func() { filter.find(text, func(*pattern, int) {}) })
	})
}

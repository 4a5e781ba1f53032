package decode

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// TestUnread counts what is packed in a way that is not undone, as programs pack it,
// whether it comes at once or in windows.
func TestUnread(t *testing.T) {
	for name, packed := range map[string]string{
		"bzip2":            "425a6839314159265359164dfc7800000c198010007cf00222000a2000228f4d21a7a9ea0a6000293332056a2c8a8296db1df0f8bb9229c28480b26fe3c0",
		"bzip2 of nothing": "425a683917724538509000000000",
		"xz":               "fd377a585a000004e6d6b4460200210116000000742fe5a30100197b22696d6569223a22303031303132373034383339323130227d0000004b35fe8212f3466d0001321a201894301fb6f37d010000000004595a",
		"lz4":              "04224d186440a71a0000807b22696d6569223a22303031303132373034383339323130227d0000000001a8f84a",
		"lz4 of old":       "02214c181c000000f00b7b22696d6569223a22303031303132373034383339323130227d",
		"framed Snappy":    "ff060000734e6150705900" + strings.Repeat("00", 8),
		"7z":               "377abcaf271c0004" + strings.Repeat("00", 24),
		"RAR":              "526172211a0701003392b5e50a01050600050101808000",
	} {
		b, err := hex.DecodeString(packed)
		if err != nil {
			t.Fatal(err)
		}
		all := slices.Concat(b, make([]byte, 100))
		if _, tally := look(all, Hints{}, marker); tally.Skipped[telltale.SkipUndecodable] != int64(len(all)) {
			t.Errorf("%s: %v of %d skipped", name, tally.Skipped, len(all))
		}
		var w Walker
		var f Inflow
		w.Walk(b, Hints{Inflow: &f, More: true}, func(*View) {})
		tally := w.Walk(all[len(b):], Hints{Inflow: &f, Base: int64(len(b))}, func(*View) {})
		if tally.Skipped[telltale.SkipUndecodable] != 100 {
			t.Errorf("%s, in windows: %v of 100 skipped", name, tally.Skipped)
		}
	}
	for _, text := range []string{"BZh9 is how it begins", "BZh", "Rar! says nobody", "7z and others do", "\xff\x06\x00\x00sNaPPY\x00\x00"} {
		if _, tally := look([]byte(text), Hints{}, marker); tally.Skipped != nil {
			t.Errorf("%q: %v skipped", text, tally.Skipped)
		}
	}
}

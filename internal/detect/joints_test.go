package detect

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale/internal/decode"
)

// FuzzJoints holds the quick ways to keys and addresses against a look at every
// byte.
func FuzzJoints(f *testing.F) {
	f.Add([]byte(`{"imei":"` + testIMEI + `","a":1,"b" : 2,'sn1': "x"} mac=02:00:5e:10:7a:01; 02-00-5e-10-7a-02 dev_id_1:`))
	f.Add([]byte(strings.Repeat(":", 200) + "12:34:56:78:9a:bc" + strings.Repeat("=", 130) + strings.Repeat("ab-", 60)))
	f.Add(append(bytes.Repeat([]byte("text"), 15), "02:00:5e:10:7a:03 imei: 1"...))
	f.Fuzz(func(t *testing.T, b []byte) {
		blocks, _ := decode.Classify(nil, b)
		var places, wantPlaces []int
		var rows, wantRows []string
		var j joints
		for from := 0; from < len(blocks); from += jointBlocks {
			j.gather(blocks[from:min(from+jointBlocks, len(blocks))], from*64)
			for _, at := range j.places[:j.n] {
				places = append(places, int(at))
			}
		}
		addresses(b, blocks, func(start, end int) { rows = append(rows, fmt.Sprint(start, end)) })
		for i, c := range b {
			if c != ':' && c != '=' && c != '-' {
				continue
			}
			wantPlaces = append(wantPlaces, i)
			if c != '=' {
				addressAt(b, i, func(start, end int) { wantRows = append(wantRows, fmt.Sprint(start, end)) })
			}
			if start, end := keyBefore(b, i); start < end && !dictionary.ends.mayEndAt(b, i) {
				t.Errorf("the key before %d of %q is passed over", i, b)
			}
		}
		if !slices.Equal(places, wantPlaces) || !slices.Equal(rows, wantRows) {
			t.Errorf("of %q: %v and %v, want %v and %v", b, places, rows, wantPlaces, wantRows)
		}
	})
}

package detect

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestNoKeyPassedOver holds the glance at a key's last letters to the look-up that it
// spares: what the dictionary has is not passed over.
func TestNoKeyPassedOver(t *testing.T) {
	names := slices.Sorted(maps.Keys(dictionary.names))
	rng := rand.New(rand.NewPCG(5, 6))
	spared := 0
	for range 200_000 {
		key := names[rng.IntN(len(names))]
		for range rng.IntN(3) {
			key = []string{"m", "S", "x_", "sim1", "device", "User-", "a", "the"}[rng.IntN(8)] + key
		}
		key += []string{"", "", "1", "2", "_1", "s", "x"}[rng.IntN(7)]
		if rng.IntN(3) == 0 {
			key = strings.ToUpper(key)
		}
		if rng.IntN(4) == 0 {
			key = key[rng.IntN(len(key)):]
		}
		if !dictionary.ends.mayHave([]byte(`{"` + key)) {
			spared++
			if len(key) > 1 && dictionary.look([]byte(key)) != nil {
				t.Fatalf("%q is passed over", key)
			}
		}
	}
	if spared < 20_000 {
		t.Errorf("%d of 200,000 keys are passed over: too few to judge by", spared)
	}
	for _, key := range []string{"name", "text", "event", "message", "ms", "share"} {
		if dictionary.look([]byte(key)) != nil {
			t.Errorf("%q is a name", key)
		}
	}
}

package detect

import (
	"testing"

	"github.com/telltale-audit/telltale"
)

// What is shown of the evidence is what was weighed, whatever its name said before.
func TestAccessPointEvidence(t *testing.T) {
	sure := map[float64]bool{}
	for _, key := range []string{"mac", "bestwifimacx", "addr"} {
		hits := ofKind(search(New(nil), []byte(`{"wifiAccessPoints":[{"`+key+`":"00:00:5e:10:7a:c4"}]}`)), telltale.BSSID)
		if len(hits) != 1 {
			t.Fatalf("%s: %d found", key, len(hits))
		}
		odds := 0.01 / 0.99
		for _, w := range hits[0].Why {
			odds *= w.LR
		}
		if got := confidence(odds / (1 + odds)); got != hits[0].Confidence {
			t.Errorf("%s: confidence %v, the evidence says %v", key, hits[0].Confidence, got)
		}
		sure[hits[0].Confidence] = true
	}
	if len(sure) != 1 {
		t.Errorf("as sure as %v", sure)
	}
}

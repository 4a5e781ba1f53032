package audit

import (
	"testing"

	"github.com/telltale-audit/telltale"
)

func TestJoins(t *testing.T) {
	own, other := &owner{Device: telltale.Device{ID: "dev1"}}, &owner{Device: telltale.Device{ID: "dev2"}}
	const minute = telltale.Time(60e9)
	var js joins
	for _, j := range []join{{own, 300 * minute}, {own, 10 * minute}, {own, 11 * minute}, {own, 12 * minute}, {other, 100 * minute}} {
		if !js.add(j.dev, j.at) {
			t.Fatal("no room")
		}
	}
	if n := js.count(nil); n != 3 {
		t.Errorf("%d moments, want 3", n)
	}
	if n := js.count(map[string]bool{"dev2": true}); n != 2 {
		t.Errorf("%d moments without the stranger's, want 2", n)
	}
	for len(js) < maxJoins {
		js.add(own, 0)
	}
	if js.add(own, 0) {
		t.Error("what is beyond the bound is not told")
	}
}

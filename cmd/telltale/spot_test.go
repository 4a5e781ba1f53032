package main

import (
	"encoding/json"
	"testing"
)

// Records are anyone's to write: inputs that continue each other in a ring, and a
// packet far beyond them, come to an end.
func TestSpotEnds(t *testing.T) {
	input := func(number, before, packets string) map[string]any {
		return map[string]any{"input": json.Number(number), "continues": json.Number(before), "packets": json.Number(packets)}
	}
	e := &exhibits{inputs: []map[string]any{input("1", "2", "1"), input("2", "1", "1"), input("3", "0", "5"), input("4", "3", "5")}}
	if got, want := e.spot(3, 8), (spot{4, 3}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	e.spot(1, 9e18)
}

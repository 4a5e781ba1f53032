package main

import "testing"

// TestPercentFor holds what garbage may come on top of what is held: up to
// leastHeap in all, and from there on half of it.
func TestPercentFor(t *testing.T) {
	for live, want := range map[int]int{0: 2400, 1 << 20: 2300, 12 << 20: 100, 16 << 20: 50, 100 << 20: 50} {
		if got := percentFor(live); got != want {
			t.Errorf("of %d bytes %d %%, want %d", live, got, want)
		}
	}
}

package main

import "testing"

// TestPace holds what garbage may come on top of what is held: up to
// leastHeap in all, from there on two fifths of it, and a quarter where that is much.
func TestPace(t *testing.T) {
	for live, want := range map[int]int64{100 << 20: softMemory, 400 << 20: 500 << 20} {
		if got := limitFor(live); got != want {
			t.Errorf("of %d bytes a limit of %d, want %d", live, got, want)
		}
	}
	for live, want := range map[int]int{0: 600, 1 << 20: 600, 4 << 20: 600, 5 << 20: 380, 12 << 20: 100, 16 << 20: 50, 40 << 20: 40, 100 << 20: 25, 400 << 20: 25} {
		if got := percentFor(live); got != want {
			t.Errorf("of %d bytes %d %%, want %d", live, got, want)
		}
	}
}

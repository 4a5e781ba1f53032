package flow

import "testing"

// TestRecentFull fills the memory for recent data to the byte, goes on, and
// repeats what lies on both sides of its edge.
func TestRecentFull(t *testing.T) {
	w, l := begin(t, Limits{Recent: 128})
	text := content(0, 63, 0)
	w.to(100, text)
	w.to(163, text)
	w.to(226, "ab") // 128 bytes
	w.to(228, text)
	w.to(220, content(0, 40, 0)) // not what was there: compared all the same
	w.to(222, text[59:]+"ab"+text[:30])
	if o := l.only(w.table); o.next[0] != 191 {
		t.Errorf("ends at %d", o.next[0])
	}
}

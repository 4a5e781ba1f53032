package oracle

import "testing"

// verdict is a test that remembers whether it failed.
type verdict struct {
	testing.TB
	failed bool
}

func (v *verdict) Helper()               {}
func (v *verdict) Errorf(string, ...any) { v.failed = true }

var kept []byte

// TestAllocates holds that what is too much is noticed, once it is too much
// every time, and what is not is not.
func TestAllocates(t *testing.T) {
	calls := 0
	for _, c := range []struct {
		name     string
		fixed, n int
		f        func()
		fails    bool
	}{
		{"nothing", 0, 0, func() {}, false},
		{"all it may", 0, 1000, func() { kept = make([]byte, 88<<10) }, false},
		{"too much", 0, 1000, func() { kept = make([]byte, 200<<10) }, true},
		{"what it always needs", 200 << 10, 1000, func() { kept = make([]byte, 200<<10) }, false},
		{"too much in small pieces", 0, 10, func() {
			for range 2000 {
				kept = make([]byte, 50)
			}
		}, true},
		{"a table at first", 0, 0, func() {
			if calls++; calls == 1 {
				kept = make([]byte, 1<<20)
			}
		}, false},
	} {
		v := &verdict{TB: t}
		Allocates(v, c.fixed, c.n, c.f)
		if v.failed != c.fails {
			t.Errorf("%s: failed %t", c.name, v.failed)
		}
	}
}

func BenchmarkAllocates(b *testing.B) {
	for b.Loop() {
		Allocates(b, 0, 0, func() {})
	}
}

// Package oracle judges, for fuzz targets, what no single output shows: how
// much memory a call takes for the input it was given. Only tests import it.
package oracle

import (
	"runtime"
	"runtime/metrics"
	"testing"
)

// What a parser may allocate for an input, beside what it always needs.
const (
	Base  = 64 << 10 // bytes
	Ratio = 32       // bytes for each byte of input
)

// tries is how often a call is measured before it is judged: a first call may
// fill tables that the next ones use.
const tries = 3

// Allocates fails the test if f, called again and again on n bytes of input,
// allocates more than fixed + [Base] + [Ratio]*n bytes each time. fixed is
// what f takes whatever the input: buffers, tables. Nothing else may run.
func Allocates(t testing.TB, fixed, n int, f func()) {
	t.Helper()
	limit := uint64(fixed + Base + Ratio*n)
	if roughly(f) <= limit {
		return
	}
	least := exactly(f)
	for range tries - 1 {
		least = min(least, exactly(f))
	}
	if least > limit {
		t.Errorf("%d bytes allocated for an input of %d, at most %d", least, n, limit)
	}
}

// roughly returns how much f allocates, give or take what small objects have
// in hand: a quick look.
func roughly(f func()) uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	before := sample[0].Value.Uint64()
	f()
	metrics.Read(sample)
	return sample[0].Value.Uint64() - before
}

// exactly returns how much f allocates.
func exactly(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

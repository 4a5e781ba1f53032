package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// When the collector of garbage works. What an audit holds is bounded by the
// engine; on top of that comes what it has let go of and is not collected yet.
const (
	garbage    = 50        // percent of what is held
	leastHeap  = 24 << 20  // bytes of both up to which it need not work
	softMemory = 192 << 20 // bytes of both from which on it works harder
)

// pace sets when the collector works, now and whenever it has worked. Left to
// itself it would work once for each doubling from 4 MiB on, which is a good part
// of the time that a small capture takes.
func pace() {
	debug.SetMemoryLimit(min(softMemory, debug.SetMemoryLimit(-1))) // GOMEMLIMIT may say less
	debug.SetGCPercent(percentFor(leastHeap / 8))
	afterCollection()
}

// afterCollection calls itself again whenever garbage has been collected: the
// object that it makes is nothing but garbage.
func afterCollection() {
	runtime.SetFinalizer(&struct{ _ [16]byte }{}, func(*struct{ _ [16]byte }) {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		debug.SetGCPercent(percentFor(int(live[0].Value.Uint64())))
		afterCollection()
	})
}

// percentFor returns how much garbage there may be, in a hundred of what is held.
func percentFor(live int) int {
	return max(garbage, 100*(leastHeap-live)/max(live, 1<<20))
}

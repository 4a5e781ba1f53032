package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// When the collector of garbage works. What an audit holds is bounded by the
// engine; on top of that comes what it has let go of and is not collected yet.
const (
	garbage     = 40        // percent of what is held, and
	mostSpare   = 18 << 20  // no more bytes than that where little is held, or
	crowded     = 25        // percent where much is
	leastHeap   = 24 << 20  // bytes of both up to which it need not work
	runtimeHeap = 4 << 20   // bytes of which the runtime takes the percentage where less is held, as all there may be
	softMemory  = 192 << 20 // bytes of both from which on it works harder
)

// pace sets when the collector works, now and whenever it has worked. Left to
// itself it would work once for each doubling from 4 MiB on, which is a good part
// of the time that a small capture takes.
func pace() {
	asked := debug.SetMemoryLimit(-1) // by GOMEMLIMIT
	debug.SetMemoryLimit(min(softMemory, asked))
	debug.SetGCPercent(percentFor(0))
	afterCollection(asked)
}

// afterCollection calls itself again whenever garbage has been collected: the
// object that it makes is nothing but garbage.
func afterCollection(asked int64) {
	runtime.SetFinalizer(&struct{ _ [16]byte }{}, func(*struct{ _ [16]byte }) {
		sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(sample)
		live := int(sample[0].Value.Uint64())
		debug.SetMemoryLimit(min(limitFor(live), asked))
		debug.SetGCPercent(percentFor(live))
		afterCollection(asked)
	})
}

// limitFor returns from how many bytes on the collector works harder. Where more
// than that is held, it would do nothing else and win nothing.
func limitFor(live int) int64 { return int64(max(softMemory, live+live/4)) }

// percentFor returns how much garbage there may be, in a hundred of what is held.
func percentFor(live int) int {
	if live <= runtimeHeap {
		return leastHeap / (runtimeHeap / 100)
	}
	spare := max(min(live*garbage/100, mostSpare), live*crowded/100, leastHeap-live)
	return int(int64(spare) * 100 / int64(live))
}

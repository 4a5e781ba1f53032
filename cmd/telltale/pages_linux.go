package main

import (
	"runtime"
	"syscall"
)

// heapAhead is less than what has the collector work by itself.
const heapAhead = leastHeap - 4<<20

// largePages has the heap begin in pages of 2 MiB, as far as it goes before
// garbage is collected. The kernel gives memory a page at a time, and in a virtual
// machine two thousandths of a millisecond go by each time: with pages of 4 KiB that
// was a twentieth of an audit of mostly sealed traffic, and a third of one of
// next to nothing. The runtime has no setting for this; but what it has once had is
// where it looks first. Pages that are never touched are never given.
func largePages() {
	heap := make([]byte, heapAhead)
	_ = syscall.Madvise(heap, syscall.MADV_HUGEPAGE) // where the kernel has none, all stays as it was
	runtime.KeepAlive(heap)
	runtime.GC() // takes it back
}

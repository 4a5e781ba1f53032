//go:build linux || darwin

package main

import (
	"fmt"
	"syscall"
)

// Room that the process must be allowed. The Go runtime reserves far more addresses
// than it uses, and ends the process, with all that it found, where it gets
// none: measured, an audit of the hostile capture "streams" goes through from 1.6 GB
// on.
const (
	leastAddresses = 2 << 30
	leastData      = 512 << 20
)

// enoughRoom returns a failure where the process may run out of memory that a
// limit of the shell keeps from it, before anything is read.
func enoughRoom() error {
	for _, l := range []struct {
		which int
		least uint64
		what  string
		flag  string
	}{
		{syscall.RLIMIT_AS, leastAddresses, "address space", "-v"},
		{syscall.RLIMIT_DATA, leastData, "data segment", "-d"},
	} {
		var limit syscall.Rlimit
		if err := syscall.Getrlimit(l.which, &limit); err != nil {
			continue // no such limit here
		}
		if have := limit.Cur; have < l.least {
			return &failure{
				exitStore,
				fmt.Errorf("%s limited to %d MiB: an audit might not come to its end", l.what, have>>20),
				fmt.Sprintf("allow %d MiB (ulimit %s %d); most of it is reserved and never used", l.least>>20, l.flag, l.least>>10),
			}
		}
	}
	return nil
}

package capture

import (
	"math"
	"math/bits"
)

// A clock turns the ticks of a pcapng interface into nanoseconds: a tick is
// times/over nanoseconds, shifted right by shift bits.
type clock struct {
	times, over uint64
	shift       uint
	offset      int64 // seconds to add
}

// newClock returns a clock of microseconds, pcapng's default.
func newClock() clock { return clock{times: 1000, over: 1} }

// resolution sets the length of a tick from the option if_tsresol: a
// negative power of 10 or, with the highest bit set, of 2.
func (c *clock) resolution(v byte) {
	exp := uint(v & 0x7f)
	switch {
	case v&0x80 != 0:
		c.times, c.over, c.shift = 1e9, 1, exp
	case exp <= 9:
		c.times, c.over, c.shift = power10(9-exp), 1, 0
	case exp <= 28:
		c.times, c.over, c.shift = 1, power10(exp-9), 0
	default: // 2^64 ticks are less than a nanosecond
		c.times, c.over, c.shift = 0, 1, 0
	}
}

// time returns nanoseconds since the Unix epoch, the nearest that an int64
// can hold.
func (c *clock) time(ticks uint64) int64 {
	hi, lo := bits.Mul64(ticks, c.times)
	if c.over > 1 { // times is 1 then, and hi 0
		lo /= c.over
	}
	if c.shift > 0 {
		lo = lo>>c.shift | hi<<(64-c.shift) | hi>>(c.shift-64)
		hi >>= c.shift
	}
	ns := int64(math.MaxInt64)
	if hi == 0 && lo < math.MaxInt64 {
		ns = int64(lo)
	}
	if c.offset == 0 {
		return ns
	}
	return addSeconds(ns, c.offset)
}

// addSeconds returns ns plus s seconds; it saturates. ns is not negative.
func addSeconds(ns, s int64) int64 {
	switch {
	case s > (math.MaxInt64-ns)/int64(1e9):
		return math.MaxInt64
	case s < math.MinInt64/int64(1e9):
		return math.MinInt64
	}
	return ns + s*1e9
}

func power10(n uint) uint64 {
	p := uint64(1)
	for ; n > 0; n-- {
		p *= 10
	}
	return p
}

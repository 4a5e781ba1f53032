package flow

import "math"

// Durations of capture time, in nanoseconds.
const (
	second = int64(1e9)
	minute = 60 * second
	hour   = 60 * minute
)

// A clock is capture time as a table sees it. It never goes back, and one
// packet with an absurd time does not move it: a step of more than an hour
// counts only when the next strange packet agrees with it.
type clock struct {
	now     int64 // capture time that has passed since the first packet
	last    int64 // packet time that now stands for
	strange int64 // packet time that was not believed
	running bool
	doubt   bool // strange is set
}

// advance takes the time of the next packet.
func (c *clock) advance(t int64) {
	if !c.running {
		c.running, c.last = true, t
		return
	}
	step := distance(c.last, t)
	if step > hour || step < -hour {
		near := distance(c.strange, t)
		believed := c.doubt && near <= hour && near >= -hour
		c.strange, c.doubt = t, !believed
		if !believed {
			return
		}
		// All that waits for time to pass waits less than this.
		c.now, c.last = c.now+min(max(step, 0), 2*hour), t
		return
	}
	c.doubt = false
	if step > 0 {
		c.now, c.last = c.now+step, t
	}
}

// distance returns to-from, held to the range of int64.
func distance(from, to int64) int64 {
	switch d := to - from; {
	case to > from && d < 0:
		return math.MaxInt64
	case to < from && d >= 0:
		return math.MinInt64
	default:
		return d
	}
}

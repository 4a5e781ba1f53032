package flow

import "math"

// Durations of capture time, in nanoseconds.
const (
	second = int64(1e9)
	minute = 60 * second
	hour   = 60 * minute
)

// A Clock is capture time as the tables of a capture see it. It never goes back,
// and one packet with an absurd time does not move it: a step of more than an hour
// counts only when the next strange packet agrees with it. The zero Clock is ready.
//
// It is advanced by every packet of the capture, whichever table that goes to:
// how long a flow was silent must not depend on what else its table was given.
type Clock struct {
	now     int64 // capture time that has passed since the first packet
	last    int64 // packet time that now stands for
	strange int64 // packet time that was not believed
	running bool
	doubt   bool // strange is set
}

// An Instant is when a packet comes, in nanoseconds since the first one. Where its
// time is not believed yet, its flow counts as heard until Heard all the same:
// what follows may say that the packet was right.
type Instant struct{ Now, Heard int64 }

// Advance takes the time of the next packet, in nanoseconds.
func (c *Clock) Advance(t int64) Instant {
	step := distance(c.last, t)
	switch {
	case !c.running:
		c.running, c.last = true, t
	case step > hour || step < -hour:
		near := distance(c.strange, t)
		believed := c.doubt && near <= hour && near >= -hour
		c.strange, c.doubt = t, !believed
		if believed { // all that waits for time to pass waits less than this
			c.now, c.last = c.now+min(max(step, 0), maxStep), t
		}
	default:
		c.doubt = false
		if step > 0 {
			c.now, c.last = c.now+step, t
		}
	}
	return c.Now()
}

// Now returns the present: that of the latest packet.
func (c *Clock) Now() Instant {
	if c.doubt {
		return Instant{c.now, c.now + maxStep}
	}
	return Instant{c.now, c.now}
}

// maxStep is how far one packet moves the clock at most.
const maxStep = 2 * hour

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

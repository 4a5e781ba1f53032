package lab

import (
	"time"

	"github.com/telltale-audit/telltale"
)

// afterBoot returns when a client tries that waits after each boot between low
// and high, and then tries every so often, in all at most tries times or until
// the phone is restarted.
func afterBoot(low, high, every time.Duration, tries int) func(*world, attempt) {
	return func(w *world, try attempt) {
		for i, e := range w.truth.Events {
			if e.Kind != boot {
				continue
			}
			at, until := w.soon(e.Time, low, high), w.nextBoot(i)
			for n := 0; n < tries && at < until; n++ {
				if try(at, e.ID) {
					return
				}
				at = w.soon(at+telltale.Time(every), 0, 2*time.Second)
			}
		}
	}
}

// nextBoot returns the time of the first boot after the ith event, or else of
// the end.
func (w *world) nextBoot(i int) telltale.Time {
	for _, e := range w.truth.Events[i+1:] {
		if e.Kind == boot {
			return e.Time
		}
	}
	return w.end
}

// onceFailed tries 61 s after each boot, and from the first attempt on, as it
// was in vain, at every network join as well.
func onceFailed(w *world, try attempt) {
	failed := false
	for _, e := range w.truth.Events {
		var at telltale.Time
		switch {
		case e.Kind == boot:
			at = w.soon(e.Time, 60800*time.Millisecond, 61600*time.Millisecond)
		case e.Kind == networkJoin && failed && !w.justBooted(e):
			at = w.soon(e.Time, 600*time.Millisecond, 1100*time.Millisecond)
		default:
			continue
		}
		if try(at, e.ID) {
			return
		}
		failed = true
	}
}

// atEveryJoin tries soon after every network join.
func atEveryJoin(w *world, try attempt) {
	for _, e := range w.truth.Events {
		if e.Kind == networkJoin && try(w.soon(e.Time, 900*time.Millisecond, 2200*time.Millisecond), e.ID) {
			return
		}
	}
}

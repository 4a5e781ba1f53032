package audit

import (
	"slices"

	"github.com/telltale-audit/telltale"
)

// Bounds of the moments at which devices joined a network.
const (
	maxJoins = 1 << 12
	oneJoin  = telltale.Time(60e9) // between what belongs to one moment
)

// A join is a flow in which a device did what devices do as they join a network.
type join struct {
	dev *owner
	at  telltale.Time
}

// joins are those of a capture, the first maxJoins of them.
type joins []join

// add reports whether there was room for it.
func (js *joins) add(dev *owner, at telltale.Time) bool {
	if len(*js) == maxJoins {
		return false
	}
	*js = append(*js, join{dev, at})
	return true
}

// count returns how often the devices that are told of joined a network: what comes
// within a minute of the one before belongs to it.
func (js joins) count(strangers map[string]bool) int {
	var times []telltale.Time
	for _, j := range js {
		if !strangers[j.dev.ID] {
			times = append(times, j.at)
		}
	}
	slices.Sort(times)
	n := 0
	for i, at := range times {
		if i == 0 || at-times[i-1] > oneJoin {
			n++
		}
	}
	return n
}

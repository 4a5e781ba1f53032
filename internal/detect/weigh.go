package detect

import (
	"math"
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
)

// A group holds evidence that is not independent of other evidence in it. The
// strongest of a group counts; the groups multiply. Structure is the one group
// whose parts multiply, as each is weighed given the ones before.
type group uint8

const (
	groupTruth      group = iota // equals what the owner told us
	groupStructure               // check digits, number plans
	groupKey                     // the name of the field, the path of the request
	groupNeighbours              // other identifiers in the same message
	groupAnti                    // signs of something else
	groupCount
)

// Likelihood ratios that are not a detector's own.
const (
	lrSeed       = 1e6
	lrKey        = 200
	lrKeyPart    = 50
	lrPath       = 3
	lrOtherKey   = 0.02
	lrNeighbours = 5
	lrBeside     = 10
)

// Thresholds of the levels, and how far one value may convince alone.
const (
	probableAt   = 0.95
	possibleAt   = 0.5
	surest       = 0.9999
	minWitnesses = 2
	enoughBits   = 40 // a shorter spelling is met by chance in a large capture
)

// A candidate is a hit that has not been weighed against its neighbours yet.
type candidate struct {
	hit      Hit
	prior    float64
	lr       [groupCount]float64
	start    int            // of the value as found in the view
	end      int            //
	form     string         // what hides it there, "" if nothing does
	span     telltale.Range // the view's bytes that hold all of it
	run      telltale.Range // bytes that must be seen whole to see it again, in the caller's coordinates
	depth    int            // of the view
	confirms bool           // equals a seed
	weak     bool           // which is too short to confirm anything alone
}

func newCandidate(prior float64) candidate {
	c := candidate{prior: prior}
	for g := range c.lr {
		c.lr[g] = 1
	}
	return c
}

// add takes one piece of evidence. What says nothing is not kept.
func (c *candidate) add(g group, evidence string, lr float64) {
	if lr == 1 {
		return
	}
	c.hit.Why = append(c.hit.Why, telltale.Evidence{Evidence: evidence, LR: lr})
	if g == groupStructure {
		c.lr[g] *= lr
		return
	}
	c.lr[g] = lr // callers give the strongest only
}

// probability returns how likely c is what it seems, from 0 to 1.
func (c *candidate) probability() float64 {
	odds := c.prior / (1 - c.prior)
	for _, lr := range c.lr {
		odds *= lr
	}
	return odds / (1 + odds)
}

// level returns what c may be called.
func (c *candidate) level() telltale.Level {
	p, groups := c.probability(), 0
	for _, lr := range c.lr {
		if lr > 1 {
			groups++
		}
	}
	switch {
	case c.confirms && (!c.weak || c.lr[groupKey] >= lrKeyPart):
		return telltale.Confirmed
	case p >= probableAt && groups >= 2:
		return telltale.Probable
	case p >= possibleAt:
		return telltale.Possible
	}
	return telltale.Hidden
}

// hopeless reports whether no neighbours could bring c to be shown.
func (c *candidate) hopeless() bool {
	lr := c.lr[groupNeighbours]
	c.lr[groupNeighbours] = lrNeighbours
	hidden := c.level() == telltale.Hidden
	c.lr[groupNeighbours] = lr
	return hidden
}

// witness reports whether c makes its neighbours likelier: it is likely by
// itself, and not by its shape alone, or else a page of numbers would vouch
// for itself.
func (c *candidate) witness() bool {
	return (c.lr[groupTruth] > 1 || c.lr[groupKey] > 1) && c.probability() >= possibleAt
}

// weighKey adds what the name of the field, or the path of the request, tells.
func (c *candidate) weighKey(key, path string) {
	kind, name := c.hit.Kind, []byte(key)
	kinds := dictionary.exactKinds(name)
	other := ""
	if len(kinds) == 0 {
		other = dictionary.saysOther(name)
	}
	switch {
	case slices.Contains(kinds, kind):
		c.add(groupKey, "key name says "+string(kind), lrKey)
	case other != "":
		c.add(groupKey, "key name says "+other, lrOtherKey)
	case dictionary.contains(name, kind):
		c.add(groupKey, "key name contains "+string(kind), lrKeyPart)
	case registers(path):
		c.add(groupKey, "request path says registration", lrPath)
	}
}

// registers reports whether a request path is one to which devices announce
// themselves.
func registers(path string) bool {
	path = strings.ToLower(path)
	return strings.Contains(path, "/activate") || strings.Contains(path, "/regist")
}

// weighNeighbours adds to each candidate that at least two other identifiers
// are in the same message.
func weighNeighbours(list []candidate) {
	type witness struct {
		kind  telltale.Kind
		value string
	}
	seen := map[witness]bool{}
	for i := range list {
		if c := &list[i]; c.witness() {
			seen[witness{c.hit.Kind, c.hit.Value}] = true
		}
	}
	for i := range list {
		c := &list[i]
		others := len(seen)
		if seen[witness{c.hit.Kind, c.hit.Value}] {
			others--
		}
		if others >= minWitnesses {
			c.add(groupNeighbours, "other identifiers in the same message", lrNeighbours)
		}
	}
}

// confidence returns p as records tell it: never quite 1, four decimals.
func confidence(p float64) float64 {
	return math.Round(min(p, surest)*1e4) / 1e4
}

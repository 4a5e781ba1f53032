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

// maxWhy is how many pieces of evidence a candidate may have.
const maxWhy = int(groupCount) + 3

// A candidate is a hit that has not been weighed against its neighbours yet.
type candidate struct {
	hit      Hit // but for Why, Level and Confidence
	prior    float64
	lr       [groupCount]float64
	why      [maxWhy]Clue
	whys     int
	p        float64        // probability, as last asked for
	start    int            // of the value as found in the view
	end      int            //
	form     string         // what hides it there, "" if nothing does
	second   stretch        // the other half of a value in two places
	span     telltale.Range // the view's bytes that hold all of it
	run      telltale.Range // bytes that must be seen whole to see it again, in the caller's coordinates
	view     int            // its ID
	depth    int            // how deep that is
	late     bool           // the window before showed it, but not all that it stands in
	passing  bool           // no later window shows it
	confirms bool           // equals a seed
	stays    bool           // of those of its view that overlap
	own      bool           // form was undone by who found it: all that it says is the value
	weak     bool           // which is too short to confirm anything alone
}

// set makes c a new candidate. What it has no use for yet stays as it was.
func (c *candidate) set(prior float64, kind telltale.Kind, value string) {
	c.hit = Hit{Kind: kind, Value: value, Device: -1}
	c.prior, c.whys = prior, 0
	c.confirms, c.stays, c.weak, c.own, c.late = false, false, false, false, false
	c.second = stretch{}
	for g := range c.lr {
		c.lr[g] = 1
	}
}

// add takes one piece of evidence, in words.
func (c *candidate) add(g group, evidence string, lr float64) {
	c.take(g, Clue{Format: evidence, LR: lr})
}

// take takes one piece of evidence. What says nothing is not kept.
func (c *candidate) take(g group, clue Clue) {
	if clue.LR == 0 || clue.LR == 1 {
		return
	}
	c.why[c.whys] = clue
	c.whys++
	if g == groupStructure {
		c.lr[g] *= clue.LR
		return
	}
	c.lr[g] = clue.LR // callers give the strongest only
}

// read takes what a reading says, the evidence of structure with it.
func (c *candidate) read(r *Reading) {
	c.prior, c.hit.Notes = r.Prior, r.Notes
	for _, clue := range r.Shape {
		c.take(groupStructure, clue)
	}
}

// words puts the evidence in words.
func (c *candidate) words() []telltale.Evidence {
	if c.whys == 0 {
		return nil
	}
	why := make([]telltale.Evidence, 0, c.whys)
	for i := range c.whys {
		why = append(why, c.why[i].evidence())
	}
	return why
}

// probability returns how likely c is what it seems, from 0 to 1.
func (c *candidate) probability() float64 {
	odds := c.prior / (1 - c.prior)
	for _, lr := range c.lr {
		odds *= lr
	}
	c.p = odds / (1 + odds)
	return c.p
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
// for itself. What many devices share is no identifier that could.
func (c *candidate) witness() bool {
	if c.hit.Kind == telltale.Model || c.hit.Kind == telltale.Build {
		return false
	}
	return (c.lr[groupTruth] > 1 || c.lr[groupKey] > 1) && c.probability() >= possibleAt
}

// keyClue returns what a key tells of a value of a kind, the zero Clue if
// nothing.
func keyClue(key []byte, kind telltale.Kind) Clue {
	kinds := dictionary.exactKinds(key)
	other := ""
	if len(kinds) == 0 {
		other = dictionary.saysOther(key)
	}
	switch {
	case slices.Contains(kinds, kind):
		return Clue{"key name says %s", [2]string{string(kind)}, lrKey}
	case other != "":
		return Clue{"key name says %s", [2]string{other}, lrOtherKey}
	case dictionary.contains(key, kind):
		return Clue{"key name contains %s", [2]string{string(kind)}, lrKeyPart}
	}
	return Clue{}
}

// keyClues remembers what keys tell: the same few come again and again.
type keyClues map[keyOfKind]Clue

type keyOfKind struct {
	key  string
	kind telltale.Kind
}

// maxKeyClues is how many are remembered.
const maxKeyClues = 256

// of returns keyClue.
func (m keyClues) of(key []byte, kind telltale.Kind) Clue {
	if len(key) == 0 {
		return Clue{}
	}
	c, ok := m[keyOfKind{string(key), kind}]
	if !ok {
		if len(m) == maxKeyClues {
			clear(m)
		}
		c = keyClue(key, kind)
		m[keyOfKind{string(key), kind}] = c
	}
	return c
}

// weighKey adds what the name of the field, or else the path of the request,
// tells.
func (s *Search) weighKey(c *candidate, key []byte) {
	if clue := s.keyClues.of(key, c.hit.Kind); clue.LR != 0 {
		c.take(groupKey, clue)
	} else if s.registers {
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
func weighNeighbours(list []*candidate) {
	type witness struct {
		kind  telltale.Kind
		value string
	}
	seen := map[witness]bool{}
	for _, c := range list {
		if c.witness() {
			seen[witness{c.hit.Kind, c.hit.Value}] = true
		}
	}
	for _, c := range list {
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

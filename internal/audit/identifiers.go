package audit

import (
	"slices"
	"strconv"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

// Bounds of the values told apart in a run. A token may have some kilobytes: long values
// have a bound of their own, so that none pushes out what a phone is known by.
const (
	maxIdentifiers     = 100_000
	maxIdentifierBytes = 16 << 20 // of long values
	longIdentifier     = 256      // bytes of a long value
)

// longBytes returns how many bytes v counts for among the long values.
func longBytes(v telltale.Value) int {
	if n := len(v.Raw()); n > longIdentifier {
		return n
	}
	return 0
}

// maxIdentifierDestinations bounds the far ends that are listed for a value.
const maxIdentifierDestinations = 1024

// identifiers are the distinct values of each device.
type identifiers struct {
	byKey map[identity]*telltale.Identifier
	list  []*telltale.Identifier
	bytes int // of long values
}

// identity is what makes two sightings the same identifier.
type identity struct {
	device string
	value  telltale.Value
}

func newIdentifiers() *identifiers { return &identifiers{byKey: map[identity]*telltale.Identifier{}} }

// add counts a sighting. The pooled confidence is that of the surest one:
// sightings of one value in one field are far from independent. It reports
// false where a bound kept something out.
func (x *identifiers) add(s *telltale.Sighting, dest string) bool {
	key := identity{s.Device, s.Value}
	id := x.byKey[key]
	if id == nil {
		size := longBytes(s.Value)
		if len(x.list) >= maxIdentifiers || size > 0 && x.bytes > maxIdentifierBytes {
			return false
		}
		x.bytes += size
		id = &telltale.Identifier{
			ID: "i" + strconv.Itoa(len(x.list)+1), Device: s.Device, Kind: s.Kind, Value: s.Value, Tag: s.Tag, First: s.Time,
		}
		x.byKey[key] = id
		x.list = append(x.list, id)
	}
	if s.Confidence > id.Confidence || s.Level.AtLeast(id.Level) && s.Level != id.Level {
		id.Confidence, id.Level, id.Why = s.Confidence, s.Level, s.Why
	}
	id.Count++
	id.First, id.Last = min(id.First, s.Time), max(id.Last, s.Time)
	if slices.Contains(id.Destinations, dest) {
		return true
	}
	if len(id.Destinations) >= maxIdentifierDestinations {
		return false
	}
	id.Destinations = append(id.Destinations, dest)
	return true
}

// of returns the id of a sighting's identifier, or "" past the bound.
func (x *identifiers) of(s *telltale.Sighting) string {
	if id := x.byKey[identity{s.Device, s.Value}]; id != nil {
		return id.ID
	}
	return ""
}

func (x *identifiers) records() []telltale.Identifier {
	out := make([]telltale.Identifier, len(x.list))
	for i, id := range x.list {
		out[i] = *id
		if i < maxOrigins {
			out[i].Origin = origin(id)
		}
	}
	return out
}

// tags link equal values inside an audit and say nothing about them.
type tags struct {
	byValue map[telltale.Value]string
	bytes   int // of long values
}

// of returns the tag of v. Values past the bound share one that links nothing.
func (t *tags) of(v telltale.Value) string {
	if tag, ok := t.byValue[v]; ok {
		return tag
	}
	size := longBytes(v)
	if len(t.byValue) >= maxIdentifiers || size > 0 && t.bytes > maxIdentifierBytes {
		return "t0"
	}
	t.bytes += size
	tag := "t" + strconv.Itoa(len(t.byValue)+1)
	t.byValue[v] = tag
	return tag
}

// maxOrigins is of how many identifiers a report is told the origin; the
// records hold that of all.
const maxOrigins = 4096

func origin(id *telltale.Identifier) string { return numbering.Origin(id.Kind, id.Value.Raw()) }

// sentTo returns which destinations an identifier went to, or came from.
func (x *identifiers) sentTo() func(id string) bool {
	ids := map[string]bool{}
	for _, id := range x.list {
		for _, d := range id.Destinations {
			ids[d] = true
		}
	}
	return func(id string) bool { return ids[id] }
}

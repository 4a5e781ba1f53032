package detect

import (
	"bytes"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/decode"
)

// keyAt returns the key that stands for the value at an offset of the view: of
// what holds it in the view, or else of the field itself.
func (s *Search) keyAt(off int) string {
	if key := s.view.KeyAt(off); key != "" {
		return key
	}
	_, key := s.nameAt(off)
	return key
}

// nameAt returns the name and the key of the field at an offset of the view.
func (s *Search) nameAt(off int) (name, key string) {
	if s.field.Namer == nil {
		return s.field.Name, ""
	}
	at := s.view.Origin(telltale.Range{Start: int64(off), End: int64(off) + 1}).Start
	return s.field.Namer.NameAt(s.field.Data, int(at))
}

// keep takes the draft, unless it cannot come to be shown. The value stands
// at [start, end) of the view, as form hides it; a part of it may lie in the
// before and after bytes around.
func (s *Search) keep(start, end int, form string, before, after int) {
	c := s.draft
	if c.hopeless() {
		return
	}
	c.start, c.end, c.form = start, end, form
	c.span = telltale.Range{Start: int64(max(start-before, 0)), End: int64(min(end+after, len(s.view.Data)))}
	if n := len(s.found); n > s.fromView && sameStart(s.found[n-1], c) {
		if better(c, s.found[n-1]) {
			s.found[n-1], s.draft = c, s.found[n-1]
		}
		return
	}
	s.found, s.draft = append(s.found, c), s.fresh()
	if len(s.found)-s.fromView > 2*maxHits {
		s.settle(maxHits + maxHits/2) // what another way to find them drops is not dropped here yet
	}
}

// fresh returns a candidate to be drafted.
func (s *Search) fresh() *candidate {
	if len(s.free) == 0 {
		slab := make([]candidate, 32)
		for i := range slab {
			s.free = append(s.free, &slab[i])
		}
	}
	last := len(s.free) - 1
	c := s.free[last]
	s.free = s.free[:last]
	return c
}

// settle decides between the candidates of the view at hand that overlap, and
// keeps the surest if they are more than most.
func (s *Search) settle(most int) {
	all := s.found[s.fromView:]
	s.settled = append(s.settled[:0], all...)
	own := settle(all)
	if len(own) > most {
		own = s.trim(own)
	}
	s.found = s.found[:s.fromView+len(own)]
	for _, c := range own {
		c.stays = true
	}
	for _, c := range s.settled {
		if !c.stays {
			s.free = append(s.free, c)
		}
		c.stays = false
	}
}

// place gives a candidate its place on the wire and its names, which cost too
// much for those that did not stay.
func (s *Search) place(c *candidate) {
	v, base := s.view, s.field.Base
	at := v.Origin(c.span)
	c.run = at
	if v.Parent != nil {
		c.run = v.Origin(telltale.Range{Start: 0, End: int64(len(v.Data))})
	}
	c.run = telltale.Range{Start: c.run.Start + base, End: c.run.End + base}
	c.view, c.depth, c.passing = v.ID, depth(v), v.Passing || c.late
	c.hit.Ranges = []telltale.Range{{Start: at.Start + base, End: at.End + base}}
	if c.second.end > 0 {
		s.placeSecond(c)
	}
	c.hit.Index = s.field.Index
	form, path := v.NameAt(c.start)
	c.hit.Form = joinForm(form, c.form)
	if c.hit.Kind == telltale.MAC && c.hit.Device < 0 && listsAccessPoints(path) {
		c.isAccessPoint()
	}
	c.hit.Field = s.path(c.start, path, c.form)
	if c.own {
		c.hit.Context, c.hit.Mark = excerpt([]byte(c.hit.Value), 0, len(c.hit.Value))
		return
	}
	c.hit.Context, c.hit.Mark = excerpt(v.Data, c.start, max(c.end, c.second.end))
}

// placeSecond adds where the other half of the value is.
func (s *Search) placeSecond(c *candidate) {
	at := s.view.Origin(telltale.Range{Start: int64(c.second.start), End: int64(c.second.end)})
	at = telltale.Range{Start: at.Start + s.field.Base, End: at.End + s.field.Base}
	c.hit.Ranges = telltale.Union(append(c.hit.Ranges, at))
	c.run.End = max(c.run.End, at.End)
}

func joinForm(form, spelled string) string {
	switch {
	case spelled == "":
		return form
	case form == "plain":
		return spelled
	}
	return form + ">" + spelled
}

// path returns the way to the value from the field inwards: path in the view,
// then the form that hides it.
func (s *Search) path(off int, path, form string) string {
	name, _ := s.nameAt(off)
	if path != "" {
		name += " > " + path
	}
	if form != "" {
		name += " > " + form
	}
	return name
}

func depth(v *decode.View) int {
	n := 0
	for ; v.Parent != nil; v = v.Parent {
		n++
	}
	return n
}

// Bytes of a view that are shown of a value, and on each side of it.
const (
	mostShown = 512
	around    = 32
)

// excerpt returns a copy of b[start:end] and of what is around, and where in it the
// value stands; of what is longer only how it begins.
func excerpt(b []byte, start, end int) ([]byte, telltale.Range) {
	if end-start > mostShown {
		end = start + mostShown
		b = b[:end]
	}
	from, to := max(start-around, 0), min(end+around, len(b))
	return bytes.Clone(b[from:to]), telltale.Range{Start: int64(start - from), End: int64(end - from)}
}

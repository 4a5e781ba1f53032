package detect

import (
	"bytes"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/decode"
)

// keyAt returns the key that stands for the value at an offset of the view: of
// what holds it in the view, or else of the field itself.
func (s *Search) keyAt(off int) string {
	v := s.view
	if _, _, key, _ := v.Locate(off); key != "" {
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

// keep takes a candidate, unless it cannot come to be shown. The value stands
// at [start, end) of the view, as form hides it; a part of it may lie in the
// before and after bytes around.
func (s *Search) keep(c candidate, start, end int, form string, before, after int) {
	if c.hopeless() {
		return
	}
	c.start, c.end, c.form = start, end, form
	c.span = telltale.Range{Start: int64(max(start-before, 0)), End: int64(min(end+after, len(s.view.Data)))}
	s.found = append(s.found, c)
	if len(s.found)-s.fromView > 4*maxHits {
		s.settle()
	}
}

// settle decides between the candidates of the view at hand that overlap, and
// bounds their number.
func (s *Search) settle() {
	own := s.trim(settle(s.found[s.fromView:]))
	s.found = s.found[:s.fromView+len(own)]
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
	c.depth = depth(v)
	c.hit.Ranges = []telltale.Range{{Start: at.Start + base, End: at.End + base}}
	c.hit.Index = s.field.Index
	c.hit.Form = joinForm(v.FormAt(c.start), c.form)
	c.hit.Field = s.path(c.start, c.form)
	c.hit.Context, c.hit.Mark = excerpt(v.Data, c.start, c.end)
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

// path returns the way to the value from the field inwards.
func (s *Search) path(off int, form string) string {
	name, _ := s.nameAt(off)
	if p := s.view.PathAt(off); p != "" {
		name += " > " + p
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

// excerpt returns a copy of b[start:end] and at most 32 bytes on each side, and
// where in it the value stands.
func excerpt(b []byte, start, end int) ([]byte, telltale.Range) {
	const around = 32
	from, to := max(start-around, 0), min(end+around, len(b))
	return bytes.Clone(b[from:to]), telltale.Range{Start: int64(start - from), End: int64(end - from)}
}

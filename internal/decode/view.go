package decode

import (
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
)

// A View is one reading of bytes. It is valid, with its parents, until the
// function it was shown to returns.
type View struct {
	Data    []byte
	Decoder string // "" for the root
	Parent  *View  // nil for the root
	ID      int    // that no other view of the walk has

	// Seen counts the bytes at the start of Data that were the end of the
	// view before: an object that inflates to more than a window is shown in
	// several views. What ends in them has been seen; they are context.
	Seen int

	// Passing says that later walks over the same field show nothing of it again:
	// it is part of an object that goes on from walk to walk.
	Passing bool

	// Blocks are the classes of Data, Marks what it has anywhere.
	Blocks []Block
	Marks  Marks

	decoder   *Decoder
	from      Candidate // in Parent.Data
	way       Way
	depth     int      // decodings undone
	layer     int      // of them inflating
	more      bool     // the object goes on in a later view or walk
	encodings []string // still on the view, outermost last
	inflow    *Inflow  // the object in it that goes on, nil if none may
	base      int64    // of Data[0], as the inflow counts
	held      int      // bytes at the end of Data that the inflow has not read
	nodes     []node   // places of the JSON values in Data, once indexed
	indexed   bool
	before    stretch // what is known of the text before and behind
	behind    stretch // the place located last
	quoted    stretch // up to the first escaped quote in a JSON string
	last      lookUp
	steps     []step // of trail, once asked for
	walker    *Walker
}

// Origin returns the bytes of the root that say the bytes r of v.Data. It is
// monotone. Bytes that were inflated come from the compressed member, or its
// part up to where the view ends.
func (v *View) Origin(r telltale.Range) telltale.Range {
	for ; v.Parent != nil; v = v.Parent {
		r = v.way.back(r)
	}
	return r
}

// More reports whether what v shows goes on in a later view.
func (v *View) More() bool { return v.more }

// Source returns the view that v was decoded from, through all views that have nothing
// else in them, and where in it that begins. The root has none.
func (v *View) Source() (outer *View, start int) {
	if v.Parent == nil {
		return nil, 0
	}
	for {
		from := v.from
		v = v.Parent
		whole := isBlank(v.Data[:from.Start]) && (from.End == 0 || isBlank(v.Data[min(from.End, len(v.Data)):]))
		if !whole || v.Parent == nil {
			return v, from.Start
		}
	}
}

// Form returns how the bytes of v were written, from the wire inwards:
// "base64", "gzip>base64", "json>base64"; "plain" for the root.
func (v *View) Form() string { return form(v.trail()) }

// NameAt returns how the value at v.Data[off] was written, its container
// included ("base64>json"), and the way to it, to follow a field's name
// ("base64 > json:$.SIM1ICCID"; "" for a value that stands in the root as it
// is).
func (v *View) NameAt(off int) (formAt, pathAt string) {
	steps := v.trailAt(off)
	return form(steps), path(steps)
}

// A step is one encoding or container on the way to a value.
type step struct{ name, path string }

// form joins the names of steps, neighbours of one name as one.
func form(steps []step) string {
	switch {
	case len(steps) == 0:
		return "plain"
	case len(steps) == 1:
		return steps[0].name
	}
	var b strings.Builder
	for i, s := range steps {
		if i > 0 && s.name == steps[i-1].name {
			continue
		}
		if i > 0 {
			b.WriteByte('>')
		}
		b.WriteString(s.name)
	}
	return b.String()
}

// path joins the steps as they are followed.
func path(steps []step) string {
	var b strings.Builder
	for i, s := range steps {
		if i > 0 {
			b.WriteString(" > ")
		}
		b.WriteString(s.name)
		if s.path != "" {
			b.WriteByte(':')
			b.WriteString(s.path)
		}
	}
	return b.String()
}

// trail returns the steps from the root to v, which the caller does not change.
func (v *View) trail() []step {
	if v.Parent == nil || v.steps != nil {
		return v.steps
	}
	var steps []step
	switch {
	case v.decoder.rewrites && v.from.mode != modeQuote:
		steps = v.Parent.trail()
	case v.decoder == zipDecoder: // an archive is no text, whatever its bytes look like
		steps = v.Parent.trail()
	default:
		steps = v.Parent.trailAt(v.from.Start)
	}
	if n := len(steps); n == 0 || steps[n-1].name != v.Decoder || !v.decoder.rewrites {
		steps = append(slices.Clip(steps), step{name: v.Decoder})
	}
	v.steps = steps
	return steps
}

// trailAt returns the steps from the root to v.Data[off], which the caller does
// not change. The container of a text whose escapes were undone needs no step of
// its own.
func (v *View) trailAt(off int) []step {
	steps := v.trail()
	container, path, _, _ := v.Locate(off)
	if container == "" {
		return steps
	}
	last := step{container, path}
	if n := len(steps); n > 0 && steps[n-1].path == "" && within(steps[n-1].name, container) {
		last.name, steps = steps[n-1].name, steps[:n-1]
	}
	return append(slices.Clip(steps), last)
}

// within reports whether undoing the decoder's escapes implies the container.
func within(decoder, container string) bool {
	switch decoder {
	case "url":
		return container == "form"
	case "protobuf", "msgpack", "cbor", "multipart":
		return container == "json" // it is how these are shown
	}
	return decoder == container
}

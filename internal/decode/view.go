package decode

import (
	"strings"

	"github.com/telltale-audit/telltale"
)

// A View is one reading of bytes. It is valid, with its parents, until the
// function it was shown to returns.
type View struct {
	Data    []byte
	Decoder string // "" for the root
	Parent  *View  // nil for the root

	// Seen counts the bytes at the start of Data that were the end of the
	// view before: an object that inflates to more than a window is shown in
	// several views. What ends in them has been seen; they are context.
	Seen int

	decoder   *Decoder
	from      Candidate // in Parent.Data
	way       Way
	depth     int      // decodings undone
	layer     int      // of them inflating
	more      bool     // the object goes on in a later view or walk
	encodings []string // still on the view, outermost last
	nodes     []node   // places of the JSON values in Data, once indexed
	indexed   bool
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

// Root returns the view that v was decoded from at the last.
func (v *View) Root() *View {
	for v.Parent != nil {
		v = v.Parent
	}
	return v
}

// Form returns how the bytes of v were written, from the wire inwards:
// "base64", "gzip>base64", "json>base64"; "plain" for the root.
func (v *View) Form() string { return form(v.trail(nil)) }

// FormAt returns how the value at v.Data[off] was written, its container
// included: "base64>json".
func (v *View) FormAt(off int) string { return form(v.trailAt(nil, off)) }

// PathAt returns the way to the value at v.Data[off], to follow a field's
// name: "base64 > json:$.SIM1ICCID". It is "" for a value that stands in the
// root as it is.
func (v *View) PathAt(off int) string {
	var parts []string
	for _, s := range v.trailAt(nil, off) {
		if s.path != "" {
			parts = append(parts, s.name+":"+s.path)
		} else {
			parts = append(parts, s.name)
		}
	}
	return strings.Join(parts, " > ")
}

// A step is one encoding or container on the way to a value.
type step struct{ name, path string }

// form joins the names of steps, neighbours of one name as one.
func form(steps []step) string {
	if len(steps) == 0 {
		return "plain"
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

// trail appends the steps from the root to v.
func (v *View) trail(steps []step) []step {
	if v.Parent == nil {
		return steps
	}
	if v.decoder.rewrites && v.from.mode != modeQuote {
		steps = v.Parent.trail(steps)
	} else {
		steps = v.Parent.trailAt(steps, v.from.Start)
	}
	if n := len(steps); n > 0 && steps[n-1].name == v.Decoder && v.decoder.rewrites {
		return steps
	}
	return append(steps, step{name: v.Decoder})
}

// trailAt appends the steps from the root to v.Data[off]. The container of a
// text whose escapes were undone needs no step of its own.
func (v *View) trailAt(steps []step, off int) []step {
	steps = v.trail(steps)
	container, path, _, _ := v.Locate(off)
	if container == "" {
		return steps
	}
	if n := len(steps); n > 0 && steps[n-1].path == "" && within(steps[n-1].name, container) {
		steps[n-1].path = path
		return steps
	}
	return append(steps, step{container, path})
}

// within reports whether undoing the decoder's escapes implies the container.
func within(decoder, container string) bool {
	return decoder == container || decoder == "url" && container == "form"
}

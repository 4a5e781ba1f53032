package decode

import "github.com/telltale-audit/telltale"

// A Way leads from the bytes of a view back to the bytes of its parent. It
// is piecewise linear and monotone.
type Way struct {
	knots []knot
	bits  int // a symbol says so many bits; 0 stands for 8
}

// A knot starts a piece: from symbol sym on, each symbol is width bytes of
// the parent, beginning at byte at. If width is negative, all symbols of the
// piece come from the same -width bytes.
type knot struct{ sym, at, width int }

// add says that from symbol sym on, symbols of width bytes begin at at.
func (w *Way) add(sym, at, width int) {
	if n := len(w.knots); n > 0 && width > 0 {
		k := w.knots[n-1]
		if k.width == width && k.at+(sym-k.sym)*width == at {
			return
		}
	}
	w.knots = append(w.knots, knot{sym, at, width})
}

// back returns the parent's bytes that say the bytes r of the view.
func (w *Way) back(r telltale.Range) telltale.Range {
	if len(w.knots) == 0 {
		return telltale.Range{}
	}
	bits := int64(w.bits)
	if bits == 0 {
		bits = 8
	}
	last := max(r.End*8-1, r.Start*8) / bits
	start, _ := w.symbol(int(r.Start * 8 / bits))
	_, end := w.symbol(int(last))
	if r.End <= r.Start {
		end = start
	}
	return telltale.Range{Start: int64(start), End: int64(end)}
}

// symbol returns the parent's bytes of symbol s.
func (w *Way) symbol(s int) (start, end int) {
	lo, hi := 0, len(w.knots)
	for hi-lo > 1 {
		if m := (lo + hi) / 2; w.knots[m].sym <= s {
			lo = m
		} else {
			hi = m
		}
	}
	k := w.knots[lo]
	if k.width < 0 {
		return k.at, k.at - k.width
	}
	start = k.at + (s-k.sym)*k.width
	return start, start + k.width
}

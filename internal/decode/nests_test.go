package decode

import (
	"bytes"
	"slices"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/lab"
)

// A cost is what one walk took.
type cost struct {
	made, largest, memory int
	seen                  bool // the marker's value
	skipped               int64
	tally                 Tally
}

// costOf walks over wire.
func costOf(wire []byte, h Hints) (c cost) {
	var w Walker
	c.tally = w.Walk(wire, h, func(v *View) {
		c.made += len(v.Data) - v.Seen
		c.largest = max(c.largest, len(v.Data))
		c.seen = c.seen || bytes.Contains(v.Data[v.Seen:], []byte("001012704839210"))
	})
	for _, n := range c.tally.Skipped {
		c.skipped += n
	}
	c.memory = w.memory()
	return c
}

// bounded reports whether what a walk over n bytes made and held is no more than
// any walk may.
func (c cost) bounded(n int) bool {
	return c.made <= (overRatio+1)*(n+maxInflated+maxInflated/8)+overBase && c.largest <= max(n, maxWindow) && c.memory <= 8<<20 && c.skipped <= int64(n)
}

// nest encodes b by the decoders in turns, n times or until it is long.
func nest(b []byte, n int, ds ...*Decoder) []byte {
	const long = 128 << 10
	for i := range n {
		if d := ds[i%len(ds)]; len(b) < long && d.Carries(b) {
			b = d.Encode(b)
		}
	}
	return b
}

// TestNests writes a value in each encoding within itself, deeper than is read:
// what is not read is told, and all of it is no more than the limits allow.
func TestNests(t *testing.T) {
	const deep = 16
	for _, d := range append(slices.Clone(All), brotliDecoder) {
		wire := nest([]byte(marker), deep, d)
		h := Hints{}
		if d == brotliDecoder {
			h.Encodings = slices.Repeat([]string{"br"}, deep)
		}
		c := costOf(wire, h)
		if !c.bounded(len(wire)) {
			t.Errorf("%s in itself: %+v of %d bytes", d.Name, c, len(wire))
		}
		if !c.seen && c.tally.Skipped[telltale.SkipInflateBudget]+c.tally.Skipped[telltale.SkipDecodeDepth] == 0 {
			t.Errorf("%s in itself: not seen, and nothing told: %v", d.Name, c.tally.Skipped)
		}
	}
}

// TestNestsOfTwo writes a value in two encodings in turns. What is compressed is
// no text, and JSON is: nothing but these two has to tell of the other.
func TestNestsOfTwo(t *testing.T) {
	for _, outer := range All {
		for _, inner := range All {
			wire := nest([]byte(marker), 12, inner, outer)
			c := costOf(wire, Hints{})
			text := outer == jsonDecoder && inner.Open != nil || inner == jsonDecoder && outer.Open != nil
			if !c.bounded(len(wire)) || !c.seen && c.skipped == 0 && !text {
				t.Errorf("%s in %s: %+v of %d bytes", inner.Name, outer.Name, c, len(wire))
			}
		}
	}
}

// TestQuine unpacks what unpacks to itself, once and many times beside each
// other, said and not: three layers, and no more than twice the work for twice
// as many.
func TestQuine(t *testing.T) {
	quine := lab.Quine()
	for _, encodings := range [][]string{nil, {"gzip"}, slices.Repeat([]string{"gzip"}, 2*maxLayers)} {
		h := Hints{Encodings: encodings}
		c := costOf(quine, h)
		if c.tally.Views != 1+maxLayers || c.made != (1+maxLayers)*len(quine) || c.tally.Skipped[telltale.SkipInflateBudget] == 0 {
			t.Errorf("%q: %+v of %d bytes", encodings, c, len(quine))
		}
		few, many := costOf(bytes.Repeat(quine, 100), h), costOf(bytes.Repeat(quine, 800), h)
		if !many.bounded(800*len(quine)) || many.made > 9*few.made {
			t.Errorf("%q: %d bytes of 100, %d of 800", encodings, few.made, many.made)
		}
	}
}

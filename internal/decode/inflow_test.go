package decode

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/telltale-audit/telltale"
)

// An inflowRun is what walks over the pieces of one object showed.
type inflowRun struct {
	text    []byte // what the innermost layer says
	skipped int64
	sights  []telltale.Range // of the needle, as the wire counts
	size    int              // most that was kept from walk to walk
}

// walkPieces walks over wire in pieces of some n bytes, as a search does.
func walkPieces(wire []byte, n, layers int, encodings []string, needle string) (run inflowRun) {
	var w Walker
	var f Inflow
	for base, end := 0, 0; end < len(wire); {
		end = min(max(end, base)+n, len(wire))
		more := end < len(wire)
		h := Hints{Encodings: encodings, More: more, Base: int64(base), Inflow: &f}
		tally := w.Walk(wire[base:end], h, func(v *View) {
			if v.layer != layers || v.decoder.Open == nil {
				return
			}
			run.text = append(run.text, v.Data[v.Seen:]...)
			for at := 0; needle != ""; at++ {
				i := bytes.Index(v.Data[at:], []byte(needle))
				if i < 0 {
					return
				}
				if at += i; at+len(needle) > v.Seen {
					r := v.Origin(telltale.Range{Start: int64(at), End: int64(at + len(needle))})
					run.sights = append(run.sights, telltale.Range{Start: r.Start + int64(base), End: r.End + int64(base)})
				}
			}
		})
		for _, k := range tally.Skipped {
			run.skipped += k
		}
		run.size = max(run.size, f.Size())
		base = end - max(tally.Keep, min(512, end-base))
	}
	return run
}

// prose returns n bytes of JSON that compress some 3 to 1.
func prose(n int) []byte {
	rng := rand.New(rand.NewPCG(1, 7))
	var b []byte
	for len(b) < n {
		b = fmt.Appendf(b, `{"t":%d,"word":"%x"},`, len(b), rng.Uint32())
	}
	return b[:n]
}

// TestInflow holds that an object inflates to the same whatever the pieces it
// comes in, in any number of layers and members, said or not.
func TestInflow(t *testing.T) {
	const needle = `"imei":"001012704839210"`
	text := prose(600 << 10)
	copy(text[len(text)-4000:], needle)
	half := len(text) / 2
	deflated := encodeZlib(text)
	for name, c := range map[string]struct {
		wire      []byte
		layers    int
		encodings []string
	}{
		"gzip":         {encodeGzip(text), 1, []string{"gzip"}},
		"gzip unsaid":  {encodeGzip(text), 1, nil},
		"zlib":         {encodeZlib(text), 1, []string{"deflate"}},
		"deflate":      {deflated[2 : len(deflated)-4], 1, []string{"deflate"}},
		"two members":  {append(encodeGzip(text[:half]), encodeGzip(text[half:])...), 1, nil},
		"gzip in gzip": {encodeGzip(encodeGzip(text)), 2, []string{"gzip", "gzip"}},
		"unsaid twice": {encodeGzip(encodeGzip(text)), 2, nil},
		"zip":          {encodeZip(text), 1, nil},
		"gzip in zip":  {encodeZip(encodeGzip(text)), 2, nil},
		"behind text":  {append(bytes.Repeat([]byte("text "), 400), encodeGzip(text)...), 1, nil},
		"before text":  {append(encodeGzip(text), bytes.Repeat([]byte("text "), 400)...), 1, []string{"gzip"}},
	} {
		for _, n := range []int{3000, 64 << 10, 128<<10 + 1, len(c.wire)} {
			run := walkPieces(c.wire, n, c.layers, c.encodings, needle)
			if !bytes.Equal(run.text, text) || run.skipped > 0 {
				t.Errorf("%s in pieces of %d: %d bytes of %d, %d skipped", name, n, len(run.text), len(text), run.skipped)
			}
			if run.size > c.layers*200<<10 {
				t.Errorf("%s in pieces of %d: %d bytes kept", name, n, run.size)
			}
			if len(run.sights) != 1 {
				t.Fatalf("%s in pieces of %d: %d sights", name, n, len(run.sights))
			}
			if r := run.sights[0]; r.Start < 0 || r.End > int64(len(c.wire)) || n <= 64<<10 && c.layers == 1 && r.Len() > 80<<10 {
				t.Errorf("%s in pieces of %d: at %v of %d", name, n, r, len(c.wire))
			}
		}
	}
}

// incompressible returns n bytes that deflate stores as they are.
func incompressible(n int) []byte {
	rng := rand.New(rand.NewPCG(3, 9))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

// TestInflowBroken has an object come to harm on the way: what came before is
// shown, and the rest counted once.
func TestInflowBroken(t *testing.T) {
	text := incompressible(2 << 20)
	wire := encodeGzip(text)
	at := len(wire) / 2
	for wire[at] != ^wire[at+2] || wire[at+1] != ^wire[at+3] || wire[at+1] < 0x20 { // the length of a block
		at++
	}
	wire[at] ^= 1
	run := walkPieces(wire, 50_000, 1, []string{"gzip"}, "")
	if n := len(run.text); n < len(text)/3 || !bytes.HasPrefix(text, run.text[:len(text)/3]) {
		t.Errorf("%d bytes shown", n)
	}
	if rest := int64(len(wire) - at); run.skipped < rest-1<<10 || run.skipped > rest+8 {
		t.Errorf("%d bytes skipped, want %d", run.skipped, rest)
	}
}

// TestInflowGap has bytes between two pieces that never came.
func TestInflowGap(t *testing.T) {
	wire := encodeGzip(prose(1 << 20))
	var w Walker
	var f Inflow
	third := len(wire) / 3
	w.Walk(wire[:third], Hints{Encodings: []string{"gzip"}, More: true, Inflow: &f}, func(*View) {})
	if !f.goesOn() {
		t.Fatal("nothing goes on")
	}
	tally := w.Walk(wire[2*third:], Hints{Encodings: []string{"gzip"}, Base: int64(2 * third), Inflow: &f}, func(v *View) {
		if v.layer > 0 {
			t.Errorf("a view of %d bytes behind a gap", len(v.Data))
		}
	})
	if tally.Skipped[telltale.SkipUndecodable] == 0 || f.goesOn() {
		t.Errorf("skipped %v, goes on %v", tally.Skipped, f.goesOn())
	}
}

// TestInflowBomb inflates no more in pieces than at once.
func TestInflowBomb(t *testing.T) {
	text := bytes.Repeat(slices.Concat(prose(3000), make([]byte, 60000)), 1100)
	run := walkPieces(encodeGzip(text), 30_000, 1, []string{"gzip"}, "")
	if n := len(run.text); n < maxInflated || n > maxInflated+maxWindow || run.skipped == 0 {
		t.Errorf("%d bytes shown, %d skipped", n, run.skipped)
	}
}

// TestPackedCut has what a library unpacks across the pieces of a field, which
// cannot be gone on with: short objects are read whole in the next piece, and what
// is not read of a longer one is told, up to the next object.
func TestPackedCut(t *testing.T) {
	const piece = 256 << 10
	text, noise := prose(120<<10), incompressible(600<<10)
	copy(text[100<<10:], `"imei":"001012704839210"`)
	for name, c := range map[string]struct {
		cut, behind   []byte
		here, skipped int // bytes of it in the first piece, and those not read
	}{
		"short":             {encodeZstd(text), nil, 20 << 10, 0},
		"short in gzip":     {encodeZstd(encodeGzip(text)), nil, 20 << 10, 0},
		"long":              {encodeZstd(noise), encodeGzip(text), 20 << 10, 600 << 10},
		"long, then more":   {encodeZstd(noise), encodeZstd(text), 20 << 10, 600 << 10},
		"less than a block": {encodeZstd(noise), encodeGzip(text), 90 << 10, 600 << 10},
	} {
		before := piece - c.here
		wire := slices.Concat(bytes.Repeat([]byte("text "), before/5), c.cut, c.behind)
		found, skipped := 0, int64(0)
		var w Walker
		var f Inflow
		for base, end := 0, 0; end < len(wire); {
			end = min(max(end, base)+piece, len(wire))
			tally := w.Walk(wire[base:end], Hints{More: end < len(wire), Base: int64(base), Inflow: &f}, func(v *View) {
				found += bytes.Count(v.Data[v.Seen:], []byte("001012704839210"))
			})
			skipped += tally.Skipped[telltale.SkipUndecodable]
			base = end - max(tally.Keep, min(512, end-base))
		}
		if found != 1 {
			t.Errorf("%s: seen %d times", name, found)
		}
		// What of it lies in one piece is read, the beginning of the next one with it.
		if least := int64(c.skipped - piece - maxKeep); skipped < least || skipped > int64(max(c.skipped, 0)+1<<10) || c.skipped == 0 && skipped > 0 {
			t.Errorf("%s: %d bytes told of %d", name, skipped, c.skipped)
		}
	}
}

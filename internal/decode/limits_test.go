package decode

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/lab"
)

// repeat encodes b n times.
func repeat(d *Decoder, b []byte, n int) []byte {
	for range n {
		b = d.Encode(b)
	}
	return b
}

func TestDepth(t *testing.T) {
	for _, c := range []struct {
		decoder *Decoder
		n       int
		seen    bool
		why     telltale.SkipReason
	}{
		{base64Decoder, maxDepth, true, ""},
		{base64Decoder, maxDepth + 1, false, telltale.SkipDecodeDepth},
		{base64Decoder, 16, false, telltale.SkipDecodeDepth},
		{hexDecoder, maxDepth, true, ""},
		{hexDecoder, maxDepth + 1, false, telltale.SkipDecodeDepth},
		{gzipDecoder, maxLayers, true, ""},
		{gzipDecoder, maxLayers + 1, false, telltale.SkipInflateBudget},
		{zlibDecoder, maxLayers + 1, false, telltale.SkipInflateBudget},
	} {
		wire := repeat(c.decoder, []byte(marker), c.n)
		seen, tally := look(wire, Hints{}, "001012704839210")
		if got := len(seen) > 0; got != c.seen {
			t.Errorf("%s %d times: seen %v", c.decoder.Name, c.n, got)
		}
		if got := tally.Skipped[c.why]; c.why != "" && got < int64(len(wire))*9/10 || c.why == "" && tally.Skipped != nil {
			t.Errorf("%s %d times: skipped %v of %d", c.decoder.Name, c.n, tally.Skipped, len(wire))
		}
	}
}

// TestDepthOfInflated holds that inflating is a step like any other.
func TestDepthOfInflated(t *testing.T) {
	wire := repeat(base64Decoder, encodeGzip([]byte(marker)), maxDepth)
	seen, tally := look(wire, Hints{}, "001012704839210")
	if len(seen) > 0 || tally.Skipped[telltale.SkipInflateBudget] == 0 {
		t.Errorf("seen %v, skipped %v", seen, tally.Skipped)
	}
}

// TestBombs inflates what inflates to more than it may: the first 64 MiB are
// shown, the rest is told, and memory stays small.
func TestBombs(t *testing.T) {
	zeros := make([]byte, maxInflated+maxInflated/2)
	copy(zeros, marker)
	copy(zeros[maxInflated-1000:], `"imei":"001012704839392"`)
	plain := encodeGzip(zeros)
	for name, wire := range map[string][]byte{"gzip": plain, "gzip twice": encodeGzip(plain), "zlib": encodeZlib(zeros)} {
		t.Run(name, func(t *testing.T) {
			var w Walker
			var shown, largest int
			var found []string
			tally := w.Walk(wire, Hints{}, func(v *View) {
				shown += len(v.Data) - v.Seen
				largest = max(largest, len(v.Data))
				for _, s := range []string{"001012704839210", "001012704839392"} {
					if bytes.Contains(v.Data, []byte(s)) {
						found = append(found, s)
					}
				}
			})
			least, most := maxInflated, maxInflated+maxInflated/8
			if name == "gzip twice" {
				least, most = layerRatio*len(wire), (layerRatio+layerRatio/8)*len(wire)+len(plain)+2*layerBase
			}
			if shown < least || shown > most || largest > maxWindow {
				t.Errorf("%d bytes shown, at most %d at a time", shown, largest)
			}
			if tally.Skipped[telltale.SkipInflateBudget] == 0 {
				t.Error("nothing told of the rest")
			}
			if len(found) != 2 && name != "gzip twice" {
				t.Errorf("found %v", found)
			}
			if n := w.memory(); n > 8<<20 {
				t.Errorf("walker holds %d bytes", n)
			}
		})
	}
}

// TestBombsTogether inflates objects of which each may inflate, and all together
// may not: they share what there is.
func TestBombsTogether(t *testing.T) {
	one := append(encodeZlib(make([]byte, maxInflated/3)), " and "...)
	var w Walker
	shown := 0
	tally := w.Walk(bytes.Repeat(one, 5), Hints{}, func(v *View) { shown += len(v.Data) - v.Seen })
	if most := maxInflated + maxInflated/8; shown < maxInflated || shown > most {
		t.Errorf("%d bytes shown, want no more than %d", shown, most)
	}
	if tally.Skipped[telltale.SkipInflateBudget] == 0 {
		t.Error("nothing told of the rest")
	}
}

// TestLayeredBombs holds that a small object of objects makes no more, for its
// bytes, than one of one layer: a capture full of them takes as long as it is.
func TestLayeredBombs(t *testing.T) {
	zeros := make([]byte, 8<<20)
	for layers := 1; layers <= maxLayers; layers++ {
		wire := repeat(gzipDecoder, zeros, layers)
		var w Walker
		shown := 0
		tally := w.Walk(wire, Hints{}, func(v *View) { shown += len(v.Data) - v.Seen })
		if most := 2*layerRatio*len(wire) + layerBase + len(wire); shown > most {
			t.Errorf("%d layers: %d bytes shown of %d", layers, shown, len(wire))
		}
		if lost := tally.Skipped[telltale.SkipInflateBudget]; layers > 1 && lost == 0 || layers == 1 && lost > 0 {
			t.Errorf("%d layers: %d bytes skipped", layers, lost)
		}
	}
}

// TestManyValues holds that a window full of short encoded values is read whole.
func TestManyValues(t *testing.T) {
	var text []byte
	n := 0
	for ; len(text) < 256<<10; n++ {
		text = fmt.Appendf(text, `{"v":"%s"},`, base64Decoder.Encode(fmt.Appendf(nil, "value %08d", n)))
	}
	var w Walker
	seen := 0
	tally := w.Walk(text, Hints{}, func(v *View) {
		if bytes.HasPrefix(v.Data, []byte("value ")) {
			seen++
		}
	})
	if seen != n || tally.Skipped != nil {
		t.Errorf("%d of %d values seen, skipped %v", seen, n, tally.Skipped)
	}
	if m := w.memory(); m > 8<<20 {
		t.Errorf("walker holds %d bytes", m)
	}
}

// memory returns how many bytes w keeps.
func (w *Walker) memory() (n int) {
	for _, b := range w.bytes.blocks {
		n += cap(b)
	}
	for _, s := range w.layers {
		if s != nil {
			n += cap(s.room) + 16*cap(s.parts)
		}
	}
	return n + knotSize*cap(w.knots) + 40*cap(w.nodes) + viewSize*len(w.views) + 32*cap(w.jobs) + 48*cap(w.found.List)
}

// TestManyMembers holds that a gzip object may have any number of members.
func TestManyMembers(t *testing.T) {
	wire := bytes.Repeat(encodeGzip(nil), 20000)
	wire = append(wire, encodeGzip([]byte(marker))...)
	seen, tally := look(wire, Hints{}, "001012704839210")
	if len(seen) != 1 || tally.Skipped != nil {
		t.Errorf("seen %v, skipped %v", seen, tally.Skipped)
	}
}

// hostile has texts made to cost much.
func hostile(n int) map[string][]byte {
	texts := map[string][]byte{}
	for _, h := range lab.HostileTexts {
		texts[h.Name] = h.Of(n)
	}
	return texts
}

// TestHostileTexts holds the limits on what is made, for each text and twice
// its length: the work may only double.
func TestHostileTexts(t *testing.T) {
	for _, h := range lab.HostileTexts {
		name := h.Name
		var work [2]int
		for i, n := range []int{64 << 10, 128 << 10} {
			text := h.Of(n)
			var w Walker
			tally := w.Walk(text, Hints{}, func(v *View) {
				work[i] += len(v.Data)
				v.Locate(len(v.Data) / 2)
			})
			if limit := (overRatio+1)*len(text) + overBase + w.inflated; work[i] > limit {
				t.Errorf("%s: %d bytes of views from %d", name, work[i], len(text))
			}
			var skipped int64
			for _, n := range tally.Skipped {
				skipped += n
			}
			if skipped > int64(len(text)) {
				t.Errorf("%s: %d bytes skipped of %d", name, skipped, len(text))
			}
			if n := w.memory(); n > 8<<20 {
				t.Errorf("%s: walker holds %d bytes", name, n)
			}
		}
		if work[1] > 3*work[0]+overBase {
			t.Errorf("%s: %d bytes of views, of twice the text %d", name, work[0], work[1])
		}
	}
}

// TestLargeObjectShowsAllOnce plants values all over an object of many
// windows, at every distance from their edges.
func TestLargeObjectShowsAllOnce(t *testing.T) {
	var text bytes.Buffer
	const n = 6000
	for i := range n {
		inner := wrap(string(base64Decoder.Encode(fmt.Appendf(nil, "%*s w%08dz", 160+i%90, "inner", i))), 62, " ")
		fmt.Fprintf(&text, `{"n":"v%08dz","m":"u%05d:%02dz","d":"%s%s"}`+"\n", i, i, i%100, inner, strings.Repeat(":", 300+i%200))
	}
	counts := map[string]int{}
	windows := 0
	new(Walker).Walk(encodeGzip(text.Bytes()), Hints{Encodings: []string{"gzip"}}, func(v *View) {
		if v.Decoder == "gzip" { // a window
			if v.Seen == 0 && windows > 0 {
				t.Error("a window without context")
			}
			if v.more && !isSeam(v.Data[len(v.Data)-1]) {
				t.Errorf("a window ends in %q", v.Data[len(v.Data)-20:])
			}
			windows++
		}
		for _, mark := range []byte{'u', 'v', 'w'} {
			for at := 0; ; at++ {
				i := bytes.IndexByte(v.Data[at:], mark)
				if i < 0 {
					break
				}
				at += i
				if at+10 <= len(v.Data) && v.Data[at+9] == 'z' && at+10 > v.Seen {
					counts[string(v.Data[at:at+9])]++
				}
			}
		}
	})
	for i := range n {
		for _, k := range []string{fmt.Sprintf("u%05d:%02d", i, i%100), fmt.Sprintf("v%08d", i), fmt.Sprintf("w%08d", i)} {
			if counts[k] != 1 {
				t.Fatalf("%s seen %d times", k, counts[k])
			}
		}
	}
}

// TestMissAllocatesNothing holds that text without anything encoded costs no
// memory.
func TestMissAllocatesNothing(t *testing.T) {
	var w Walker
	visit := func(*View) {}
	w.Walk(missText, Hints{}, visit)
	if n := testing.AllocsPerRun(20, func() { w.Walk(missText, Hints{}, visit) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestHitReusesMemory holds that a walk finds the memory of the one before.
func TestHitReusesMemory(t *testing.T) {
	var w Walker
	wire := encodeGzip(base64Decoder.Encode(bytes.Repeat([]byte(marker), 100)))
	visit := func(*View) {}
	w.Walk(wire, Hints{}, visit)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 100 {
		w.Walk(wire, Hints{}, visit)
	}
	runtime.ReadMemStats(&after)
	if n := (after.TotalAlloc - before.TotalAlloc) / 100; n > 2048 {
		t.Errorf("%d bytes allocated a walk", n)
	}
}

// missText is ordinary JSON with nothing encoded in it.
var missText = bytes.Repeat([]byte(`{"event":"open","screen":"settings","count":17,"list":[1,2,3],"ok":true,"note":"two words, and a few more"},`), 600)

func BenchmarkDecodeMiss(b *testing.B) {
	var w Walker
	visit := func(*View) {}
	b.Run("walk", func(b *testing.B) {
		b.SetBytes(int64(len(missText)))
		b.ReportAllocs()
		for b.Loop() {
			w.Walk(missText, Hints{}, visit)
		}
	})
	b.Run("IndexByte", func(b *testing.B) {
		b.SetBytes(int64(len(missText)))
		for b.Loop() {
			bytes.IndexByte(missText, 0)
		}
	})
}

func BenchmarkDecodeHostile(b *testing.B) {
	for _, h := range lab.HostileTexts {
		b.Run(strings.ReplaceAll(h.Name, " ", "-"), func(b *testing.B) {
			text := h.Of(1 << 20)
			var w Walker
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				w.Walk(text, Hints{}, func(*View) {})
			}
		})
	}
}

// TestPlain holds that a plain walker decodes nothing, and says of what is
// compressed that it was not looked into.
func TestPlain(t *testing.T) {
	for _, d := range All {
		wire := d.Encode([]byte(marker))
		w := Walker{Plain: true}
		views := 0
		tally := w.Walk(wire, Hints{More: true}, func(v *View) {
			if views++; v.Parent != nil || len(v.Blocks) == 0 {
				t.Errorf("%s: a view by %q", d.Name, v.Decoder)
			}
		})
		if views != 1 || tally.Keep != 0 {
			t.Errorf("%s: %d views, %d bytes kept", d.Name, views, tally.Keep)
		}
		if got, want := tally.Skipped[telltale.SkipDecodeDepth] > 0, d == gzipDecoder || d == zipDecoder; got != want {
			t.Errorf("%s: skipped %v", d.Name, tally.Skipped)
		}
	}
}

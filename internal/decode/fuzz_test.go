package decode

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/oracle"
)

// FuzzWalk holds, for any bytes: views stay within their limits, their
// origins within the root and in order, and Locate never fails.
func FuzzWalk(f *testing.F) {
	for _, d := range All {
		for _, e := range All {
			f.Add(d.Encode(e.Encode([]byte(marker))), false)
		}
	}
	for _, text := range hostile(300) {
		f.Add(text, true)
	}
	f.Fuzz(func(t *testing.T, root []byte, more bool) {
		var w Walker
		total := 0
		tally := w.Walk(root, Hints{More: more}, func(v *View) {
			total += len(v.Data)
			checkOrigin(t, v, len(root))
			for off := 0; off < len(v.Data); off += 1 + len(v.Data)/16 {
				_, _, _, r := v.Locate(off)
				if r.Start < 0 || r.Start > r.End || r.End > int64(len(v.Data)) {
					t.Fatalf("Locate(%d) of %d bytes: %v", off, len(v.Data), r)
				}
			}
		})
		if total > (overRatio+1)*(len(root)+w.inflated)+overBase+w.inflated {
			t.Fatalf("%d bytes of views from %d", total, len(root))
		}
		if tally.Keep > min(maxKeep, len(root)) || !more && tally.Keep > 0 {
			t.Fatalf("keep %d of %d", tally.Keep, len(root))
		}
		fixed := fixedWalk
		for _, s := range w.layers {
			if s != nil && s.packed.zstd != nil {
				fixed += maxZstdWindow // what a frame asks for is taken at once
			}
		}
		oracle.Allocates(t, fixed, len(root)+w.inflated, func() {
			var fresh Walker
			fresh.Walk(root, Hints{More: more}, func(*View) {})
		})
	})
}

// checkOrigin holds that the origins of v's bytes lie in the root in order,
// and that of a part in that of the whole.
func checkOrigin(t *testing.T, v *View, root int) {
	whole := v.Origin(v.whole())
	if whole.Start < 0 || whole.Start > whole.End || whole.End > int64(root) {
		t.Fatalf("%s: all of %d bytes come from %v of %d", v.Form(), len(v.Data), whole, root)
	}
	var last telltale.Range
	for off := 0; off < len(v.Data); off += 1 + len(v.Data)/64 {
		r := v.Origin(telltale.Range{Start: int64(off), End: int64(off + 1)})
		if r.Start >= r.End || r.Start < whole.Start || r.End > whole.End || r.Start < last.Start || r.End < last.End {
			t.Fatalf("%s: byte %d comes from %v, those before from %v, all from %v", v.Form(), off, r, last, whole)
		}
		last = r
	}
}

// planted is a text with a value in every writing, each value once.
func planted() (text []byte, values []string) {
	writings := []func([]byte) []byte{
		base64Decoder.Encode, hexDecoder.Encode, encodeURL,
		func(b []byte) []byte { return b },
		func(b []byte) []byte { return encodeJSON(encodeJSON(b)) },
		func(b []byte) []byte { return base64Decoder.Encode(hexDecoder.Encode(b)) },
		func(b []byte) []byte {
			return []byte(strings.ReplaceAll(string(base64Decoder.Encode(append([]byte("??>>??>>~~~~"), b...))), "/", `\/`))
		},
		func(b []byte) []byte {
			return []byte(strings.ReplaceAll(string(base64Decoder.Encode(append([]byte("??>>??>>~~~~"), b...))), "/", `%2f`))
		},
		func(b []byte) []byte {
			return []byte(wrap(string(base64Decoder.Encode(append(bytes.Repeat([]byte(`{"a":1} `), 15), b...))), 76, "\n"))
		},
	}
	for i, write := range writings {
		value := fmt.Sprintf("0010127048%05d", i*7)
		values = append(values, value)
		text = append(text, fmt.Sprintf(`{"k%d":"`, i)...)
		text = append(text, write([]byte("id="+value+";"))...)
		text = append(text, `"},`...)
	}
	return text, values
}

// windows walks text in windows that begin at cuts, as a search in a stream
// does: what begins behind the bytes held back, or goes on into them, waits.
// It returns how often each value was seen whole.
func windows(text []byte, cuts []int, values []string) map[string]int {
	const holdBack, context = 40, 64
	seen := map[string]map[telltale.Range]bool{}
	var w Walker
	start, done := 0, 0
	for _, end := range append(cuts, len(text)) {
		if end <= start {
			continue
		}
		found := map[telltale.Range]string{}
		t := w.Walk(text[start:end], Hints{More: end < len(text)}, func(v *View) {
			for _, value := range values {
				if i := bytes.Index(v.Data, []byte(value+";")); i >= 0 {
					r := v.Origin(telltale.Range{Start: int64(i), End: int64(i + len(value))})
					found[telltale.Range{Start: r.Start + int64(start), End: r.End + int64(start)}] = value
				}
			}
		})
		limit := end
		if end < len(text) {
			limit = max(done, end-max(t.Keep, holdBack))
			for r := range found {
				if r.Start < int64(limit) && int64(limit) < r.End {
					limit = max(done, int(r.Start))
				}
			}
		}
		for r, value := range found {
			if r.Start < int64(done) || r.Start >= int64(limit) {
				continue
			}
			if seen[value] == nil {
				seen[value] = map[telltale.Range]bool{}
			}
			seen[value][r] = true
		}
		start, done = max(start, limit-context), limit
	}
	counts := map[string]int{}
	for value, ranges := range seen {
		counts[value] = len(ranges)
	}
	return counts
}

// TestKeep holds that a text shown in windows shows what it shows whole,
// wherever it is cut.
func TestKeep(t *testing.T) {
	text, values := planted()
	whole := windows(text, nil, values)
	for _, value := range values {
		if whole[value] == 0 {
			t.Fatalf("%s not seen in the whole text", value)
		}
	}
	for cut := 1; cut < len(text); cut++ {
		got := windows(text, []int{cut}, values)
		for i, value := range values {
			if got[value] != whole[value] {
				t.Fatalf("cut at %d: value %d seen %d times, not %d", cut, i, got[value], whole[value])
			}
		}
	}
	for size := 50; size < 200; size += 7 {
		var cuts []int
		for at := size; at < len(text); at += size {
			cuts = append(cuts, at)
		}
		got := windows(text, cuts, values)
		for i, value := range values {
			if got[value] != whole[value] {
				t.Fatalf("windows of %d: value %d seen %d times, not %d", size, i, got[value], whole[value])
			}
		}
	}
}

// TestKeepIsBounded holds that a run longer than 64 KiB is judged in parts,
// between values.
func TestKeepIsBounded(t *testing.T) {
	for _, d := range []*Decoder{base64Decoder, hexDecoder} {
		var plain []byte
		var values []string
		for i := range 9000 {
			values = append(values, fmt.Sprintf("0010127048%05d", i))
			plain = fmt.Appendf(plain, "id=%s;", values[i])
		}
		text := d.Encode(plain)
		var cuts []int
		for at := 20 << 10; at < len(text); at += 20 << 10 {
			cuts = append(cuts, at)
		}
		got := windowsAll(text, cuts)
		for _, v := range values {
			if !slices.Contains(got, v) {
				t.Fatalf("%s: %s not seen", d.Name, v)
			}
		}
		for _, v := range got {
			if len(v) != 15 {
				t.Fatalf("%s: part of a value: %q", d.Name, v)
			}
		}
	}
}

// windowsAll is windows for values that are not known: it returns all that
// stands behind "id=".
func windowsAll(text []byte, cuts []int) (got []string) {
	var w Walker
	start := 0
	for _, end := range append(cuts, len(text)) {
		t := w.Walk(text[start:end], Hints{More: end < len(text)}, func(v *View) {
			if v.Parent == nil {
				return
			}
			for part := range bytes.SplitSeq(v.Data, []byte(";")) {
				if value, ok := bytes.CutPrefix(part, []byte("id=")); ok {
					got = append(got, string(value))
				}
			}
		})
		start = end - t.Keep
	}
	return got
}

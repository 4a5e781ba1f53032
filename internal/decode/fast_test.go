package decode

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telltale-audit/telltale"
)

// What is quick says what is slow and plain: each quick way has its plain form
// here.

// plainRuns returns the runs of at least a.least symbols.
func plainRuns(a *alphabet, b []byte) (runs []telltale.Range) {
	for start, end := 0, 0; start < len(b); start = end + 1 {
		end = start
		for end < len(b) && a.has(b[end]) {
			end++
		}
		if end-start >= a.least {
			runs = append(runs, telltale.Range{Start: int64(start), End: int64(end)})
		}
	}
	return runs
}

// plainDecode says what the symbols in b say, bit by bit.
func plainDecode(a *alphabet, b []byte) (out []byte) {
	acc, have := 0, 0
	for _, c := range b {
		if !a.has(c) {
			continue
		}
		for bit := a.bits - 1; bit >= 0; bit-- {
			acc = acc<<1 | int(a.value[c])>>bit&1
			if have++; have == 8 {
				out = append(out, byte(acc))
				acc, have = 0, 0
			}
		}
	}
	return out
}

// plainScore is score of all that b[:sampleSymbols] decodes to.
func plainScore(b []byte) int {
	return score(plainDecode(base64Alphabet, b[:min(len(b), sampleSymbols)]))
}

// plainText is textValue without what was learnt before.
func plainText(b []byte, off int) (start, end int) {
	start, end = off, off
	for start > max(0, off-textReach) && !endsKey(b, start-1) {
		start--
	}
	for end < min(len(b), off+textReach) && !isSeam(b[end]) {
		end++
	}
	return start, end
}

// FuzzClassify holds the classes that the processor finds against the table's.
func FuzzClassify(f *testing.F) {
	every := make([]byte, 256)
	for c := range every {
		every[c] = byte(c)
	}
	f.Add(every)
	f.Add([]byte("a:b=c-d_e+f/0123456789abcdefABCDEF"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, marks := Classify(nil, b)
		want, padded := make([]Block, len(got)), append(bytes.Clone(b), rest64[:]...)
		if m := classifyPlain(want, padded); m != marks || !slices.Equal(got, want) {
			t.Fatalf("of %q: %x with marks %b, want %x with %b", b, got, marks, want, m)
		}
		for i := range len(got) * blockLen {
			of := uint8(0)
			for class, word := range got[i/blockLen] {
				of |= uint8(word>>(i%blockLen)&1) << class
			}
			if i >= len(b) && of != 0 || i < len(b) && of != classOf[b[i]] {
				t.Fatalf("byte %d of %q is of classes %b", i, b, of)
			}
		}
	})
}

// Text has no control characters but tabs and the ends of lines.
func TestBinary(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, "plain text, tab\t and line\r\n": false, "naïve 设备号": false, "1234567\x00": true, "\x0112345678": true, "12\x1045678": true, "12345678\x08": true,
		strings.Repeat("text", 32): false, strings.Repeat("text", 15) + "a\x07é1\x7f": true, strings.Repeat("text", 16) + "\x01": true, "\x09\x0a\x0d": false,
	} {
		if _, marks := Classify(nil, []byte(text)); marks.Binary() != want {
			t.Errorf("%q is binary: %v", text, !want)
		}
	}
}

// FuzzMarks holds that a decoder whose marks are missing has nothing to find.
func FuzzMarks(f *testing.F) {
	for _, d := range All {
		f.Add(d.Encode([]byte("imei=001012704839210 and more of it")))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var found Found
		for _, found.decoder = range All {
			d := found.decoder
			found.blocks, found.marks = Classify(found.blocks, b)
			found.List, found.Over, found.Keep, found.More = found.List[:0], Candidate{}, 0, len(b)%2 == 1
			finds := d.Next != nil && d.Next(b, 0) < len(b)
			if d.Find != nil {
				d.Find(b, &found)
				finds = finds || len(found.List) > 0 || d.needs != 0 && found.Keep > 0
			}
			if finds && !d.mayBeIn(found.marks) {
				t.Errorf("%s finds something in %q, whose marks are %b", d.Name, b, found.marks)
			}
		}
	})
}

// BenchmarkClassify says how many times longer than the search for an absent byte
// the classes of a text take, as they are found here and by the table.
func BenchmarkClassify(b *testing.B) {
	text := jsonText(16 << 10)
	blocks, _ := Classify(nil, text)
	var quick, plain, index time.Duration
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		begun := time.Now()
		Classify(blocks, text)
		first := time.Now()
		classifyPlain(blocks[:len(text)/blockLen], text)
		second := time.Now()
		if bytes.IndexByte(text, 0) >= 0 {
			b.Fatal("found what is not there")
		}
		quick, plain, index = quick+first.Sub(begun), plain+second.Sub(first), index+time.Since(second)
	}
	b.ReportMetric(float64(quick)/float64(index), "times-IndexByte")
	b.ReportMetric(float64(plain)/float64(index), "table-times-IndexByte")
}

func FuzzFastIsPlain(f *testing.F) {
	for _, text := range hostile(700) {
		f.Add(text, uint16(3))
	}
	f.Add(bytes.Repeat([]byte("key: value and wordslongerthan16 0123456789abcdef, "), 99), uint16(700))
	f.Add(bytes.Repeat([]byte("0123456789"), 900), uint16(4500))
	f.Fuzz(func(t *testing.T, b []byte, step uint16) {
		blocks, _ := Classify(nil, b)
		for class, a := range map[int]*alphabet{Symbols: base64Alphabet, Hexes: hexAlphabet} {
			var runs []telltale.Range
			for at := 0; ; {
				start, end, ok := NextRun(blocks, class, at, a.least)
				if !ok {
					break
				}
				runs, at = append(runs, telltale.Range{Start: int64(start), End: int64(end)}), end
			}
			if want := plainRuns(a, b); !slices.Equal(runs, want) {
				t.Errorf("runs %v, want %v", runs, want)
			}
			if got, want := a.decode(nil, &Way{}, b, 0, len(b)), plainDecode(a, b); !bytes.Equal(got, want) {
				t.Errorf("decoded %q, want %q", got, want)
			}
		}
		if got, want := (base64Run{b, &Found{}}).score(0, len(b)), plainScore(b); got != want {
			t.Errorf("score %d, want %d", got, want)
		}
		// Places that ascend, and then go back to the beginning.
		v := View{Data: b}
		for off, n := 0, 0; n < 40 && len(b) > 0; off, n = (off+1+int(step))%len(b), n+1 {
			start, end := v.textValue(off)
			if s, e := plainText(b, off); s != start || e != end {
				t.Fatalf("value at %d is [%d, %d), want [%d, %d)", off, start, end, s, e)
			}
		}
	})
}

// TestLocateAgain holds that what was located before does not change what is.
func TestLocateAgain(t *testing.T) {
	for name, text := range hostile(500) {
		text = append([]byte(`{"a":{"b":[1,{"c":"\"x\":1 2"}]},"d":"`), text...)
		var w Walker
		w.Walk(text, Hints{}, func(v *View) {
			for off := range v.Data {
				fresh := View{Data: v.Data, Decoder: v.Decoder, Parent: v.Parent, decoder: v.decoder, from: v.from, walker: v.walker, nodes: v.nodes, indexed: v.indexed}
				c, p, k, r := v.Locate(off)
				fc, fp, fk, fr := fresh.Locate(off)
				if c != fc || p != fp || k != fk || r != fr || fk != "" && v.KeyAt(off) != fk {
					t.Fatalf("%s at %d: %q %q %q %v, want %q %q %q %v", name, off, c, p, k, r, fc, fp, fk, fr)
				}
			}
		})
	}
}

// TestPiecesAreNoWords holds what base64Alone takes for one run.
func TestPiecesAreNoWords(t *testing.T) {
	for text, all := range map[string]bool{
		"MDAxMDEyNzA0": true, "MDAx MDEy Nz": true, "MDAxM\nDEyNz\nA0OD\n": true, "M\nDEyNz\nA0ODM\n": true,
		"MDAxMDEyNzA0\nODM5MjEw\nIG9y": true, "some words and others": false, "the quickest brown fox": false, "A0ODM DE Nz": false,
	} {
		if end := pieces([]byte(text)); (padEnd([]byte(text), end) == len(text)) != all {
			t.Errorf("%q: %d of %d bytes", text, end, len(text))
		}
	}
}

// plainQuoted is findQuoted without leaving anything out.
func plainQuoted(b []byte, f *Found) {
	start, quoted := 0, false
	for i := 0; i < len(b); i++ {
		switch n := jsonEscape(b[i:]); {
		case n > 0:
			quoted = quoted || isQuoted(b[i:], n)
			i += n - 1
		case b[i] == '"' || isControl(b[i]):
			addQuoted(f, start, i, quoted)
			start, quoted = i+1, false
		}
	}
	if !quoted || !f.hold(b, start) {
		addQuoted(f, start, len(b), quoted)
	}
}

func FuzzQuoted(f *testing.F) {
	for _, text := range []string{
		`{"a":"b"}`, `"0123456789ab\"cd" "\"0123456789abcdef`, `\\"0123456789abc\"0123456789abc"`, `"0123456789\\u00300123456"`,
		"\x01\\\"0123456789ab\x02cd\"\\\\\\u0022 0123456789ab\x03 \\", `\u0022 0123456789ab \ud83d\ude00 \u005cu0030 0123456789ab`,
	} {
		f.Add([]byte(text), false)
		f.Add([]byte(text), true)
	}
	f.Fuzz(func(t *testing.T, b []byte, more bool) {
		got, want := Found{More: more}, Found{More: more}
		findQuoted(b, &got)
		plainQuoted(b, &want)
		if !slices.Equal(got.List, want.List) || got.Keep != want.Keep {
			t.Errorf("in %q: %v and %d, want %v and %d", b, got.List, got.Keep, want.List, want.Keep)
		}
	})
}

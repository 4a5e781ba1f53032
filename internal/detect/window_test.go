package detect

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/decode"
	"github.com/telltale-audit/telltale/internal/oracle"
)

// windows searches text as a field that comes in windows, each made of what
// was kept and the next size bytes.
func windows(e *Engine, text []byte, size int) []Hit {
	s := e.NewSearch()
	s.Begin()
	keep, at := 0, 0
	for at < len(text) || at == 0 {
		n := min(size, len(text)-at)
		from := at - keep
		keep = s.Scan(Field{Index: 1, Name: "http.body", Data: bytes.Clone(text[from : at+n]), Base: int64(from), More: at+n < len(text)})
		if at += n; n == 0 {
			break
		}
	}
	return slices.Clone(s.End())
}

// brief tells what must not depend on the windows.
func brief(hits []Hit) string {
	var lines []string
	for _, h := range hits {
		lines = append(lines, fmt.Sprintf("%s %s %v %s %v", h.Kind, h.Value, h.Ranges, h.Level, h.Confidence))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// confirmed tells the hits that rest on no name of a field, which may stand
// further away than a window remembers.
func confirmed(hits []Hit) string {
	var lines []string
	for _, h := range hits {
		if h.Level == telltale.Confirmed && h.Kind != telltale.Cell {
			lines = append(lines, fmt.Sprintf("%s %s %v", h.Kind, h.Value, h.Ranges))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func windowTexts() map[string][]byte {
	filler := string(httpText(1500))
	return map[string][]byte{
		"plain":  []byte(filler + `{"imei":"001012704839210"}` + filler + "mac=02:00:5e:10:7a:c4&x" + filler + testICCID + filler),
		"base64": slices.Concat([]byte(filler), wrapped(registration), []byte("\r\n"+filler)),
		"nested": []byte(filler + `{"d":"` + base64.StdEncoding.EncodeToString([]byte(filler+`{"imei":"001012704839210"}`)) + `"}` + filler),
		"digits": []byte(filler + strings.Repeat("7", 3000) + " 001012704839210 " + strings.Repeat("12345", 700) + filler),
	}
}

// A text in windows gives the hits of the whole text, once each.
func TestWindows(t *testing.T) {
	e := New(deviceSeeds())
	for name, text := range windowTexts() {
		want := brief(search(e, text))
		if want == "" {
			t.Errorf("%s: nothing found in the whole", name)
		}
		for _, size := range []int{1, 7, 64, 500, 1000, 1024, 1500, 4000, len(text) - 1} {
			if size == 1 && len(text) > 9000 {
				size = 13
			}
			if got := brief(windows(e, text, size)); got != want {
				t.Errorf("%s in windows of %d:\n%s\nwant\n%s", name, size, got, want)
			}
		}
	}
}

// Two windows, cut at every place around a value.
func TestCutAnywhere(t *testing.T) {
	e := New(deviceSeeds())
	filler := string(httpText(1200))
	for _, value := range []string{`{"imei":"001012704839210"}`, "mac=02:00:5e:10:7a:c4&x", "SN: " + testSerial + "\r\n", string(wrapped(registration)[:200])} {
		text := []byte(filler + "\r\n" + value + "\r\n" + filler)
		want := brief(search(e, text))
		for cut := len(filler) - 10; cut < len(filler)+len(value)+700; cut++ {
			s := e.NewSearch()
			s.Begin()
			keep := s.Scan(Field{Index: 1, Data: text[:cut], More: true})
			s.Scan(Field{Index: 1, Data: text[cut-keep:], Base: int64(cut - keep)})
			if got := brief(s.End()); got != want {
				t.Fatalf("%q cut at %d:\n%s\nwant\n%s", value, cut-len(filler), got, want)
			}
		}
	}
}

func TestKeepIsBounded(t *testing.T) {
	s := New(nil).NewSearch()
	for _, text := range []string{strings.Repeat("A", 300<<10), strings.Repeat("1", 300<<10), strings.Repeat("00:", 100<<10), strings.Repeat("a=", 100<<10)} {
		s.Begin()
		if keep := s.Scan(Field{Data: []byte(text), More: true}); keep > maxKeep {
			t.Errorf("%.10q: keeps %d", text, keep)
		}
	}
}

// What a new search takes however short the text, in bytes, and how many times
// more than a parser for each byte of a text that is all values.
const (
	fixedSearch = 2 << 20
	searchRatio = 16
)

func FuzzSearch(f *testing.F) {
	for _, text := range windowTexts() {
		f.Add(text, uint16(700))
	}
	for _, d := range All {
		for _, text := range append(d.Finds, d.Ignores...) {
			f.Add([]byte(text), uint16(5))
		}
	}
	e := New(deviceSeeds())
	f.Fuzz(func(t *testing.T, text []byte, cut uint16) {
		s := e.NewSearch()
		s.Begin()
		s.Scan(Field{Name: "http.body", Data: text, Base: 100})
		for _, h := range s.End() {
			r := h.Ranges[0]
			if r.Start < 100 || r.End > 100+int64(len(text)) || r.Len() <= 0 {
				t.Errorf("range %v outside of %d bytes", r, len(text))
			}
			if h.Mark.Start < 0 || h.Mark.End > int64(len(h.Context)) || len(h.Context) > 64+512 {
				t.Errorf("mark %v in %d bytes of context", h.Mark, len(h.Context))
			}
			if h.Level == telltale.Hidden || len(h.Why) == 0 || h.Value == "" || h.Form == "" {
				t.Errorf("incomplete hit %+v", h)
			}
		}
		oracle.Allocates(t, fixedSearch, searchRatio*len(text), func() { search(e, text) })
		whole, cutUp := confirmed(search(e, text)), confirmed(windows(e, text, int(cut)%2000+50))
		if whole != cutUp {
			t.Errorf("whole:\n%s\nin windows of %d:\n%s", whole, int(cut)%2000+50, cutUp)
		}
	})
}

// Random texts with values planted in random encodings, in windows of random
// sizes.
func TestRandomWindows(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	e := New(deviceSeeds())
	for round := range 150 {
		var text []byte
		for range 1 + rng.IntN(6) {
			text = append(text, httpText(rng.IntN(1500))...)
			value := All[rng.IntN(len(All))].Finds[0]
			if rng.IntN(2) == 0 {
				value = string(wrapped(registration)[:rng.IntN(500)])
			}
			for range rng.IntN(3) {
				value = string(decode.All[2+rng.IntN(len(decode.All)-2)].Encode([]byte(value)))
			}
			text = append(append(text, "\r\n"+value...), "\r\n"...)
		}
		want := brief(search(e, text))
		size := 50 + rng.IntN(3000)
		if got := brief(windows(e, text, size)); got != want {
			t.Fatalf("round %d, windows of %d of %q:\n%s\nwant\n%s", round, size, text, got, want)
		}
	}
}

// A value may lie across the place where a run of Base64 that is longer than a
// window remembers is cut: behind one of its own separators, if it is the last
// place in reach where most values end.
func TestValueAcrossCut(t *testing.T) {
	const size = 70 << 10
	e := New(nil)
	filler := strings.Repeat("abcdefghij", 6<<10)
	for at := 3*size/4 - 300; at < 3*size/4+60; at += 3 {
		text := base64.StdEncoding.EncodeToString([]byte(filler[:at] + `{"imei":"00 101270 483921 0"}` + filler[at:]))
		if got, want := brief(windows(e, []byte(text), size)), brief(windows(e, []byte(text), len(text))); got != want || want == "" {
			t.Fatalf("at %d:\n%s\nwant\n%s", at, got, want)
		}
	}
}

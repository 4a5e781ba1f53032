package figure

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
)

// wellFormed fails unless s is one XML element, and returns how many elements
// of a name it has.
func wellFormed(t *testing.T, s, name string) int {
	t.Helper()
	n := 0
	for d := xml.NewDecoder(strings.NewReader(s)); ; {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return n
		}
		if err != nil {
			t.Fatalf("%v in %s", err, s)
		}
		if e, ok := tok.(xml.StartElement); ok && e.Name.Local == name {
			n++
		}
	}
}

func TestBands(t *testing.T) {
	bands := []Band{{From: 24, To: 40, Thickness: 10, Ink: Signal}, {From: 72, To: 60, Thickness: 4, Ink: Quiet, Line: Double}, {From: 90, To: 90, Ink: Plain, Line: Dashed}}
	s := Bands(bands, 120)
	if n := wellFormed(t, s, "path"); n != 4 {
		t.Errorf("%d paths, want one, two for the double line, and one", n)
	}
	for _, want := range []string{`viewBox="0 0 100 120"`, `class="f-open" d="M0 19C48 19 52 35 100 35V45C52 45 48 29 0 29Z"`, "stroke-dasharray", "non-scaling-stroke"} {
		if !strings.Contains(s, want) {
			t.Errorf("no %s in %s", want, s)
		}
	}
}

func TestWedge(t *testing.T) {
	s := Wedge(44, 17, 44, 18, 38)
	wellFormed(t, s, "polygon")
	if !strings.Contains(s, `points="17,0 44,0 38,10 18,10"`) {
		t.Error(s)
	}
}

func TestRow(t *testing.T) {
	moments := []float64{0, 0.25, 1}
	for sign, want := range map[Sign]int{Disc: 3, Ring: 3, Broken: 3, Bar: 0} {
		if n := wellFormed(t, Row(moments, moments, sign, Signal), "circle"); n != want {
			t.Errorf("sign %d: %d circles, want %d", sign, n, want)
		}
	}
	many := make([]float64, 5000)
	for i := range many {
		many[i] = float64(i%10) / 10
	}
	s := Row(many, many, Disc, Plain)
	if n := wellFormed(t, s, "rect"); n != 10 || len(s) > 2000 {
		t.Errorf("%d bins in %d bytes, want 10", n, len(s))
	}
}

func TestAxisEscapes(t *testing.T) {
	s := Axis([]Tick{{At: 0, Label: "09:00"}, {At: 0.5, Label: "<script>", Minor: true}, {At: 1, Label: "12:00"}})
	if n := wellFormed(t, s, "text"); n != 3 || strings.Contains(s, "<script") {
		t.Error(s)
	}
	for _, want := range []string{`text-anchor="start"`, `text-anchor="middle"`, `text-anchor="end"`} {
		if !strings.Contains(s, want) {
			t.Errorf("no %s", want)
		}
	}
}

// TestNumbers: what is no number, or out of range, cannot break a figure.
func TestNumbers(t *testing.T) {
	for in, want := range map[float64]string{-1: "0%", 2: "100%", 0.33333: "33.33%", math.Inf(1): "100%"} {
		if got := percent(in); got != want {
			t.Errorf("percent(%v) = %s, want %s", in, got, want)
		}
	}
	if got := px(-2.25); got != "-2.3" {
		t.Error(got)
	}
	wellFormed(t, Hatch(), "rect")
}

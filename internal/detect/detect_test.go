package detect

import (
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/decode"
)

// search returns the hits of one message of one field.
func search(e *Engine, text []byte) []Hit {
	s := e.NewSearch()
	s.Begin()
	s.Scan(Field{Name: "http.body", Data: text})
	return slices.Clone(s.End())
}

func ofKind(hits []Hit, k telltale.Kind) []Hit {
	return slices.DeleteFunc(slices.Clone(hits), func(h Hit) bool { return h.Kind != k })
}

// stacks returns text as it is and under every decoder and every pair of
// decoders.
func stacks(text string) map[string][]byte {
	out := map[string][]byte{"bare": []byte(text)}
	for _, inner := range decode.All {
		once := inner.Encode([]byte(text))
		out[inner.Name] = once
		for _, outer := range decode.All {
			if !outer.Carries(once) {
				continue
			}
			out[outer.Name+">"+inner.Name] = outer.Encode(once)
		}
	}
	return out
}

// Every detector finds its examples, bare and under every pair of decoders.
func TestDetectorsFindTheirExamples(t *testing.T) {
	e := New(nil)
	for _, d := range All {
		if len(d.Finds) == 0 || len(d.Ignores) == 0 {
			t.Errorf("%s has no examples", d.Kind)
		}
		for _, text := range d.Finds {
			for form, b := range stacks(text) {
				if len(ofKind(search(e, b), d.Kind)) == 0 {
					t.Errorf("%s not found in %s of %q: %q", d.Kind, form, text, b)
				}
			}
		}
	}
}

// No detector finds what it must ignore, bare or under any pair of decoders.
func TestDetectorsIgnoreTheirExamples(t *testing.T) {
	e := New(nil)
	for _, d := range All {
		for _, text := range d.Ignores {
			for form, b := range stacks(text) {
				for _, h := range ofKind(search(e, b), d.Kind) {
					if strings.HasPrefix(form, "zstd>") && !strings.HasPrefix(h.Form, "zstd") {
						continue // short frames hold parts of a text as they stand
					}
					t.Errorf("%s found in %s of %q: %s, %.3f, %v", d.Kind, form, text, h.Value, h.Confidence, h.Why)
				}
			}
		}
	}
}

func TestListIsComplete(t *testing.T) {
	seen := map[telltale.Kind]bool{}
	for _, d := range All {
		if seen[d.Kind] {
			t.Errorf("%s is listed twice", d.Kind)
		}
		seen[d.Kind] = true
	}
	for name, n := range dictionary.names {
		for _, k := range n.kinds {
			if !seen[k] {
				t.Errorf("key %s announces %q, which nothing detects", name, k)
			}
		}
	}
}

// Values in neighbouring fields are never joined.
func TestNothingIsGluedFromTwoFields(t *testing.T) {
	e := New([]Seed{seedOf(telltale.IMEI, testIMEI, 0)})
	for cut := 1; cut < len(testIMEI); cut++ {
		if cut == 2 || cut == 14 {
			continue // without the zeros before it, and by its first 14 digits, it is the IMEI
		}
		s := e.NewSearch()
		s.Begin()
		s.Scan(Field{Index: 0, Name: "a", Data: []byte("imei=" + testIMEI[:cut])})
		s.Scan(Field{Index: 1, Name: "b", Base: int64(5 + cut), Data: []byte(testIMEI[cut:])})
		if hits := s.End(); len(hits) > 0 {
			t.Errorf("cut at %d: found %s", cut, hits[0].Value)
		}
	}
}

// A message knows nothing of the one before.
func TestBeginForgets(t *testing.T) {
	s := New(nil).NewSearch()
	s.Begin()
	s.Scan(Field{Data: []byte(`{"imei":"001012704839210"}`)})
	if len(s.End()) != 1 {
		t.Fatal("control: nothing found")
	}
	s.Begin()
	if hits := s.End(); len(hits) != 0 {
		t.Errorf("%d hits of the message before", len(hits))
	}
}

func TestHitsAreCapped(t *testing.T) {
	lines := func(more int, line string) (b []byte) {
		for range maxHits + more {
			b = append(b, line...)
		}
		return b
	}
	for name, b := range map[string][]byte{
		"by shape": lines(100, "imei=001012704839210\n"),
		"by name":  lines(100, "password=Tr0ub4dor\n"),
		"columns":  append([]byte("id,password\n"), lines(100, "7,Tr0ub4dor\n")...),
		"places":   lines(100, "lat=48.1371&lon=11.5754\n"),
	} {
		s := New(nil).NewSearch()
		s.Begin()
		s.Scan(Field{Data: b})
		if n := len(s.End()); n != maxHits || s.Suppressed() != 100 {
			t.Errorf("%s: %d hits, %d suppressed", name, n, s.Suppressed())
		}
	}
}

type fixedNamer struct{}

func (fixedNamer) NameAt(_ []byte, off int) (string, string) {
	if off < 10 {
		return "dns.name", ""
	}
	return "http.header:x-imei", "x-imei"
}

func TestNamer(t *testing.T) {
	s := New(nil).NewSearch()
	s.Begin()
	s.Scan(Field{Data: []byte("0123456789 001012704839210"), Namer: fixedNamer{}})
	hits := s.End()
	if len(hits) != 1 || hits[0].Field != "http.header:x-imei" || hits[0].Kind != telltale.IMEI {
		t.Errorf("%+v", hits)
	}
}

func TestPlaceAndContext(t *testing.T) {
	text := `{"a":"first","imei":"001012704839210","b":2}`
	s := New(nil).NewSearch()
	s.Begin()
	s.Scan(Field{Index: 7, Name: "http.body", Base: 1000, Data: []byte(text)})
	hits := s.End()
	if len(hits) != 1 {
		t.Fatalf("%d hits", len(hits))
	}
	h := hits[0]
	want := telltale.Range{Start: 1021, End: 1036}
	if h.Index != 7 || len(h.Ranges) != 1 || h.Ranges[0] != want {
		t.Errorf("index %d, ranges %v", h.Index, h.Ranges)
	}
	if string(h.Context[h.Mark.Start:h.Mark.End]) != testIMEI {
		t.Errorf("context %q, mark %v", h.Context, h.Mark)
	}
	if h.Form != "json" || h.Field != "http.body > json:$.imei" {
		t.Errorf("form %q, field %q", h.Form, h.Field)
	}
}

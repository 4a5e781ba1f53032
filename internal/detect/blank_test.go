package detect

import (
	"fmt"
	"testing"

	"github.com/telltale-audit/telltale"
)

// TestBlanks searches every example twice: what is remembered changes nothing,
// and what was found once is found again.
func TestBlanks(t *testing.T) {
	seed := telltale.NewValue(telltale.Serial, "LABN7N52613")
	s := New([]Seed{{Kind: seed.Kind(), Value: seed}}).NewSearch()
	look := func(text string) string {
		s.Begin()
		s.Scan(Field{Name: "dns.name", Data: []byte(text)})
		return fmt.Sprint(s.End())
	}
	texts := []string{"help-produce.noun.example", "www.example", "n7n52613.LABN7N52613.example", "x"}
	for _, d := range All {
		texts = append(append(texts, d.Finds...), d.Ignores...)
	}
	found := 0
	for _, text := range texts {
		first := look(text)
		if again := look(text); again != first {
			t.Errorf("%q holds %s, and when searched again %s", text, first, again)
		}
		if first != "[]" {
			found++
		}
	}
	if found < 10 {
		t.Errorf("something was found in %d texts: too few to judge by", found)
	}
}

// BenchmarkName searches what DNS asks for, and what it answers.
func BenchmarkName(b *testing.B) {
	s := New(nil).NewSearch()
	names := make([][]byte, 1000)
	for i := range names {
		names[i] = fmt.Appendf(nil, "help-produce.noun%c%c.example", 'a'+i%26, 'a'+i/26%26)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Begin()
		s.Scan(Field{Name: "dns.name", Data: names[i/2%len(names)]})
		s.End()
	}
}

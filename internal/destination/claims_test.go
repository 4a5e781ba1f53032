package destination

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The case of 2019: every source's claim stays, with its date, and none wins.
func TestOwnersOfVnetStaySideBySide(t *testing.T) {
	claims := NewBook().Claims(Far{Name: "zzhc.vnet.cn", Addrs: []netip.Addr{netip.MustParseAddr("61.152.1.1")}})
	var out strings.Builder
	m := telltale.NewMasker(false)
	objects := map[string]bool{}
	for _, c := range claims {
		fmt.Fprintf(&out, "%s | %s | %s | %s | %s | %.2f\n", m.Text(c.Subject), c.Predicate, m.Text(c.Object), c.Source, c.Date, c.Confidence)
		if c.Predicate == Organisation {
			objects[c.Object.Raw()] = true
			if c.Confidence > contested {
				t.Errorf("%s wins with %v", c.Object.Raw(), c.Confidence)
			}
		}
	}
	if len(objects) < 3 || !Disagree(claims, Organisation) {
		t.Errorf("%d owners are told: %v", len(objects), objects)
	}
	const golden = "testdata/vnet.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || out.String() != string(want) {
		t.Errorf("%v; the claims are\n%s", err, out.String())
	}
}

// Every line of the hand-made table has a known predicate, a subject, and a
// source with a date; no line stands twice.
func TestOrganisationsAreCited(t *testing.T) {
	seen, lines := map[string]bool{}, 0
	check := func(s *statement) {
		lines++
		line := s.subject + " " + s.predicate + " " + s.object + " " + s.source
		if canonical, ok := subject(s.subject); !ok || canonical != s.subject && canonical+"/32" != s.subject {
			t.Errorf("%s: the subject is no domain or block", line)
		}
		if !slices.Contains(Predicates, s.predicate) || s.object == "" || s.source == "" || !isDate(s.date) || seen[line] {
			t.Errorf("%q of %q: %q (%s), said before: %v", s.predicate, s.subject, s.source, s.date, seen[line])
		}
		seen[line] = true
	}
	for _, says := range builtIn().domains {
		for i := range says {
			check(&says[i])
		}
	}
	for _, b := range builtIn().prefixes {
		for i := range b.says {
			check(&b.says[i])
		}
	}
	if want := strings.Count(organisationsText, " | ") / 3; lines < 200 || lines > want {
		t.Errorf("%d lines were read", lines)
	}
}

func TestAgreement(t *testing.T) {
	s := func(subject, predicate, object, source string) statement {
		return statement{subject: subject, predicate: predicate, object: object, source: source}
	}
	for name, c := range map[string]struct {
		says []statement
		want []float64
	}{
		"one":                    {[]statement{s("a", Organisation, "X", "1")}, []float64{oneSource}},
		"two agree":              {[]statement{s("a", Organisation, "X", "1"), s("a", Organisation, "x (a firm)", "2")}, []float64{twoSources, twoSources}},
		"three agree":            {[]statement{s("a", Organisation, "X", "1"), s("a", Organisation, "X", "2"), s("a", Organisation, "X", "3")}, []float64{threeSources, threeSources, threeSources}},
		"one source, said twice": {[]statement{s("a", Organisation, "X", "1"), s("b", Organisation, "X", "1")}, []float64{oneSource, oneSource}},
		"two against one":        {[]statement{s("a", Organisation, "X", "1"), s("a", Organisation, "X", "2"), s("a", Organisation, "Y", "3")}, []float64{contested, contested, contested}},
		"other subjects":         {[]statement{s("a", Organisation, "X", "1"), s("b", Organisation, "Y", "2")}, []float64{oneSource, oneSource}},
		"countries agree":        {[]statement{s("a", AddressCountry, "NO", "1"), s("a", OperatorCountry, "NO", "2")}, []float64{twoSources, twoSources}},
		"countries differ":       {[]statement{s("a", AddressCountry, "IE", "1"), s("a", OperatorCountry, "US", "2")}, []float64{contested, contested}},
		"two categories":         {[]statement{s("a", Category, "X", "1"), s("a", Category, "Y", "2")}, []float64{oneSource, oneSource}},
	} {
		for i, got := range weigh(c.says) {
			if got.Confidence != c.want[i] {
				t.Errorf("%s: claim %d has %v, want %v", name, i, got.Confidence, c.want[i])
			}
		}
	}
}

// An alias that ends at somebody else's is told with what is known of that one.
func TestAliasesAreUncovered(t *testing.T) {
	b := NewBook()
	has := func(f Far, predicate, object string) bool {
		return slices.ContainsFunc(b.Claims(f), func(c telltale.Claim) bool {
			return c.Predicate == predicate && strings.HasPrefix(c.Object.Raw(), object)
		})
	}
	cloaked := Far{Name: "metrics.example.com", Via: "example.com.appsflyer.com"}
	if !has(cloaked, ServedVia, "example.com.appsflyer.com") || !has(cloaked, Tracker, "attribution") {
		t.Errorf("not uncovered: %+v", b.Claims(cloaked))
	}
	if has(cloaked, Organisation, "AppsFlyer") {
		t.Error("who serves a name does not own it")
	}
	own := Far{Name: "www.example.com", Via: "lb.example.com"}
	if !has(own, ServedVia, "lb.example.com") || len(b.Claims(own)) != 1 {
		t.Errorf("an alias of one's own: %+v", b.Claims(own))
	}
}

func TestWeakest(t *testing.T) {
	if _, ok := Weakest(); ok {
		t.Error("no chain has a weakest link")
	}
	l, ok := Weakest(Link{"identifier", 0.99}, Link{"name", 0.95}, Link{"organisation", 0.5}, Link{"country", 0.85})
	if !ok || l.What != "organisation" || l.Confidence != 0.5 {
		t.Errorf("%+v", l)
	}
}

// Hostile names are told as nothing, quickly.
func FuzzClaims(f *testing.F) {
	f.Add("zzhc.vnet.cn", "x.appsflyer.com", []byte{8, 8, 8, 8})
	b := NewBook()
	f.Fuzz(func(t *testing.T, name, via string, addr []byte) {
		a, _ := netip.AddrFromSlice(addr)
		for _, c := range b.Claims(Far{name, via, []netip.Addr{a}}) {
			if c.Object.IsZero() || c.Source == "" || c.Confidence <= 0 || c.Confidence > 1 {
				t.Errorf("%+v", c)
			}
		}
	})
}

func BenchmarkClaims(b *testing.B) {
	book := NewBook()
	far := Far{Name: "zzhc.vnet.cn", Addrs: []netip.Addr{netip.MustParseAddr("8.8.8.8")}}
	b.ReportAllocs()
	for b.Loop() {
		_ = book.Claims(far)
	}
}

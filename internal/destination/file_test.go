package destination

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

const goodFile = `# what I was told
claims:
  - subject: vnet.cn
    predicate: registrant
    object: Someone
    source: the registry's answer to my letter
    date: 2026-11-02
    confidence: 0.9
  - {subject: 192.0.2.7, predicate: organisation, object: Example Ltd, source: its own site, date: 2026-10}
  - {subject: "2001:db8::/32", predicate: country_operator, object: "NO", source: RIPE, date: "2026"}
`

func TestParseClaims(t *testing.T) {
	f, err := Parse("x/claims.yaml", []byte(goodFile))
	if err != nil {
		t.Fatal(err)
	}
	if f.Name != "claims.yaml" || f.Len() != 3 {
		t.Fatalf("%s holds %d", f.Name, f.Len())
	}
	b := NewBook(f)
	claims := b.Claims(Far{Name: "zzhc.vnet.cn"})
	found := false
	for _, c := range claims {
		if c.Object.Raw() == "Someone" && c.Confidence == 0.9 && c.Predicate == Registrant && c.Date == "2026-11-02" {
			found = true
		}
	}
	if !found || len(claims) < 6 {
		t.Errorf("the user's claim is not beside the others: %+v", claims)
	}
	for addr, object := range map[string]string{"192.0.2.7": "Example Ltd", "2001:db8::9": "NO"} {
		claims := b.Claims(Far{Addrs: []netip.Addr{netip.MustParseAddr(addr)}})
		if len(claims) != 1 || claims[0].Object.Raw() != object {
			t.Errorf("%s: %+v", addr, claims)
		}
	}
}

// Every mistake is named with its line and a hint.
func TestParseClaimsErrors(t *testing.T) {
	entry := "subject: a.com, predicate: category, object: o, source: s, date: 2026-01-01"
	for _, c := range []struct{ text, want string }{
		{"", "holds no claim"},
		{"claims: []\n", "holds no claim"},
		{"claims: 7\n", "claims is no list"},
		{"- a\n", "does not begin with a key"},
		{"claims:\n- {" + entry + "}\nmore: 1\n", `f:3: unknown key "more"`},
		{"claims:\n- {" + entry + ", extra: 1}\n", `f:2: unknown key "extra"`},
		{"claims:\n- just text\n", "f:2: an entry is no list of keys"},
		{"claims:\n- {subject: a.com}\n", "f:2: an entry lacks its predicate"},
		{"claims:\n- {" + strings.Replace(entry, "o,", "[o],", 1) + "}\n", "object holds no plain value"},
		{"claims:\n- {" + strings.Replace(entry, "a.com", "a b", 1) + "}\n", "is no domain and no address"},
		{"claims:\n- {" + strings.Replace(entry, "category", "guess", 1) + "}\n", `unknown predicate "guess"`},
		{"claims:\n- {" + strings.Replace(entry, "2026-01-01", "yesterday", 1) + "}\n", "is no date"},
		{"claims:\n- {" + strings.Replace(entry, "category", "country_address", 1) + "}\n", `"o" is no country`},
		{"claims:\n- {" + entry + ", confidence: 2}\n", "is not above 0 and at most 1"},
		{"claims:\n- {" + entry + ", confidence: NaN}\n", "is not above 0 and at most 1"},
		{"claims:\n\t- x\n", "not understood as YAML"},
		{"claims:\n- " + strings.Repeat("[", 9) + "\n", "f:2: nested too deeply"},
		{strings.Repeat(" ", 40) + "claims:\n", "f:1: nested too deeply"},
		{strings.Repeat("#", MaxSize+1), "too large"},
	} {
		_, err := Parse("f", []byte(c.text))
		var e *telltale.FileError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) || e.Hint == "" {
			t.Errorf("%.60q: %v", c.text, err)
		}
	}
}

func FuzzParseClaims(f *testing.F) {
	f.Add([]byte(goodFile))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Parse("f", b)
		var e *telltale.FileError
		if err != nil && !errors.As(err, &e) {
			t.Errorf("%T", err)
		}
		if err == nil && file.Len() == 0 {
			t.Error("no error and no claim")
		}
	})
}

package signature

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/detect"
)

// The built-in entries are well-formed, cited and hold their own examples; no
// other entry takes an example for its own.
func TestBuiltIn(t *testing.T) {
	list, err := Parse("signatures.yaml", []byte(builtIn))
	if err != nil {
		t.Fatal(err)
	}
	b := NewBook(nil)
	for _, s := range list {
		for _, x := range s.Finds {
			x.Addr, _ = netip.ParseAddr(x.Address)
			got := b.Message(&x)
			if x.Contact {
				got = b.Flow(x.Host, x.Addr)
			}
			if got == nil || got.ID != s.ID {
				t.Errorf("%s: %+v is taken for %v", s.ID, x, got)
			}
		}
		if s.Cited() == "" || strings.HasSuffix(s.Says, ".") || strings.HasSuffix(s.Contact, ".") {
			t.Errorf("%s: %q, %q, %q", s.ID, s.Cited(), s.Says, s.Contact)
		}
	}
	if len(list) < 10 {
		t.Errorf("only %d entries", len(list))
	}
}

const good = `signatures:
  - id: example-telemetry
    says: how Example's client counts
    contact: Example's counter
    sources: [{publisher: Example, title: its notice, date: 2026-11}]
    host: [count.example.com]
    any: [{host: [count.example.com], path: [/c]}]
    finds: [{host: count.example.com, path: /c/1}]
    ignores: [{host: count.example.com, path: /}]
`

// The user's signatures come first.
func TestOwnComesFirst(t *testing.T) {
	list, err := Parse("own.yaml", []byte(strings.ReplaceAll(good, "count.example.com", "zzhc.vnet.cn")))
	if err != nil {
		t.Fatal(err)
	}
	seen := &Seen{Host: "zzhc.vnet.cn", Path: "/c", ContentType: "application/encrypted-json"}
	if got := NewBook(list).Message(seen); got == nil || got.ID != "example-telemetry" {
		t.Errorf("%v", got)
	}
	if got := NewBook(nil).Message(seen); got == nil || got.ID != "china-telecom-registration" {
		t.Errorf("control: %v", got)
	}
}

// Whatever is not understood is an error with a hint.
func TestErrors(t *testing.T) {
	for why, edit := range map[string][2]string{
		"its id is no short name":        {"example-telemetry", "Example Telemetry"},
		"does not print":                 {"how Example", "how \u202e Example"},
		"names no source":                {"    sources: [{publisher: Example, title: its notice, date: 2026-11}]\n", ""},
		"lacks publisher, title or date": {"2026-11", "last week"},
		"does not say what a message is": {"    says: how Example's client counts\n", ""},
		"does not say who is talked to":  {"    contact: Example's counter\n", ""},
		"has no examples":                {"    ignores: [{host: count.example.com, path: /}]\n", ""},
		"example 1 under finds":          {"finds: [{host: count.example.com, path: /c/1}]", "finds: [{host: other.example.com, path: /c/1}]"},
		"example 1 under ignores":        {"path: /}]", "path: /c}]"},
		"is no name and no address":      {"host: [count.example.com]\n", "host: [count]\n"},
		"holds for everything":           {"any: [{host: [count.example.com], path: [/c]}]", "any: [{path: [/c]}]"},
		"least does not fit keys":        {"path: [/c]}]\n    f", "keys: [a], least: 2}]\n    f"},
		"unknown field \"hosts\"":        {"    host: [", "    hosts: ["},
		"is no address":                  {"path: [/c]}]\n    f", "forwarded_for: [somewhere]}]\n    f"},
		"not written as it is compared":  {"path: [/c]}]\n    f", "content_type: [Text/HTML]}]\n    f"},
		"holds no signature":             {good, "signatures: []\n"},
		"would never be met":             {"    host: [count.example.com]\n    any: [{host: [count.example.com], path: [/c]}]\n", ""},
		"nested too deeply":              {"2026-11}", strings.Repeat("[", 20)},
	} {
		_, err := Parse("own.yaml", []byte(strings.Replace(good, edit[0], edit[1], 1)))
		var e *telltale.FileError
		if !errors.As(err, &e) || !strings.Contains(e.Error(), why) || e.Hint == "" || !strings.HasPrefix(e.Error(), "own.yaml") {
			t.Errorf("want %q, got %v", why, err)
		}
	}
	if _, err := Parse("own.yaml", []byte(good)); err != nil {
		t.Errorf("control: %v", err)
	}
}

func TestReadFolder(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadFolder(dir); err == nil || !strings.Contains(err.Error(), "holds no signature") {
		t.Errorf("an empty folder: %v", err)
	}
	for name, text := range map[string]string{"a.yaml": good, "b.yml": strings.ReplaceAll(good, "example-telemetry", "second"), "notes.txt": "x"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list, err := ReadFolder(dir)
	if err != nil || len(list) != 2 || list[0].ID != "example-telemetry" {
		t.Errorf("%v, %v", list, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "c.yaml"), []byte(good), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFolder(dir); err == nil || !strings.Contains(err.Error(), "two entries have the id") {
		t.Errorf("the same id twice: %v", err)
	}
}

// A flow of no entry costs a few look-ups and no memory.
func TestMissIsCheap(t *testing.T) {
	b := NewBook(nil)
	seen := &Seen{Host: "api.service.example", Addr: netip.MustParseAddr("203.0.113.9"), ContentType: "application/json", UserAgent: "okhttp", Path: "/v1"}
	if n := testing.AllocsPerRun(100, func() {
		if b.Message(seen) != nil || b.Flow(seen.Host, seen.Addr) != nil {
			t.Error("met")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("signatures:\n  - &a {id: *a}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 4096 {
			return // what is longer is no shorter in kind
		}
		list, err := Parse("own.yaml", b)
		var e *telltale.FileError
		if err != nil && !errors.As(err, &e) || err == nil && len(list) == 0 {
			t.Errorf("%v, %d entries", err, len(list))
		}
	})
}

// Every header that detect knows for an operator's is known as such here.
func TestHeadersAreOneList(t *testing.T) {
	b := NewBook(nil)
	for _, h := range detect.Headers() {
		if got := b.Message(&Seen{Host: "x.example", Keys: []string{h.Name}}); got == nil || got.ID != "header-enrichment" {
			t.Errorf("%s is taken for %v", h.Name, got)
		}
	}
}

package signature

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/goccy/go-yaml"

	"github.com/telltale-audit/telltale"
)

// Bounds of what a user may give.
const (
	maxSize  = 1 << 20 // bytes of a file
	maxFiles = 256     // of a folder
)

// ReadFolder reads every file of a folder whose name ends in .yaml or .yml, in
// the order of their names. Errors are those of the system or an [*telltale.FileError].
func ReadFolder(dir string) ([]*Signature, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []*Signature
	files := 0
	for _, e := range entries {
		if end := filepath.Ext(e.Name()); e.IsDir() || end != ".yaml" && end != ".yml" {
			continue
		}
		if files++; files > maxFiles {
			return nil, &telltale.FileError{Name: filepath.Base(dir), Why: "holds too many files", Hint: fmt.Sprintf("the limit is %d; put several signatures in a file", maxFiles)}
		}
		list, err := readFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	if len(all) == 0 {
		return nil, &telltale.FileError{Name: filepath.Base(dir), Why: "holds no signature", Hint: "put files there whose names end in .yaml; docs/31-signatures.md shows one"}
	}
	return all, twice(filepath.Base(dir), all)
}

func readFile(name string) ([]*Signature, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()                   // opened for reading only
	b, err := io.ReadAll(io.LimitReader(f, maxSize+1)) //nolint:forbidigo // the limit is maxSize
	if err != nil {
		return nil, err
	}
	return Parse(name, b)
}

// fileHint says where an entry is shown.
const fileHint = "begin with a line  signatures:  and a list under it; docs/31-signatures.md shows an entry"

// Parse reads the content of a file of signatures of that name, and holds each
// to its own examples. All errors are [*telltale.FileError].
func Parse(name string, b []byte) ([]*Signature, error) {
	name = filepath.Base(name)
	if len(b) > maxSize {
		return nil, &telltale.FileError{Name: name, Why: "too large for a file of signatures", Hint: "the limit is 1 MiB; is this one?"}
	}
	if line := deep(b); line > 0 {
		return nil, &telltale.FileError{Name: name, Line: line, Why: "nested too deeply for a file of signatures", Hint: fileHint}
	}
	var doc struct {
		Signatures []*Signature `yaml:"signatures"`
	}
	if err := yaml.UnmarshalWithOptions(b, &doc, yaml.Strict()); err != nil {
		return nil, syntax(name, err)
	}
	if len(doc.Signatures) == 0 {
		return nil, &telltale.FileError{Name: name, Why: "holds no signature", Hint: fileHint}
	}
	for i, s := range doc.Signatures {
		if s == nil {
			return nil, &telltale.FileError{Name: name, Why: fmt.Sprintf("entry %d is empty", i+1), Hint: fileHint}
		}
		if why, hint := s.check(); why != "" {
			return nil, &telltale.FileError{Name: name, Why: fmt.Sprintf("entry %d (%s): %s", i+1, s.ID, why), Hint: hint}
		}
	}
	return doc.Signatures, twice(name, doc.Signatures)
}

func twice(name string, all []*Signature) error {
	seen := map[string]bool{}
	for _, s := range all {
		if seen[s.ID] {
			return &telltale.FileError{Name: name, Why: fmt.Sprintf("two entries have the id %q", s.ID), Hint: "give each an id of its own"}
		}
		seen[s.ID] = true
	}
	return nil
}

// deep returns the number of the line that nests deeper than such a file does,
// or 0. The YAML library takes memory by the square of the depth, so this is
// looked at first.
func deep(b []byte) int {
	line := 0
	for text := range bytes.Lines(b) {
		line++
		indent := len(text) - len(bytes.TrimLeft(text, " \t-?"))
		if indent > 24 || bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) > 8 {
			return line
		}
	}
	return 0
}

func syntax(name string, err error) *telltale.FileError {
	e := &telltale.FileError{Name: name, Why: "not understood as YAML", Hint: fileHint}
	if at, ok := errors.AsType[yaml.Error](err); ok {
		why, _, _ := strings.Cut(at.GetMessage(), "\n")
		e.Why = why
		if t := at.GetToken(); t != nil && t.Position != nil {
			e.Line = t.Position.Line
		}
	}
	return e
}

var isID = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`).MatchString

// check returns what is wrong with an entry, and what can be done about it.
func (s *Signature) check() (why, hint string) {
	switch {
	case !isID(s.ID):
		return "its id is no short name", "write small letters, digits and hyphens: id: example-telemetry"
	case !printable(s.Says, s.Contact):
		return "holds a character that does not print, or too many", "write one plain line of up to 200 characters"
	case len(s.Sources) == 0:
		return "names no source", "who says so? sources: [{publisher: ..., title: ..., date: 2026-11-26}]"
	case len(s.Any) == 0 && len(s.Hosts) == 0:
		return "would never be met", "give  any:  a list of conditions, or  host:  a list of names"
	case len(s.Any) > 0 && s.Says == "":
		return "does not say what a message is", "says: how ... registers a phone"
	case len(s.Hosts) > 0 && s.Contact == "":
		return "does not say who is talked to", "contact: the update service of ..."
	case len(s.Finds) == 0 || len(s.Ignores) == 0:
		return "has no examples", "give it  finds:  and  ignores:  which it is held to"
	}
	for _, src := range s.Sources {
		if !printable(src.Publisher, src.Title) || src.Publisher == "" || src.Title == "" || !isDate(src.Date) {
			return "a source lacks publisher, title or date", "write the date as 2026-11-26, 2026-11 or 2026"
		}
	}
	if why, hint := checkHosts(s.Hosts); why != "" {
		return why, hint
	}
	for i := range s.Any {
		if why, hint := s.Any[i].check(); why != "" {
			return why, hint
		}
	}
	return s.checkExamples()
}

func checkHosts(hosts []string) (why, hint string) {
	for _, h := range hosts {
		name := strings.TrimPrefix(h, "*.")
		if _, err := netip.ParseAddr(h); err != nil && (!strings.Contains(name, ".") || name != strings.ToLower(name) || strings.ContainsAny(name, "*/: ")) {
			return fmt.Sprintf("host %q is no name and no address", h), "write  api.example.com, *.example.com for all below it too, or an address"
		}
	}
	return "", ""
}

func (r *Rule) check() (why, hint string) {
	switch {
	case len(r.Hosts) == 0 && len(r.ContentType) == 0 && len(r.UserAgent) == 0 && len(r.Keys) == 0 && len(r.ForwardedFor) == 0:
		return "a condition holds for everything", "ask for at least one of host, content_type, user_agent, forwarded_for, keys"
	case len(r.Keys) > 0 && (r.Least < 1 || r.Least > len(r.Keys)):
		return "least does not fit keys", "say how many of the keys must be there, at least 1"
	case len(r.Keys) == 0 && r.Least != 0:
		return "least stands without keys", "give  keys: [...]"
	}
	for _, a := range r.ForwardedFor {
		if _, err := netip.ParseAddr(a); err != nil {
			return fmt.Sprintf("forwarded_for %q is no address", a), "write an IP address"
		}
	}
	for _, t := range r.ContentType {
		if t != mediaType(t) {
			return fmt.Sprintf("content type %q is not written as it is compared", t), "small letters, without parameters"
		}
	}
	return checkHosts(r.Hosts)
}

// checkExamples holds the entry to its own examples.
func (s *Signature) checkExamples() (why, hint string) {
	b := &Book{all: []*Signature{s}, hint: newHints([]*Signature{s})}
	for _, list := range []struct {
		seen []Seen
		want bool
	}{{s.Finds, true}, {s.Ignores, false}} {
		for i := range list.seen {
			x := list.seen[i]
			if x.Address != "" {
				a, err := netip.ParseAddr(x.Address)
				if err != nil {
					return fmt.Sprintf("example address %q is none", x.Address), "write an IP address"
				}
				x.Addr = a
			}
			met := b.Message(&x) != nil
			if x.Contact {
				met = b.Flow(x.Host, x.Addr) != nil
			}
			if met != list.want {
				return fmt.Sprintf("example %d under %s says otherwise", i+1, map[bool]string{true: "finds", false: "ignores"}[list.want]), "change the example or the conditions"
			}
		}
	}
	return "", ""
}

// printable reports whether texts are short and act on no terminal, page or
// spreadsheet.
func printable(texts ...string) bool {
	return !slices.ContainsFunc(texts, func(t string) bool {
		return len(t) > 200 || strings.ContainsFunc(t, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar })
	})
}

func isDate(s string) bool {
	return slices.ContainsFunc([]string{"2006-01-02", "2006-01", "2006"}, func(layout string) bool {
		_, err := time.Parse(layout, s)
		return err == nil
	})
}

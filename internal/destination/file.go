package destination

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/telltale-audit/telltale"
)

// A File holds the claims that a user wrote down: a YAML file with one key,
// "claims", and under it a list. Each entry has a subject (a domain, an
// address or a block of addresses), a predicate, an object, a source and a
// date, and may have a confidence. Whatever is not understood is an error with
// its line.
type File struct {
	Name string // base name, as records tell it
	says []statement
}

// Len returns how many claims the file holds.
func (f *File) Len() int { return len(f.says) }

// MaxSize is the largest claims file that is read, in bytes.
const MaxSize = 1 << 20

// Read reads the claims file of that name. Errors are those of the system or
// an [*telltale.FileError].
func Read(name string) (*File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, MaxSize+1)) //nolint:forbidigo // the limit is MaxSize
	if err != nil {
		return nil, err
	}
	return Parse(name, b)
}

// entryHint shows an entry as it should be.
const entryHint = `an entry is  - {subject: example.com, predicate: organisation, object: Example Ltd, source: "its privacy notice", date: 2026-11-25}`

// Parse reads the content of the claims file of that name. All errors are
// [*telltale.FileError].
func Parse(name string, b []byte) (*File, error) {
	f := &File{Name: filepath.Base(name)}
	if len(b) > MaxSize {
		return nil, f.wrong(0, "too large for a claims file", "the limit is 1 MiB; is this one?")
	}
	if line := deep(b); line > 0 {
		return nil, f.wrong(line, "nested too deeply for a claims file", entryHint)
	}
	list, err := f.list(b)
	if err != nil {
		return nil, err
	}
	for _, n := range list {
		if err := f.entry(n); err != nil {
			return nil, err
		}
	}
	if len(f.says) == 0 {
		return nil, f.wrong(0, "holds no claim", entryHint)
	}
	return f, nil
}

func (f *File) wrong(line int, why, hint string) *telltale.FileError {
	return &telltale.FileError{Name: f.Name, Line: line, Why: why, Hint: hint}
}

// deep returns the number of the line that nests deeper than a claims file
// does, or 0. The YAML library takes memory by the square of the depth, so
// this is looked at first.
func deep(b []byte) int {
	line := 0
	for text := range bytes.Lines(b) {
		line++
		indent := len(text) - len(bytes.TrimLeft(text, " \t-?"))
		if indent > 16 || bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) > 8 {
			return line
		}
	}
	return 0
}

// list returns the entries under the one key that the file must have.
func (f *File) list(b []byte) ([]ast.Node, error) {
	tree, err := parser.ParseBytes(b, 0)
	if err != nil {
		return nil, f.syntax(err)
	}
	if len(tree.Docs) != 1 || tree.Docs[0].Body == nil {
		return nil, f.wrong(0, "holds no claim", "begin with a line  claims:")
	}
	var pairs []*ast.MappingValueNode
	switch body := tree.Docs[0].Body.(type) {
	case *ast.MappingNode:
		pairs = body.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{body}
	}
	if len(pairs) == 0 {
		return nil, f.wrong(1, "does not begin with a key", "begin with a line  claims:")
	}
	for _, p := range pairs {
		if key := p.Key.GetToken(); key.Value != "claims" {
			return nil, f.wrong(key.Position.Line, fmt.Sprintf("unknown key %q", key.Value), "the one key is  claims:  with a list under it")
		}
	}
	seq, ok := pairs[0].Value.(*ast.SequenceNode)
	if !ok {
		return nil, f.wrong(pairs[0].Key.GetToken().Position.Line, "claims is no list", entryHint)
	}
	return seq.Values, nil
}

func (f *File) syntax(err error) *telltale.FileError {
	e := f.wrong(0, "not understood as YAML", entryHint)
	if at, ok := errors.AsType[yaml.Error](err); ok {
		why, _, _ := strings.Cut(at.GetMessage(), "\n")
		e.Why += ": " + why
		if t := at.GetToken(); t != nil && t.Position != nil {
			e.Line = t.Position.Line
		}
	}
	return e
}

// fileKeys are the keys of an entry; the last may be left out.
var fileKeys = []string{"subject", "predicate", "object", "source", "date", "confidence"}

// entry takes one claim.
func (f *File) entry(n ast.Node) error {
	var pairs []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	}
	line := n.GetToken().Position.Line
	if len(pairs) == 0 {
		return f.wrong(line, "an entry is no list of keys with values", entryHint)
	}
	line = pairs[0].Key.GetToken().Position.Line
	values := map[string]string{}
	for _, p := range pairs {
		key, value := p.Key.GetToken(), p.Value.GetToken()
		at := key.Position.Line
		switch {
		case !slices.Contains(fileKeys, key.Value):
			return f.wrong(at, fmt.Sprintf("unknown key %q", key.Value), "known keys: "+strings.Join(fileKeys, ", "))
		case values[key.Value] != "":
			return f.wrong(at, key.Value+" is given twice", "leave one of them")
		case !scalar(p.Value) || strings.TrimSpace(value.Value) == "":
			return f.wrong(at, key.Value+" holds no plain value", "write  "+key.Value+`: "..."`)
		}
		values[key.Value] = strings.TrimSpace(value.Value)
	}
	for _, key := range fileKeys[:len(fileKeys)-1] {
		if values[key] == "" {
			return f.wrong(line, "an entry lacks its "+key, "a claim without "+key+" cannot be weighed; "+entryHint)
		}
	}
	return f.take(line, values)
}

func scalar(n ast.Node) bool {
	switch n.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return true
	}
	return false
}

// take checks the values of an entry and files it.
func (f *File) take(line int, v map[string]string) error {
	s := statement{predicate: v["predicate"], object: v["object"], source: v["source"], date: v["date"]}
	var ok bool
	if s.subject, ok = subject(v["subject"]); !ok {
		return f.wrong(line, fmt.Sprintf("subject %q is no domain and no address", v["subject"]), "name a domain (example.com), an address or a block (192.0.2.0/24)")
	}
	if !slices.Contains(Predicates, s.predicate) {
		return f.wrong(line, fmt.Sprintf("unknown predicate %q", s.predicate), "known predicates: "+strings.Join(Predicates, ", "))
	}
	if !isDate(s.date) {
		return f.wrong(line, fmt.Sprintf("date %q is no date", s.date), "write the source's date as 2026-11-25, 2026-11 or 2026")
	}
	if strings.HasPrefix(s.predicate, "country_") && !isCountry(s.object) {
		return f.wrong(line, fmt.Sprintf("%q is no country", s.object), "write the two letters of ISO 3166-1: NO, FI, CN")
	}
	if text := v["confidence"]; text != "" {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || !(n > 0 && n <= 1) {
			return f.wrong(line, fmt.Sprintf("confidence %q is not above 0 and at most 1", text), "leave it out to have it follow from how many sources agree")
		}
		s.confidence = n
	}
	f.says = append(f.says, s)
	return nil
}

// subject returns the canonical form of a domain, an address or a block.
func subject(text string) (string, bool) {
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()).String(), true
	}
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked().String(), true
	}
	name := strings.ToLower(strings.TrimSuffix(text, "."))
	return name, isName(name)
}

func isDate(s string) bool {
	for _, layout := range []string{"2006-01-02", "2006-01", "2006"} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

func isCountry(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

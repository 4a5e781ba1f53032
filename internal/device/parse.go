package device

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

// Parse reads the content of the device file of that name. All errors are
// [*telltale.FileError].
func Parse(name string, b []byte) (*File, error) {
	f := &File{Name: filepath.Base(name), Facts: map[string]string{}}
	if len(b) > MaxSize {
		return nil, &telltale.FileError{Name: f.Name, Why: "too large for a device file", Hint: "a device file is a page of text; is this one?"}
	}
	if line := nested(b); line > 0 {
		return nil, &telltale.FileError{Name: f.Name, Line: line, Why: "nested too deeply for a device file", Hint: "each line is a key, a colon and a value"}
	}
	if crowded(b) {
		return nil, &telltale.FileError{Name: f.Name, Why: "more keys than a device file has", Hint: "each line is a key, a colon and a value"}
	}
	doc, err := parseYAML(f.Name, b)
	if err != nil {
		return nil, err
	}
	for _, entry := range doc {
		if err := f.entry(entry); err != nil {
			return nil, err
		}
	}
	if len(f.Values) == 0 && len(f.Addresses) == 0 {
		return nil, &telltale.FileError{Name: f.Name, Why: "holds no value to look for", Hint: `add a line such as  imei: "001012704839210"  (your own; it is at Settings > About phone)`}
	}
	return f, nil
}

// Bounds of nesting. The YAML library takes memory by the square of the depth,
// so what may nest is counted before it sees the file.
const (
	maxBrackets = 64 // in the file, whatever they stand in
	maxDashes   = 8  // on a line, that stand alone: lists in lists
)

// nested returns the number of the line that nests too deeply, or 0.
func nested(b []byte) int {
	line, brackets := 0, 0
	for text := range bytes.Lines(b) {
		line++
		brackets += bytes.Count(text, []byte("[")) + bytes.Count(text, []byte("{"))
		dashes := 0
		for word := range bytes.FieldsSeq(text) {
			if len(word) == 1 && (word[0] == '-' || word[0] == '?') {
				dashes++
			}
		}
		if brackets > maxBrackets || dashes > maxDashes {
			return line
		}
	}
	return 0
}

// Bounds of what the YAML library takes memory for by the square of its number:
// with 5,000 keys 135 MB.
const (
	maxKeys      = 1000 // colons with a blank or a line's end behind them
	maxDocuments = 16   // lines that begin or end one
)

// crowded reports whether there is too much of that. The library takes a
// carriage return for a line's end.
func crowded(b []byte) bool {
	keys, documents := 0, 0
	for i, x := range b {
		begins := i == 0 || b[i-1] == '\n' || b[i-1] == '\r'
		switch {
		case x == ':' && (i+1 == len(b) || b[i+1] <= ' '):
			keys++
		case begins && (bytes.HasPrefix(b[i:], []byte("---")) || bytes.HasPrefix(b[i:], []byte("..."))):
			documents++
		}
	}
	return keys > maxKeys || documents > maxDocuments
}

// parseYAML returns the entries of the one mapping that b must be.
func parseYAML(name string, b []byte) ([]*ast.MappingValueNode, error) {
	tree, err := parser.ParseBytes(b, 0)
	if err != nil {
		return nil, syntaxError(name, err)
	}
	if len(tree.Docs) > 1 {
		return nil, &telltale.FileError{Name: name, Why: "holds more than one document", Hint: "give each device a file of its own"}
	}
	if len(tree.Docs) == 0 || tree.Docs[0].Body == nil {
		return nil, nil
	}
	switch body := tree.Docs[0].Body.(type) {
	case *ast.MappingNode:
		return body.Values, nil
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{body}, nil
	case *ast.NullNode, *ast.CommentGroupNode:
		return nil, nil
	}
	return nil, &telltale.FileError{Name: name, Line: 1, Why: "is not a list of keys with values", Hint: "each line is a key, a colon and a value"}
}

func syntaxError(name string, err error) *telltale.FileError {
	e := &telltale.FileError{Name: name, Why: "not understood as YAML", Hint: "each line is a key, a colon and a value in double quotes"}
	var at yaml.Error
	if !errors.As(err, &at) {
		return e
	}
	e.Why = "not understood as YAML: " + masked(firstLine(at.GetMessage()))
	if t := at.GetToken(); t != nil && t.Position != nil {
		e.Line = t.Position.Line
	}
	return e
}

// entry takes one key with its value or values.
func (f *File) entry(n *ast.MappingValueNode) error {
	key := n.Key.GetToken().Value
	line := n.Key.GetToken().Position.Line
	texts, err := f.scalars(key, n.Value)
	if err != nil {
		return err
	}
	switch {
	case key == "label", slices.Contains(FactKeys, key):
		if len(texts) != 1 {
			return &telltale.FileError{Name: f.Name, Line: line, Why: key + " takes one value", Hint: "leave one of them"}
		}
		if key == "label" {
			f.Label = texts[0].text
			return nil
		}
		f.Facts[key] = texts[0].text
		return nil
	case key == "addresses":
		return f.addresses(texts)
	case places[telltale.Kind(key)] != "":
		return f.values(telltale.Kind(key), texts)
	}
	return &telltale.FileError{Name: f.Name, Line: line, Why: fmt.Sprintf("unknown key %q", masked(key)), Hint: "known keys: " + knownKeys()}
}

func (f *File) values(k telltale.Kind, texts []scalar) error {
	for _, s := range texts {
		canonical, err := Check(k, s.text)
		if err != nil {
			return &telltale.FileError{Name: f.Name, Line: s.line, Why: string(k) + ": " + err.Error(), Hint: Where(k)}
		}
		if v := telltale.NewValue(k, canonical); !slices.Contains(f.Values, v) {
			f.Values = append(f.Values, v)
		}
	}
	return nil
}

func (f *File) addresses(texts []scalar) error {
	for _, s := range texts {
		text := ""
		if m, ok := numbering.ParseMAC(s.text); ok {
			text = m.String()
		} else if a, err := netip.ParseAddr(s.text); err == nil {
			text = a.Unmap().WithZone("").String()
		} else {
			return &telltale.FileError{Name: f.Name, Line: s.line, Why: "addresses: neither a MAC nor an IP address", Hint: "give the addresses by which this device is known in captures"}
		}
		if !slices.Contains(f.Addresses, text) {
			f.Addresses = append(f.Addresses, text)
		}
	}
	return nil
}

// A scalar is one value with the line it stands on.
type scalar struct {
	text string
	line int
}

// scalars returns the value or the list of values of a key, as written: a
// number keeps its leading zeros.
func (f *File) scalars(key string, n ast.Node) ([]scalar, error) {
	list := []ast.Node{n}
	if seq, ok := n.(*ast.SequenceNode); ok {
		list = seq.Values
	}
	var out []scalar
	for _, n := range list {
		t := n.GetToken()
		if !plain(n) || strings.TrimSpace(t.Value) == "" {
			return nil, &telltale.FileError{Name: f.Name, Line: t.Position.Line, Why: key + " holds no plain value", Hint: "write  " + key + `: "..."  or  ` + key + `: ["...", "..."]`}
		}
		out = append(out, scalar{strings.TrimSpace(t.Value), t.Position.Line})
	}
	if len(out) == 0 {
		return nil, &telltale.FileError{Name: f.Name, Line: n.GetToken().Position.Line, Why: key + " holds no value", Hint: "remove the line or give a value"}
	}
	return out, nil
}

// plain reports whether n is text or a number, so that its token is the value
// as written.
func plain(n ast.Node) bool {
	switch n.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return true
	}
	return false
}

// masked returns a piece of a device file as an error may repeat it: a value
// that stands where it should not is one all the same.
func masked(s string) string { return telltale.NewMasker(false).Text(telltale.NewText(s)) }

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

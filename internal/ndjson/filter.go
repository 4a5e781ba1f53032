package ndjson

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// A Filter says which records are wanted, by one of their fields: such as
// "dest_port=443", "names.name~example", "http.status>=400" or
// "tunnel!=". The field is a path of names; where an array stands on it, one
// element that fits is enough.
type Filter struct {
	path []string
	op   string
	want string
}

// operators are what may stand between a field and a value, the longer first.
// ~ is "contains"; = and ~ do not tell capital from small letters.
var operators = []string{"!=", ">=", "<=", "=", "~", ">", "<"}

// ParseFilter reads a filter for records of a type. Its error says what is
// wrong, and Fields what there is.
func ParseFilter(eventType, s string) (Filter, error) {
	at, op := -1, ""
	for _, o := range operators {
		if i := strings.Index(s, o); i >= 0 && (at < 0 || i < at) {
			at, op = i, o
		}
	}
	if at < 1 {
		return Filter{}, fmt.Errorf("%q is no filter: it has no field, or none of %s", s, strings.Join(operators, " "))
	}
	f := Filter{strings.Split(s[:at], "."), op, s[at+len(op):]}
	if !slices.Contains(Fields(eventType), s[:at]) {
		return Filter{}, fmt.Errorf("a %s has no field %q", eventType, s[:at])
	}
	if _, isNumber := new(big.Float).SetString(f.want); op[0] == '>' || op[0] == '<' {
		if !isNumber {
			return Filter{}, fmt.Errorf("%q is no number to compare with", f.want)
		}
	}
	return f, nil
}

// Fields returns the paths of all fields of a type of record that hold a
// value, in the contract's order.
func Fields(eventType string) []string {
	var out []string
	if s := shapes()[eventType]; s != nil {
		s.paths("", &out)
	}
	return out
}

func (s *shape) paths(at string, out *[]string) {
	switch {
	case s.sort == array:
		s.elem.paths(at, out)
	case s.sort == object && len(s.fields) > 0:
		for _, f := range s.fields {
			f.shape.paths(strings.TrimPrefix(at+"."+f.name, "."), out)
		}
	case at != "":
		*out = append(*out, at)
	}
}

// Match reports whether a record is wanted. A field that it does not have
// equals the empty value.
func (f Filter) Match(l Line) bool {
	var found []string
	collect(l.fields, f.path, &found)
	if len(found) == 0 {
		found = []string{""}
	}
	if f.op == "!=" {
		return !slices.ContainsFunc(found, func(v string) bool { return strings.EqualFold(v, f.want) })
	}
	return slices.ContainsFunc(found, f.fits)
}

func (f Filter) fits(v string) bool {
	switch f.op {
	case "=":
		return strings.EqualFold(v, f.want)
	case "~":
		return strings.Contains(strings.ToLower(v), strings.ToLower(f.want))
	}
	a, ok := new(big.Float).SetString(v)
	if !ok {
		return false
	}
	b, _ := new(big.Float).SetString(f.want)
	switch c := a.Cmp(b); f.op {
	case ">":
		return c > 0
	case ">=":
		return c >= 0
	case "<":
		return c < 0
	default:
		return c <= 0
	}
}

// collect appends the values at the end of path as text.
func collect(v any, path []string, out *[]string) {
	switch v := v.(type) {
	case map[string]any:
		if len(path) > 0 {
			collect(v[path[0]], path[1:], out)
		}
	case []any:
		for _, e := range v {
			collect(e, path, out)
		}
	case string:
		*out = append(*out, v)
	case json.Number:
		*out = append(*out, v.String())
	case bool:
		*out = append(*out, strconv.FormatBool(v))
	}
}

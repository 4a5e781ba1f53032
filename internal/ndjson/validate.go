package ndjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Validate reports how line, without its newline, is not a line of the
// contract. It agrees with [Schema] and is stricter where JSON Schema cannot
// be: a field may appear only once, and the text must be UTF-8.
func Validate(line []byte) error {
	_, _, err := parse(line)
	return err
}

// parse returns the event type and the fields of a line.
func parse(line []byte) (eventType string, fields map[string]any, err error) {
	if !utf8.Valid(line) {
		return "", nil, errors.New("not UTF-8")
	}
	var head struct {
		EventType string `json:"event_type"`
	}
	if err := json.Unmarshal(line, &head); err != nil {
		return "", nil, err
	}
	s := shapes()[head.EventType]
	if s == nil {
		return "", nil, fmt.Errorf("event_type %q is unknown", head.EventType)
	}
	d := decoder{json.NewDecoder(bytes.NewReader(line))}
	d.UseNumber()
	v, err := d.value(s, head.EventType)
	if err != nil {
		return "", nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return "", nil, errors.New("more than one value")
	}
	return head.EventType, v.(map[string]any), nil
}

// A decoder reads JSON values and holds them to shapes. Its depth is that of
// the shape.
type decoder struct{ *json.Decoder }

func (d decoder) value(s *shape, path string) (any, error) {
	tok, err := d.Token()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, one := range s.either {
		if one.sort == sortOf(tok) {
			s = one
		}
	}
	if got := sortOf(tok); got != s.sort && (got != number || s.sort != integer) {
		return nil, fmt.Errorf("%s: %v is no %s", path, tok, s.sort)
	}
	switch tok := tok.(type) {
	case json.Delim:
		if s.sort == array {
			return d.array(s, path)
		}
		return d.object(s, path)
	case string:
		return tok, s.checkText(tok, path)
	case json.Number:
		return tok, s.checkNumber(tok, path)
	}
	return tok, nil
}

func sortOf(tok json.Token) sort {
	switch tok {
	case json.Delim('{'):
		return object
	case json.Delim('['):
		return array
	}
	switch tok.(type) {
	case string:
		return text
	case json.Number:
		return number
	case bool:
		return boolean
	}
	return "null"
}

func (d decoder) array(s *shape, path string) (any, error) {
	list := []any{}
	for d.More() {
		v, err := d.value(s.elem, fmt.Sprintf("%s[%d]", path, len(list)))
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	if s.most > 0 && len(list) > s.most {
		return nil, fmt.Errorf("%s: %d elements, at most %d", path, len(list), s.most)
	}
	_, err := d.Token()
	return list, err
}

func (d decoder) object(s *shape, path string) (any, error) {
	fields := map[string]any{}
	for d.More() {
		tok, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		name := tok.(string)
		of := s.field(name)
		if of == nil {
			return nil, fmt.Errorf("%s: field %q is unknown", path, name)
		}
		if _, again := fields[name]; again {
			return nil, fmt.Errorf("%s: field %q appears twice", path, name)
		}
		if fields[name], err = d.value(of, path+"."+name); err != nil {
			return nil, err
		}
	}
	for _, f := range s.fields {
		if _, ok := fields[f.name]; !ok && f.required {
			return nil, fmt.Errorf("%s: field %q is missing", path, f.name)
		}
	}
	_, err := d.Token()
	return fields, err
}

// field returns the shape of the field called name, nil if there may be none.
func (s *shape) field(name string) *shape {
	if s.elem != nil && (s.words == nil || slices.Contains(s.words, name)) {
		return s.elem
	}
	for _, f := range s.fields {
		if f.name == name {
			return f.shape
		}
	}
	return nil
}

func (s *shape) checkText(v, path string) error {
	if s.words != nil && !slices.Contains(s.words, v) {
		return fmt.Errorf("%s: %q is none of %s", path, v, strings.Join(s.words, ", "))
	}
	if s.pattern != nil && !s.pattern.MatchString(v) {
		return fmt.Errorf("%s: %q does not match %s", path, v, s.pattern)
	}
	return nil
}

func (s *shape) checkNumber(n json.Number, path string) error {
	v, err := n.Float64()
	if err != nil || v < s.min || v > s.max {
		return fmt.Errorf("%s: %s is not in %v to %v", path, n, s.min, s.max)
	}
	if s.sort == integer && v != math.Trunc(v) {
		return fmt.Errorf("%s: %s is no integer", path, n)
	}
	return nil
}

package ndjson

import (
	"bytes"
	"encoding/json"
	"math"
)

// Schema returns the JSON Schema (draft 2020-12) of a line, indented. It is
// made from the Go types of the records.
func Schema() []byte {
	l := line{b: []byte{'{'}}
	l.string("$schema", "https://json-schema.org/draft/2020-12/schema")
	l.string("title", "A line of telltale's NDJSON output")
	l.open("oneOf", '[')
	for _, r := range Records {
		l.next()
		l.b = append(l.b, '{')
		l.string("$ref", "#/$defs/"+r.EventType())
		l.close('}')
	}
	l.close(']')
	l.open("$defs", '{')
	for _, r := range Records {
		l.shape(r.EventType(), shapes()[r.EventType()])
	}
	l.b = append(l.b, "}}"...)
	var out bytes.Buffer
	if err := json.Indent(&out, l.b, "", "  "); err != nil {
		panic("ndjson: the schema is not JSON: " + err.Error())
	}
	out.WriteByte('\n')
	return out.Bytes()
}

// shape appends s as the schema of what is called name.
func (l *line) shape(name string, s *shape) {
	l.open(name, '{')
	l.shapeBody(s)
	l.close('}')
}

func (l *line) shapeBody(s *shape) {
	if s.sort == oneOf {
		l.open("oneOf", '[')
		for _, one := range s.either {
			l.next()
			l.b = append(l.b, '{')
			l.shapeBody(one)
			l.close('}')
		}
		l.close(']')
		return
	}
	l.string("type", string(s.sort))
	switch s.sort {
	case object:
		l.objectShape(s)
	case array:
		l.shape("items", s.elem)
		l.optInt("maxItems", int64(s.most))
	case text:
		l.textShape(s)
	case integer:
		l.int("minimum", int64(s.min))
		l.int("maximum", int64(s.max))
	case number:
		if s.max < math.MaxFloat64 {
			l.number("minimum", s.min)
			l.number("maximum", s.max)
		}
	}
}

func (l *line) textShape(s *shape) {
	switch {
	case len(s.words) == 1:
		l.string("const", s.words[0])
	case len(s.words) > 1:
		l.strings("enum", s.words)
	case s.pattern != nil:
		l.string("pattern", s.pattern.String())
	}
}

func (l *line) objectShape(s *shape) {
	if s.elem != nil {
		if s.words != nil {
			l.open("propertyNames", '{')
			l.strings("enum", s.words)
			l.close('}')
		}
		l.shape("additionalProperties", s.elem)
		return
	}
	l.open("properties", '{')
	for _, f := range s.fields {
		l.shape(f.name, f.shape)
	}
	l.close('}')
	var required []string
	for _, f := range s.fields {
		if f.required {
			required = append(required, f.name)
		}
	}
	l.optStrings("required", required)
	l.bool("additionalProperties", false)
}

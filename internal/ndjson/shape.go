package ndjson

import (
	"math"
	"net/netip"
	"reflect"
	"regexp"
	"strings"
	"sync"

	"github.com/telltale-audit/telltale"
)

// A shape is what a JSON value of the contract looks like. It is made from a
// Go type and its tags; the schema and the validator are two readings of it.
type shape struct {
	sort     sort
	fields   []field        // object
	elem     *shape         // array; object whose keys are free, or the words
	most     int            // array: elements, 0 for any number
	words    []string       // string, keys of an object: a closed list
	pattern  *regexp.Regexp // string
	min, max float64        // integer, number
	either   []*shape       // any: one of them
}

// sort is the JSON type of a shape, by its name in JSON Schema.
type sort string

const (
	object  sort = "object"
	array   sort = "array"
	text    sort = "string"
	integer sort = "integer"
	number  sort = "number"
	boolean sort = "boolean"
	oneOf   sort = "" // one of several
)

type field struct {
	name     string
	shape    *shape
	required bool
}

// shapes are the shapes of the records by event type.
var shapes = sync.OnceValue(func() map[string]*shape {
	all := map[string]*shape{}
	for _, r := range Records {
		all[r.EventType()] = shapeOf(r)
	}
	return all
})

// shapeOf returns the shape of a record's line.
func shapeOf(r telltale.Record) *shape {
	s := structShape(reflect.TypeOf(r).Elem(), r.EventType())
	head := []field{
		{"schema", &shape{sort: integer, min: telltale.Schema, max: telltale.Schema}, true},
		{"event_type", &shape{sort: text, words: []string{r.EventType()}}, true},
	}
	s.fields = append(head, s.fields...)
	return s
}

// typeShape returns the shape of values of type t that stand at path.
func typeShape(t reflect.Type, path string) *shape {
	if s := vocabularyShape(t); s != nil {
		return s
	}
	switch t.Kind() {
	case reflect.Pointer:
		return typeShape(t.Elem(), path)
	case reflect.Struct:
		return structShape(t, path)
	case reflect.Slice:
		return &shape{sort: array, elem: typeShape(t.Elem(), path)}
	case reflect.Map:
		return &shape{sort: object, elem: typeShape(t.Elem(), path), words: typeShape(t.Key(), "").words}
	case reflect.String:
		return &shape{sort: text, words: words[path], pattern: patterns()[path]}
	case reflect.Bool:
		return &shape{sort: boolean}
	case reflect.Float64:
		return numberShape(path)
	}
	return &shape{sort: integer, max: largest(t)}
}

// largest returns the largest number of the integer type t, or the largest
// that every reader of JSON holds exactly.
func largest(t reflect.Type) float64 {
	if t.Bits() < 53 {
		return math.Exp2(float64(t.Bits())) - 1
	}
	return 1<<53 - 1
}

func numberShape(path string) *shape {
	if strings.HasSuffix(path, ".confidence") {
		return &shape{sort: number, max: 1}
	}
	return &shape{sort: number, min: -math.MaxFloat64, max: math.MaxFloat64}
}

// vocabularyShape returns the shape of the types of package telltale that
// JSON has no word for, and of net/netip's; nil for other types.
func vocabularyShape(t reflect.Type) *shape {
	if list, ok := vocabulary[t]; ok {
		return &shape{sort: text, words: list}
	}
	switch t {
	case reflect.TypeFor[telltale.Time]():
		return &shape{sort: text, pattern: timestamp()}
	case reflect.TypeFor[telltale.Value](), reflect.TypeFor[telltale.Text](), reflect.TypeFor[netip.Addr]():
		return &shape{sort: text}
	case reflect.TypeFor[telltale.Packets]():
		n := &shape{sort: integer, max: largest(reflect.TypeFor[int64]())}
		return &shape{either: []*shape{
			{sort: array, elem: n, most: telltale.MaxPackets},
			{sort: object, fields: []field{{"first", n, true}, {"last", n, true}, {"count", n, true}}},
		}}
	}
	return nil
}

func structShape(t reflect.Type, path string) *shape {
	s := &shape{sort: object}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		s.fields = append(s.fields, field{name, typeShape(f.Type, path+"."+name), options != "omitempty"})
	}
	return s
}

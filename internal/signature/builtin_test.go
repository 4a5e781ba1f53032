package signature

import (
	"flag"
	"fmt"
	"go/format"
	"os"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite builtin.go")

// The built-in entries are those of signatures.yaml, as the program holds them:
// reading YAML takes an eighth of what an audit of a small capture does.
func TestBuiltInIsOfYAML(t *testing.T) {
	list, err := Parse("signatures.yaml", []byte(builtIn))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("// Code generated from signatures.yaml by make generate. DO NOT EDIT.\n\npackage signature\n\n" +
		"// standard are the built-in signatures, without their examples.\nvar standard = []*Signature{\n")
	for _, s := range list {
		s.Finds, s.Ignores = nil, nil
		b.WriteString(source(reflect.ValueOf(*s)) + ",\n")
	}
	b.WriteString("}\n")
	want, err := format.Source([]byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("builtin.go", want, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("builtin.go")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("builtin.go is not of signatures.yaml: run go test ./internal/signature -update")
	}
}

// source returns a value as Go writes it within a literal of its type.
func source(v reflect.Value) string {
	var parts []string
	switch v.Kind() {
	case reflect.Struct:
		for f, field := range v.Fields() {
			if field.IsZero() {
				continue
			}
			if field.Kind() == reflect.Slice {
				parts = append(parts, "\n"+f.Name+": "+strings.ReplaceAll(f.Type.String(), "signature.", "")+source(field))
				continue
			}
			parts = append(parts, "\n"+f.Name+": "+source(field))
		}
		return "{" + strings.Join(parts, ",") + ",\n}"
	case reflect.Slice:
		for i := range v.Len() {
			parts = append(parts, source(v.Index(i)))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprintf("%#v", v.Interface())
}

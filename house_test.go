package telltale_test

import (
	"flag"
	"go/ast"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite golden files")

// The house's sizes, in lines.
const (
	maxFile     = 800
	maxFunction = 80
)

func TestSizes(t *testing.T) {
	for _, f := range sourceFiles(t) {
		if n := f.fset.Position(f.ast.End()).Line; n > maxFile {
			t.Errorf("%s: %d lines, at most %d: split it by noun", f.name, n, maxFile)
		}
		for _, decl := range f.ast.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := f.fset.Position(fn.End()).Line - f.fset.Position(fn.Pos()).Line + 1; n > maxFunction {
				t.Errorf("%s: %s has %d lines, at most %d", f.name, fn.Name.Name, n, maxFunction)
			}
		}
	}
}

// TestPackageNames holds the words of the design: no drawers, and none of the
// names that it gives other words for.
func TestPackageNames(t *testing.T) {
	drawer := regexp.MustCompile(`(^|/)(util|utils|common|helper|helpers|types|models|core|manager|misc)$`)
	for _, f := range sourceFiles(t) {
		if drawer.MatchString(f.pkg) {
			t.Errorf("%s: package %s is named for nothing it knows", f.name, f.pkg)
		}
		if f.test {
			continue
		}
		for _, decl := range f.ast.Decls {
			checkTypeNames(t, f, decl)
		}
	}
}

func checkTypeNames(t *testing.T, f sourceFile, decl ast.Decl) {
	gen, ok := decl.(*ast.GenDecl)
	if !ok {
		return
	}
	for _, spec := range gen.Specs {
		ts, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		for _, word := range []string{"Session", "Secret", "Leak", "Scanner", "Analyzer", "PII", "Util"} {
			if strings.Contains(ts.Name.Name, word) {
				t.Errorf("%s: type %s: the design has another word for %s", f.name, ts.Name.Name, word)
			}
		}
	}
}

// TestModules shows every new module in review: deps.txt names each with its
// version, and an ADR has a line for each direct one.
func TestModules(t *testing.T) {
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	direct, got := requirements(string(mod))
	if *update {
		if err := os.WriteFile("deps.txt", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("deps.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("go.mod requires\n%s\ndeps.txt says\n%s\nIf the change is meant: go test . -update", got, want)
	}
	adr, err := os.ReadFile("docs/adr/002-dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range direct {
		if !strings.Contains(string(adr), name) {
			t.Errorf("docs/adr/002-dependencies.md has no line for %s", name)
		}
	}
}

var requirement = regexp.MustCompile(`(?m)^\s*(?:require )?([a-z0-9.]+\.[a-z]+/\S+) (v\S+)( // indirect)?$`)

// requirements returns the direct modules of a go.mod, and all as text.
func requirements(mod string) (direct []string, all string) {
	var b strings.Builder
	for _, m := range requirement.FindAllStringSubmatch(mod, -1) {
		how := "direct"
		if m[3] != "" {
			how = "indirect"
		} else {
			direct = append(direct, m[1])
		}
		b.WriteString(m[1] + " " + m[2] + " " + how + "\n")
	}
	return direct, b.String()
}

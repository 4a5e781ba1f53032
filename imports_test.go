package telltale_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/telltale-audit/telltale"

// layers lists the packages of the design, lowest first: a package imports
// only packages that stand above it here.
var layers = []string{
	".",
	"internal/ndjson",
	"internal/wire",
	"internal/packet",
	"internal/keylog",
	"internal/decode",
	"internal/numbering",
	"internal/device",
	"internal/capture",
	"internal/detect",
	"internal/flow",
	"internal/dissect",
	"internal/signature",
	"internal/proxylog",
	"internal/destination",
	"internal/eventlog",
	"internal/adb",
	"internal/correlate",
	"internal/fleet",
	"internal/assess",
	"internal/gate",
	"internal/figure",
	"internal/evidence",
	"internal/report",
	"internal/store",
	"internal/firmware",
	"internal/tap",
	"internal/pipeline",
	"internal/audit",
	"internal/web",
	"internal/lab",
	"internal/oracle",
	"cmd/telltale",
}

// forTests are packages that tests of any package may import.
var forTests = []string{"internal/lab", "internal/oracle"}

// strangers know no sibling: they see the vocabulary and nothing of ours.
var strangers = []string{"internal/correlate", "internal/fleet", "internal/assess", "internal/gate", "internal/figure"}

// oracles are modules that only tests may import.
var oracles = []string{"github.com/gopacket/gopacket", "github.com/miekg/dns", "github.com/rogpeppe/go-internal"}

// sourceFile is one parsed Go file. The tests below read files themselves and
// do not ask the go command: so the test cache sees the files, and a new
// import is never answered with an old result.
type sourceFile struct {
	name string // slash-separated path from the root
	pkg  string // its directory
	test bool
	ast  *ast.File
	fset *token.FileSet
}

func sourceFiles(t *testing.T) []sourceFile {
	t.Helper()
	var files []sourceFile
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && name != "." || d.Name() == "testdata" || d.Name() == "tools") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		files = append(files, sourceFile{name, path.Dir(name), strings.HasSuffix(name, "_test.go"), f, fset})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 5 {
		t.Fatalf("found %d Go files: is this the root of the module?", len(files))
	}
	return files
}

func (f sourceFile) imports() []string {
	var out []string
	for _, spec := range f.ast.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		out = append(out, name)
	}
	return out
}

func TestImportsPointDown(t *testing.T) {
	for _, f := range sourceFiles(t) {
		if !slices.Contains(layers, f.pkg) {
			t.Errorf("%s: package %s is not in the design's list", f.name, f.pkg)
			continue
		}
		for _, imp := range f.imports() {
			if why := forbidden(f, imp); why != "" {
				t.Errorf("%s imports %s: %s", f.name, imp, why)
			}
		}
	}
}

// forbidden says why f may not import imp, or nothing.
func forbidden(f sourceFile, imp string) string {
	if !f.test && slices.ContainsFunc(oracles, func(o string) bool { return imp == o || strings.HasPrefix(imp, o+"/") }) {
		return "it is an oracle for tests"
	}
	if imp == module || !strings.HasPrefix(imp, module+"/") {
		return ""
	}
	to := strings.TrimPrefix(imp, module+"/")
	if to == f.pkg || f.test && slices.Contains(forTests, to) {
		return ""
	}
	at := slices.Index(layers, to)
	switch {
	case at < 0:
		return "it is not in the design's list"
	case at > slices.Index(layers, f.pkg):
		return "it stands below in the design's list"
	case slices.Contains(strangers, f.pkg):
		return f.pkg + " knows no sibling"
	}
	return ""
}

// TestForbidden is the positive control: the law above can say no.
func TestForbidden(t *testing.T) {
	cases := []struct {
		pkg, imp string
		test, ok bool
	}{
		{"internal/flow", module + "/internal/packet", false, true},
		{"internal/flow", module, false, true},
		{"internal/packet", module + "/internal/flow", false, false},
		{"internal/packet", module + "/internal/lab", false, false},
		{"internal/packet", module + "/internal/lab", true, true},
		{"internal/packet", module + "/internal/oracle", false, false},
		{"internal/packet", module + "/internal/oracle", true, true},
		{"internal/packet", module + "/internal/util", false, false},
		{"internal/assess", module + "/internal/fleet", false, false},
		{"internal/packet", "github.com/gopacket/gopacket/layers", false, false},
		{"internal/packet", "github.com/gopacket/gopacket/layers", true, true},
		{".", module + "/internal/ndjson", false, false},
	}
	for _, c := range cases {
		why := forbidden(sourceFile{pkg: c.pkg, test: c.test}, c.imp)
		if (why == "") != c.ok {
			t.Errorf("%s imports %s (test %t): %q", c.pkg, c.imp, c.test, why)
		}
	}
}

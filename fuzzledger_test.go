package telltale_test

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/format"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// fuzzLedger is the committed book of fuzzing: a line for each target, which
// 'make fuzz' writes.
const fuzzLedger = "docs/fuzz-ledger.tsv"

// fuzzGate is how long each target is to run clean after its last change.
const fuzzGate = 10 * time.Minute

// A target is one fuzz function.
type target struct {
	pkg, name string // directory and function
	code      string // hash of what it tests, and of itself
}

// An entry is what the ledger knows of a target: what it did since the code
// that it tests changed last, and all that it ever did.
type entry struct {
	target

	cpu, allCPU     time.Duration // of the fuzzing processes
	execs, allExecs int64
	last            string // date of the latest run
	found           int    // inputs that failed, ever
}

// header names the ledger's columns.
const header = "package\ttarget\tcode\tminutes\texecutions\tlast\tall_minutes\tall_executions\tfound\n"

// targets finds the fuzz functions of the module, sorted.
func targets(t *testing.T) (all []target) {
	t.Helper()
	files := sourceFiles(t)
	for _, f := range files {
		for _, decl := range f.ast.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && f.test && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Fuzz") {
				all = append(all, target{f.pkg, fn.Name.Name, hashOf(t, files, f, fn)})
			}
		}
	}
	slices.SortFunc(all, target.compare)
	return all
}

func (t target) compare(u target) int {
	return cmp.Or(cmp.Compare(t.pkg, u.pkg), cmp.Compare(t.name, u.name))
}

// hashOf hashes the code of a package without its tests and comments, the data
// beside it, and the fuzz function: what it was run with. A reworded comment
// costs no minutes.
func hashOf(t *testing.T, files []sourceFile, of sourceFile, fn *ast.FuncDecl) string {
	t.Helper()
	h := sha256.New()
	for _, f := range files {
		if f.pkg == of.pkg && !f.test {
			if err := format.Node(h, f.fset, f.ast); err != nil {
				t.Fatal(err)
			}
		}
	}
	data, err := filepath.Glob(filepath.Join(of.pkg, "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range data {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		h.Write(uncommented(b))
	}
	if err := format.Node(h, of.fset, fn); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// uncommented returns a table of data without the lines that begin with a hash.
func uncommented(b []byte) (out []byte) {
	for line := range bytes.Lines(b) {
		if line[0] != '#' {
			out = append(out, line...)
		}
	}
	return out
}

// A ledger has an entry for each target that ever ran.
type ledger map[string]*entry

func (t target) key() string { return t.pkg + " " + t.name }

// of returns the entry of a target as it now is: where its code has changed,
// what was done since begins again.
func (l ledger) of(t target) *entry {
	e := l[t.key()]
	if e == nil {
		e = &entry{target: t}
		l[t.key()] = e
	}
	if e.code != t.code {
		e.code, e.cpu, e.execs = t.code, 0, 0
	}
	return e
}

func readLedger(t *testing.T, name string) ledger {
	t.Helper()
	b, err := os.ReadFile(name)
	if os.IsNotExist(err) {
		return ledger{}
	}
	if err != nil {
		t.Fatal(err)
	}
	l, err := parseLedger(string(b))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return l
}

func parseLedger(text string) (ledger, error) {
	rows, ok := strings.CutPrefix(text, header)
	if !ok {
		return nil, fmt.Errorf("the first line is not %q", header)
	}
	l := ledger{}
	for row := range strings.Lines(rows) {
		e, err := parseEntry(strings.Split(strings.TrimSuffix(row, "\n"), "\t"))
		if err != nil {
			return nil, fmt.Errorf("%q: %w", row, err)
		}
		l[e.key()] = e
	}
	return l, nil
}

func parseEntry(f []string) (*entry, error) {
	if len(f) != strings.Count(header, "\t")+1 {
		return nil, fmt.Errorf("%d fields", len(f))
	}
	e := &entry{target: target{f[0], f[1], f[2]}, last: f[5]}
	var errs [5]error
	e.cpu, errs[0] = parseMinutes(f[3])
	e.execs, errs[1] = strconv.ParseInt(f[4], 10, 64)
	e.allCPU, errs[2] = parseMinutes(f[6])
	e.allExecs, errs[3] = strconv.ParseInt(f[7], 10, 64)
	e.found, errs[4] = strconv.Atoi(f[8])
	return e, cmp.Or(errs[:]...)
}

func parseMinutes(s string) (time.Duration, error) { return time.ParseDuration(s + "m") }

// String is the ledger as text, sorted.
func (l ledger) String() string {
	var b bytes.Buffer
	b.WriteString(header)
	for _, e := range slices.SortedFunc(maps.Values(l), func(a, b *entry) int { return a.compare(b.target) }) {
		fmt.Fprintf(&b, "%s\t%s\t%s\t%.2f\t%d\t%s\t%.2f\t%d\t%d\n",
			e.pkg, e.name, e.code, e.cpu.Minutes(), e.execs, e.last, e.allCPU.Minutes(), e.allExecs, e.found)
	}
	return b.String()
}

// TestFuzzLedger prints which targets have not run long enough since their
// code changed. It fails only for a ledger that cannot be read: minutes are
// made by 'make fuzz', not by who changes the code.
func TestFuzzLedger(t *testing.T) {
	l := readLedger(t, fuzzLedger)
	all := targets(t)
	if len(all) < 15 {
		t.Fatalf("found %d targets", len(all))
	}
	for _, one := range all {
		if e := l.of(one); e.cpu < fuzzGate {
			t.Logf("%s %s: %.1f minutes since its last change, %s wanted", one.pkg, one.name, e.cpu.Minutes(), fuzzGate)
		}
	}
	for key := range l {
		if !slices.ContainsFunc(all, func(one target) bool { return one.key() == key }) {
			t.Logf("%s: no such target any more", key)
		}
	}
}

// TestLedgerText holds that what is written is read again, and that a change
// of code takes the minutes since the last change and no others.
func TestLedgerText(t *testing.T) {
	one := target{"internal/wire", "FuzzCursor", "0123456789ab"}
	l := ledger{}
	*l.of(one) = entry{one, 90 * time.Second, 2 * time.Minute, 10, 20, "2026-11-25", 1}
	again, err := parseLedger(l.String())
	if err != nil || again.String() != l.String() || *again.of(one) != *l.of(one) {
		t.Fatalf("%v\n%s\nbecame\n%s", err, l, again)
	}
	one.code = "ba9876543210"
	if e := again.of(one); e.cpu != 0 || e.execs != 0 || e.allCPU != 2*time.Minute || e.allExecs != 20 || e.found != 1 {
		t.Errorf("after a change: %+v", e)
	}
	for _, bad := range []string{"", header + "x\n", strings.Replace(l.String(), "1.50", "much", 1), strings.Replace(l.String(), "\t10\t", "\t1e9\t", 1)} {
		if _, err := parseLedger(bad); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}

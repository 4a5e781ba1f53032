package telltale_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// 'make mutate' breaks the engine in a copy, one line at a time, and looks
// whether a test turns red.
var (
	mutate     = flag.Bool("mutate", false, "apply the mutations, one by one, and run the tests that judge them")
	mutateOnly = flag.String("mutate-only", "", "only the mutations whose names match")
)

const (
	mutationsFile  = "testdata/mutations.txt"
	leastMutations = 20
	mostSurvivors  = 2
	mutantTimeout  = 3 * time.Minute // a loop without end is red too
)

// A mutation is one line of the engine, broken as people break it.
type mutation struct {
	name, why string
	file      string
	old, new  string   // the line, without the space around it
	tests     []string // packages that are to judge it, the quickest first
}

// mutations reads the file. Each has a name, why it would matter, the file, the
// line as it is, the line as it becomes, and the packages that judge it.
func mutations(t *testing.T) (all []mutation) {
	t.Helper()
	b, err := os.ReadFile(mutationsFile)
	if err != nil {
		t.Fatal(err)
	}
	for i, block := range strings.Split(strings.TrimSpace(string(b)), "\n\n") {
		m, err := parseMutation(block)
		if err != nil {
			t.Fatalf("%s, number %d: %v", mutationsFile, i+1, err)
		}
		all = append(all, m)
	}
	return all
}

func parseMutation(block string) (m mutation, err error) {
	fields := map[string]*string{"name: ": &m.name, "why: ": &m.why, "file: ": &m.file, "- ": &m.old, "+ ": &m.new}
	for line := range strings.SplitSeq(block, "\n") {
		if list, ok := strings.CutPrefix(line, "test: "); ok {
			m.tests = strings.Fields(list)
			continue
		}
		known := false
		for prefix, to := range fields {
			if text, ok := strings.CutPrefix(line, prefix); ok {
				*to, known = strings.TrimSpace(text), true
			}
		}
		if !known {
			return m, fmt.Errorf("%q is not understood", line)
		}
	}
	if m.name == "" || m.why == "" || m.file == "" || m.old == "" || len(m.tests) == 0 {
		return m, errors.New("something is missing")
	}
	return m, nil
}

// apply returns the file with the one line changed.
func (m mutation) apply(text string) (string, error) {
	var out strings.Builder
	n := 0
	for line := range strings.Lines(text) {
		if code := strings.TrimSpace(line); code == m.old {
			n++
			line = strings.Replace(line, code, m.new, 1)
		}
		out.WriteString(line)
	}
	if n != 1 || m.old == m.new {
		return "", fmt.Errorf("%s: the line %q stands %d times in %s, once is wanted", m.name, m.old, n, m.file)
	}
	return out.String(), nil
}

// TestMutations holds the list in step with the code: every line to be broken
// still stands where the list says.
func TestMutations(t *testing.T) {
	all := mutations(t)
	if len(all) < leastMutations {
		t.Errorf("%d mutations, at least %d", len(all), leastMutations)
	}
	for _, m := range all {
		b, err := os.ReadFile(m.file)
		if err == nil {
			_, err = m.apply(string(b))
		}
		if err != nil {
			t.Errorf("%v: mend %s", err, mutationsFile)
		}
	}
}

// TestMutate breaks one line after the other in a copy of the module and runs
// the tests that are to notice.
func TestMutate(t *testing.T) {
	if !*mutate {
		t.Skip("no mutations: 'make mutate' makes them")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, moduleFiles{os.DirFS(".")}); err != nil {
		t.Fatal(err)
	}
	var survivors []string
	for _, m := range mutations(t) {
		if !regexp.MustCompile(*mutateOnly).MatchString(m.name) {
			continue
		}
		start := time.Now()
		by := m.judge(t, dir)
		t.Logf("%-34s %-28s %-28s %5.1f s", m.name, m.file, by, time.Since(start).Seconds())
		if by == "SURVIVES" {
			survivors = append(survivors, m.name)
		}
	}
	if len(survivors) > mostSurvivors {
		t.Errorf("%d mutations turn no test red: %s", len(survivors), strings.Join(survivors, ", "))
	}
}

// judge applies a mutation to the copy, says which package's tests turned red,
// and takes it back.
func (m mutation) judge(t *testing.T, dir string) (by string) {
	name := filepath.Join(dir, m.file)
	sound, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	broken, err := m.apply(string(sound))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(broken), 0o644); err != nil {
		t.Fatal(err)
	}
	defer os.WriteFile(name, sound, 0o644)
	if out, err := inModule(t, dir, "build", "./"+filepath.Dir(m.file)); err != nil {
		t.Errorf("%s does not compile, which proves nothing:\n%s", m.name, out)
		return "does not compile"
	}
	for _, pkg := range m.tests {
		out, err := inModule(t, dir, "test", "-count=1", "-failfast", "-timeout="+mutantTimeout.String(), "./"+pkg)
		switch {
		case err == nil:
		case bytes.Contains(out, []byte("[build failed]")), bytes.Contains(out, []byte("[setup failed]")):
			t.Errorf("%s: the tests of %s do not compile, which proves nothing:\n%s", m.name, pkg, out)
		default:
			return pkg
		}
	}
	return "SURVIVES"
}

// moduleFiles is a folder with what the go command needs of a module: no
// history, and no folder that programs leave behind.
type moduleFiles struct{ fs.FS }

// ReadDir implements [fs.ReadDirFS].
func (m moduleFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(m.FS, name)
	kept := entries[:0]
	for _, e := range entries {
		hidden := strings.HasPrefix(e.Name(), ".") || e.Name() == "dist" || strings.HasSuffix(e.Name(), ".test")
		if !hidden && (e.IsDir() || e.Type().IsRegular()) {
			kept = append(kept, e)
		}
	}
	return kept, err
}

// inModule runs the go command in the copy.
func inModule(t *testing.T, dir string, args ...string) ([]byte, error) {
	ctx, stop := context.WithTimeout(t.Context(), mutantTimeout+time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	return cmd.CombinedOutput()
}

// TestApply holds that a mutation changes its line and no other, and that one
// whose line is gone, or stands twice, is an error.
func TestApply(t *testing.T) {
	m, err := parseMutation("name: n\nwhy: w\nfile: f\n- a++\n+ a--\ntest: internal/flow internal/pipeline")
	if err != nil || !slices.Equal(m.tests, []string{"internal/flow", "internal/pipeline"}) {
		t.Fatal(m, err)
	}
	if got, err := m.apply("\ta++ // not this\n\ta++\n"); err != nil || got != "\ta++ // not this\n\ta--\n" {
		t.Errorf("%q, %v", got, err)
	}
	for _, text := range []string{"", "b++\n", "a++\n\ta++\n"} {
		if _, err := m.apply(text); err == nil {
			t.Errorf("applied to %q", text)
		}
	}
	for _, block := range []string{"name: n", "name: n\nwhy: w\nfile: f\n- a\n+ b", "what"} {
		if _, err := parseMutation(block); err == nil {
			t.Errorf("%q is read", block)
		}
	}
}

package telltale_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// 'make fuzz' runs the targets and writes the ledger.
var (
	fuzzTime = flag.Duration("fuzz-time", 0, "CPU time that TestFuzz gives each target")
	fuzzOnly = flag.String("fuzz-only", "", "only the targets whose package and name match")
)

// fuzzSlice is how long a target runs before another one has its turn.
const fuzzSlice = 30 * time.Second

// TestFuzz gives every target its time, in slices, always to the one that has
// run least since its last change. The ledger is written after each slice, so
// a run may be stopped at any time.
func TestFuzz(t *testing.T) {
	if *fuzzTime == 0 {
		t.Skip("no fuzzing: 'make fuzz' does it")
	}
	l := readLedger(t, fuzzLedger)
	f := fuzzer{dir: t.TempDir(), left: map[*entry]time.Duration{}}
	for _, one := range targets(t) {
		if regexp.MustCompile(*fuzzOnly).MatchString(one.key()) {
			f.left[l.of(one)] = *fuzzTime
		}
	}
	for e := f.next(); e != nil; e = f.next() {
		f.slice(t, e)
		if err := os.WriteFile(fuzzLedger, []byte(l.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// A fuzzer runs targets in turn.
type fuzzer struct {
	dir  string // the compiled tests
	left map[*entry]time.Duration
}

// next returns the target that has run least of those with time left.
func (f *fuzzer) next() (least *entry) {
	for e := range f.left {
		if least == nil || e.cpu < least.cpu || e.cpu == least.cpu && e.compare(least.target) < 0 {
			least = e
		}
	}
	return least
}

// slice runs a target once. One that fails has no time left.
func (f *fuzzer) slice(t *testing.T, e *entry) {
	cmd := exec.Command(f.binary(t, e.pkg), "-test.run=^$", "-test.fuzz=^"+e.name+"$", "-test.parallel=1",
		"-test.fuzzminimizetime=200x", "-test.fuzztime="+min(fuzzSlice, f.left[e]).String(), "-test.fuzzcachedir="+fuzzCache(t, e.pkg))
	cmd.Dir = e.pkg
	out, err := cmd.CombinedOutput()
	cpu, execs := cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime(), executions(string(out))
	e.cpu, e.allCPU = e.cpu+cpu, e.allCPU+cpu
	e.execs, e.allExecs = e.execs+execs, e.allExecs+execs
	e.last = time.Now().UTC().Format(time.DateOnly)
	t.Logf("%s %s: %d executions in %.1f s, %.1f minutes since its last change", e.pkg, e.name, execs, cpu.Seconds(), e.cpu.Minutes())
	if f.left[e] -= cpu; f.left[e] < time.Second {
		delete(f.left, e)
	}
	input := rerun.FindStringSubmatch(string(out))
	switch {
	case err == nil, input != nil && !f.confirmed(t, e, input[1], input[2]), input == nil && ranOut.Match(out):
		return
	case input != nil: // it begins anew when what it found is mended
		e.found++
		e.cpu, e.execs = 0, 0
	}
	t.Errorf("%s %s: %v\n%s", e.pkg, e.name, err, out)
	delete(f.left, e)
}

var (
	rerun = regexp.MustCompile(`go test -run=(Fuzz\w+)/(\w+)`)
	// ranOut is what Go's fuzzer says, now and then, of a run whose time ended amid an input.
	ranOut = regexp.MustCompile(`(?m)^--- FAIL: Fuzz\w+ \([0-9.]+s\)\n +context deadline exceeded$`)
)

// confirmed runs the input that a fuzzer gave up on once more. The fuzzer ends
// a target that did not come back within ten seconds of the clock, which on a
// busy machine says nothing: such an input is forgotten.
func (f *fuzzer) confirmed(t *testing.T, e *entry, name, input string) bool {
	cmd := exec.Command(f.binary(t, e.pkg), "-test.run=^"+name+"$/^"+input+"$")
	cmd.Dir = e.pkg
	if cmd.Run() != nil {
		return true
	}
	t.Logf("%s %s: gave up on an input in which there is nothing", e.pkg, e.name)
	_ = os.Remove(filepath.Join(e.pkg, "testdata", "fuzz", name, input))
	return false
}

// binary compiles a package's tests for fuzzing, once.
func (f *fuzzer) binary(t *testing.T, pkg string) string {
	t.Helper()
	name := filepath.Join(f.dir, strings.ReplaceAll(pkg, "/", "-")+".test")
	if _, err := os.Stat(name); err == nil {
		return name
	}
	if out, err := exec.Command("go", "test", "-c", "-fuzz=.", "-o", name, "./"+pkg).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return name
}

// fuzzCache is where the go command keeps a package's interesting inputs.
func fuzzCache(t *testing.T, pkg string) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "fuzz", module, pkg)
}

var execsTold = regexp.MustCompile(`execs: ([0-9]+) \(`)

// executions reads how many inputs were tried out of what a run printed last.
func executions(out string) int64 {
	all := execsTold.FindAllStringSubmatch(out, -1)
	if len(all) == 0 {
		return 0
	}
	n, _ := strconv.ParseInt(all[len(all)-1][1], 10, 64)
	return n
}

// TestTargets holds that the search for targets finds what the go command
// finds, by one example of each kind of package, and that its hash follows
// the code.
func TestTargets(t *testing.T) {
	all := targets(t)
	for _, want := range []string{". FuzzText", "internal/packet FuzzDecode", "internal/flow FuzzTable"} {
		i := slices.IndexFunc(all, func(one target) bool { return one.key() == want })
		if i < 0 || len(all[i].code) != 12 {
			t.Errorf("no %s in %v", want, all)
		}
	}
	if n := executions("fuzz: elapsed: 3s, execs: 12 (4/sec)\nfuzz: elapsed: 6s, execs: 345 (4/sec), new"); n != 345 {
		t.Errorf("%d executions", n)
	}
}

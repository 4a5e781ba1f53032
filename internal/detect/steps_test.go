package detect

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale/internal/lab"
)

// stepsOf says to a copy of this test which text to search: its number and size.
const stepsOf = "TELLTALE_STEPS_OF"

// TestSteps searches hostile texts of a size and of its eighth, and holds that
// what is eight times as much takes eight times the steps. A step is a statement
// of this package or of decode: the copy of this test that counts them is built
// to count how often each block of statements runs, so that nothing counts in the
// program itself, and no clock is asked. Calls of the library are one step each.
func TestSteps(t *testing.T) {
	const (
		eighth  = 32 << 10
		slack   = 1.2
		handful = 200 // for each byte: what is less is no matter
	)
	copied := filepath.Join(t.TempDir(), "detect.test")
	build := exec.Command("go", "test", "-c", "-o", copied, "-covermode=count", "-coverpkg=.,../decode", ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	nothing := countSteps(t, copied, 0, 0)
	worst := 0.0
	for i, h := range lab.HostileTexts {
		few, much := countSteps(t, copied, i, eighth)-nothing, countSteps(t, copied, i, 8*eighth)-nothing
		grown := float64(much) / float64(few)
		worst = max(worst, float64(much)/(8*eighth))
		t.Logf("%s: %.1f steps a byte, %.1f times as many as for an eighth", h.Name, float64(much)/(8*eighth), grown)
		if grown > 8*slack {
			t.Errorf("%s: %d steps, and %d for an eighth: %.1f times as many", h.Name, much, few, grown)
		}
		if much > handful*8*eighth {
			t.Errorf("%s: %d steps", h.Name, much)
		}
	}
	t.Logf("%d texts, at most %.0f steps a byte", len(lab.HostileTexts), worst)
}

// TestStepsOf is what the copy runs.
func TestStepsOf(t *testing.T) {
	number, size, ok := strings.Cut(os.Getenv(stepsOf), "/")
	if !ok {
		t.Skip("only TestSteps asks for it")
	}
	i, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(size)
	if err != nil {
		t.Fatal(err)
	}
	s := New(deviceSeeds()).NewSearch()
	s.Begin()
	if n > 0 {
		s.Scan(Field{Name: "http.body", Data: lab.HostileTexts[i].Of(n)})
	}
	s.End()
}

// countSteps has the copy search a text and returns the sum of what it counted.
func countSteps(t *testing.T, copied string, text, size int) (steps int64) {
	t.Helper()
	profile := filepath.Join(t.TempDir(), "steps")
	cmd := exec.Command(copied, "-test.run=^TestStepsOf$", "-test.coverprofile="+profile)
	cmd.Env = append(os.Environ(), stepsOf+"="+strconv.Itoa(text)+"/"+strconv.Itoa(size))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b, err := os.ReadFile(profile)
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		if f := strings.Fields(lines.Text()); len(f) == 3 { // place, statements, how often
			statements, _ := strconv.ParseInt(f[1], 10, 64)
			times, _ := strconv.ParseInt(f[2], 10, 64)
			steps += statements * times
		}
	}
	if steps == 0 {
		t.Fatalf("nothing was counted in %d bytes", len(b))
	}
	return steps
}

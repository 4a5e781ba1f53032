package report

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/telltale-audit/telltale"
)

var update = flag.Bool("update", false, "rewrite golden files")

var cases = []struct {
	name  string
	audit func() *Audit
}{
	{"incident", incident},
	{"simulated", simulated},
	{"unknown-device", unknownDevice},
	{"nothing-seen", nothingSeen},
	{"only-perhaps", onlyPerhaps},
	{"inconclusive", inconclusive},
	{"empty", empty},
	{"many-destinations", manyDestinations},
	{"hostile", hostile},
}

var styles = []struct {
	name  string
	style Style
}{
	{"100", Style{Width: 100}},
	{"100-colour", Style{Width: 100, Color: true}},
	{"80", Style{Width: 80}},
	{"80-ascii", Style{Width: 80, ASCII: true}},
	{"60", Style{Width: 60}},
}

func render(t *testing.T, a *Audit, s Style) string {
	t.Helper()
	var b bytes.Buffer
	if err := Terminal(&b, a, telltale.NewMasker(false), s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (make generate, then read the diff); got:\n%s", name, got)
	}
}

func TestGolden(t *testing.T) {
	for _, c := range cases {
		for _, s := range styles {
			t.Run(c.name+"/"+s.name, func(t *testing.T) {
				golden(t, filepath.Join("testdata", c.name+"."+s.name+".txt"), render(t, c.audit(), s.style))
			})
		}
	}
}

var ourCodes = regexp.MustCompile("\x1b\\[(?:0|1|2|1;35|7;35)m")

func withoutCodes(text string) string { return ourCodes.ReplaceAllString(text, "") }

// TestEveryStyle holds what must be true of every audit on every screen.
func TestEveryStyle(t *testing.T) {
	for _, c := range cases {
		for width := 40; width <= 120; width += 4 {
			for _, color := range []bool{false, true} {
				for _, asciiOnly := range []bool{false, true} {
					s := Style{Width: width, Color: color, ASCII: asciiOnly}
					t.Run(fmt.Sprintf("%s/%d/%t/%t", c.name, width, color, asciiOnly), func(t *testing.T) {
						checkText(t, render(t, c.audit(), s), s)
					})
				}
			}
		}
	}
}

// checkText holds a whole report to its order.
func checkText(t *testing.T, text string, s Style) {
	t.Helper()
	lines := checkLines(t, text, s)
	verdict := regexp.MustCompile(`^  (\S+ \S+ sent|\d+ devices sent|No identifier|This capture does not)`)
	at := indexOf(lines, verdict)
	if at < 0 || at >= 4 {
		t.Errorf("the verdict stands in line %d", at+1)
	}
	top := strings.Join(strings.Fields(strings.Join(lines[:4], " ")), " ")
	if strings.Contains(lines[at], " sent ") && s.Width >= narrow && !strings.Contains(top, "Anyone on") {
		t.Errorf("who could read it is not in the first four lines:\n%s", top)
	}
	if i := indexOf(lines, regexp.MustCompile(`not visible from here`)); i < len(lines)-10 {
		t.Errorf("the limits stand in line %d of %d", i+1, len(lines))
	}
}

// checkLines holds every line to the screen.
func checkLines(t *testing.T, text string, s Style) []string {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(withoutCodes(text), "\n"), "\n")
	for i, l := range lines {
		if n := cells(l); n > s.Width {
			t.Errorf("line %d has %d cells, the screen %d: %q", i+1, n, s.Width, l)
		}
		if strings.HasSuffix(l, " ") {
			t.Errorf("line %d ends in a space: %q", i+1, l)
		}
		for _, r := range l {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
				t.Fatalf("line %d has %U: %q", i+1, r, l)
			}
			if s.ASCII && r > 0x7e {
				t.Fatalf("line %d has %q in ASCII", i+1, r)
			}
		}
	}
	return lines
}

func indexOf(lines []string, re *regexp.Regexp) int {
	for i, l := range lines {
		if re.MatchString(l) {
			return i
		}
	}
	return -1
}

// TestColourAddsNothing holds that a pipe gets the same text as a screen.
func TestColourAddsNothing(t *testing.T) {
	for _, c := range cases {
		with := render(t, c.audit(), Style{Width: 100, Color: true})
		without := render(t, c.audit(), Style{Width: 100})
		if withoutCodes(with) != without {
			t.Errorf("%s: colour changes the text", c.name)
		}
		if with == without {
			t.Errorf("%s: no colour at all", c.name)
		}
	}
}

// TestSignal holds the one colour to its one meaning: magenta stands only
// where anyone on the path could read.
func TestSignal(t *testing.T) {
	a := incident()
	a.Sends[0].Protection, a.Sends[0].ReadableBy = telltale.Sealed, telltale.DestinationOnly
	a.Contacts = a.Contacts[2:]
	if text := render(t, a, Style{Width: 100, Color: true}); strings.Contains(text, "35m") {
		t.Errorf("sealed sends in the signal's colour:\n%s", text)
	}
	if text := render(t, incident(), Style{Width: 100, Color: true}); !strings.Contains(text, "\x1b[1;35mAnyone on the way could read it.") {
		t.Errorf("open sends without the signal:\n%s", text)
	}
}

// TestMasked plants the identifiers of the incident and looks for any of
// their digits that may not be shown.
func TestMasked(t *testing.T) {
	for _, c := range cases {
		text := render(t, c.audit(), Style{Width: 100})
		for _, raw := range []string{"89999001234567890125", "001012704839210", "001012704839392", "A0000049D1C3E7", "10:7a:c4", "001010123456789"} {
			if strings.Contains(text, raw) || strings.Contains(text, raw[len(raw)-7:]) {
				t.Errorf("%s shows %s:\n%s", c.name, raw, text)
			}
		}
	}
	var b bytes.Buffer
	if err := Terminal(&b, incident(), telltale.NewMasker(true), Style{Width: 100}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "89999001234567890125") || !strings.Contains(b.String(), "UNREDACTED") {
		t.Errorf("a revealed report shows no values, or does not say so:\n%s", b.String())
	}
}

// TestWords holds the words that no report uses.
func TestWords(t *testing.T) {
	never := regexp.MustCompile(`(?i)\b(leak|spy|steal|track|violat|illegal|suspicious|session|PII|secret)|\b(safe|clean)\b|!`)
	for _, c := range cases {
		if c.name == "hostile" {
			continue
		}
		if m := never.FindString(render(t, c.audit(), Style{Width: 100})); m != "" {
			t.Errorf("%s says %q", c.name, m)
		}
	}
	for _, k := range telltale.Kinds {
		e, ok := Explain(k)
		if !ok {
			t.Errorf("no explanation of %s", k)
			continue
		}
		for _, text := range []string{e.Name, e.What, e.Who, e.Change, e.Find} {
			if m := never.FindString(text); m != "" {
				t.Errorf("the explanation of %s says %q", k, m)
			}
		}
	}
}

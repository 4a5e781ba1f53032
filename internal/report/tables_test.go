package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// hostileTexts are what a far end, a Wi-Fi network or a phone may be called to be
// taken for a formula, or for markup.
var hostileTexts = []string{
	`=cmd|' /C calc'!A0`, "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", " =1", `"=1"`, "'=1", "%0A=1", "|=1", "\ufeff=1", "\u200b=1", "＝1", "－1", "x\r\n=1,2",
	"a,b\"c", "a | b", "| a |\n|---|", "`code`", "``` fence", "<script>alert(1)</script>", "![x](http://evil.example/x.png)", "[x](javascript:alert(1))",
	"# heading", "> quote", "- item", "1. item", "1) item", "***", "---", "===", "a\n\n# b", "&lt;b&gt;", "\\`a\\`", "a\\", "www.evil.example", "me@evil.example", "$x$",
	"~~x~~", "__x__", "\x1b[31mred", "\u202egnp.exe", "</td>", "+\t", "::x", ":a:",
}

// hostileTables is an audit in which every name is one of hostileTexts.
func hostileTables() *Audit {
	a := incident()
	a.Devices[0].Label = `=HYPERLINK("http://evil.example","` + "`my` | phone" + `")`
	a.Sends, a.Contacts, a.Identifiers, a.Destinations = nil, nil, nil, nil
	for i, text := range hostileTexts {
		id := identifier(i, telltale.SSID, text, telltale.Confirmed)
		a.Identifiers = append(a.Identifiers, id)
		s := incidentSend()
		s.Destination, s.Identifiers, s.Kinds = telltale.NewText(text), []string{id.ID}, []telltale.Kind{telltale.SSID}
		s.Forms, s.App = []string{"plain"}, telltale.NewText(text)
		s.Exhibit = incidentExhibit()
		a.Sends = append(a.Sends, s)
	}
	a.Coverage.BlindSpots = hostileTexts
	return a
}

func goldenTable(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; 'go test ./internal/report -update' rewrites it after a look", file)
	}
}

// formula is how a cell begins that a spreadsheet may compute, whatever stands
// before it that it does not see.
var formula = regexp.MustCompile(`^[\s"\p{Cf}\p{Z}]*[-=+@|%＝＋－＠\t\r]`)

// TestCSV keeps the table of the incident and that of hostile names, masked and
// not, and holds every cell of it to be no formula.
func TestCSV(t *testing.T) {
	for name, a := range map[string]*Audit{"incident": incident(), "hostile": hostileTables()} {
		for _, reveal := range []bool{false, true} {
			var b bytes.Buffer
			if err := CSV(&b, a, telltale.NewMasker(reveal)); err != nil {
				t.Fatal(err)
			}
			rows, err := csv.NewReader(bytes.NewReader(b.Bytes())).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			if len(rows) < 2 || strings.Join(rows[0], " ") != strings.Join(csvHead, " ") {
				t.Fatalf("%s: %d rows, head %q", name, len(rows), rows[0])
			}
			for _, row := range rows[1:] {
				for i, cell := range row {
					if formula.MatchString(cell) {
						t.Errorf("%s, %s: %q may be computed", name, csvHead[i], cell)
					}
				}
			}
			if len(rows)-1 < len(a.Identifiers) {
				t.Errorf("%s: %d rows for %d identifiers", name, len(rows)-1, len(a.Identifiers))
			}
			goldenTable(t, fmt.Sprintf("table-%s%s.csv", name, map[bool]string{true: "-revealed"}[reveal]), b.String())
		}
	}
	for _, control := range []string{"=1", "\u200b=1", "+", " -1", "\"=1\""} {
		if !formula.MatchString(control) {
			t.Errorf("control: %q is no formula", control)
		}
	}
}

var (
	ourCode  = regexp.MustCompile("`frame.number in \\{[0-9,]+\\}`")
	cellEnd  = regexp.MustCompile(`(^|[^\\])\|`)
	unquoted = regexp.MustCompile("(^|[^\\\\])(`|\\*[^*]|_|\\[|~|!\\[)")
	ourLines = regexp.MustCompile(`^(# |## F-|## What was not seen$|\*\*.*\*\*$|- |\| |\|---\|---\|---\|---\|$)`)
)

// TestMarkdown keeps the text of the incident and that of hostile names, masked
// and not, and holds that nothing in it is markup but ours.
func TestMarkdown(t *testing.T) {
	for name, a := range map[string]*Audit{"incident": incident(), "hostile": hostileTables()} {
		for _, reveal := range []bool{false, true} {
			var b bytes.Buffer
			if err := Markdown(&b, a, telltale.NewMasker(reveal)); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(b.String()) {
				checkMarkdownLine(t, name, strings.TrimRight(line, "\n"))
			}
			goldenTable(t, fmt.Sprintf("text-%s%s.md", name, map[bool]string{true: "-revealed"}[reveal]), b.String())
		}
	}
}

func checkMarkdownLine(t *testing.T, name, line string) {
	t.Helper()
	text := ourCode.ReplaceAllString(line, "")
	switch {
	case strings.HasPrefix(text, "|"):
		if n := len(cellEnd.FindAllString(text, -1)); n != 5 {
			t.Errorf("%s: a row of %d cells: %q", name, n-1, line)
		}
	case listNumber.MatchString(text):
		t.Errorf("%s: a line begins as a numbered item does: %q", name, line)
	case text != "" && !ourLines.MatchString(text) && strings.ContainsRune("#>-+*=|~`\t", rune(text[0])):
		t.Errorf("%s: a line begins as markup does: %q", name, line)
	}
	if strings.HasPrefix(text, "**") {
		text = strings.Trim(text, "*")
	}
	if m := unquoted.FindString(text); m != "" {
		t.Errorf("%s: %q is markup in %q", name, m, line)
	}
	if strings.ContainsAny(text, "<>\x1b\u202e") || strings.Contains(text, "://") || strings.Contains(text, "www.") {
		t.Errorf("%s: %q holds what may act", name, line)
	}
}

// What was left undecoded because the user asked for it is not told as if nobody
// could understand it.
func TestSkippedByWish(t *testing.T) {
	asked, not := Skipped(77, telltale.SkipDecodeDepth, telltale.Options{Plain: true}), Skipped(77, telltale.SkipDecodeDepth, telltale.Options{})
	if !strings.Contains(asked, "77 bytes in compressed contents, left as they are because --plain was asked for") || strings.Contains(not, "--plain") {
		t.Errorf("%q, %q", asked, not)
	}
}

package audit_test

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/report"
)

// told returns what the report says: the verdict, and what was read.
func told(t *testing.T, r *audit.Result) (verdict, whole string) {
	t.Helper()
	var b bytes.Buffer
	if err := report.Terminal(&b, r.Report, r.Masker, report.Style{Width: 100}); err != nil {
		t.Fatal(err)
	}
	parts := strings.SplitN(b.String(), "\n\n", 3)
	if len(parts) < 3 {
		t.Fatalf("no verdict in %q", b.String())
	}
	return parts[1], b.String()
}

// TestSiblings writes down what is said of each sibling, with the device file and
// without.
func TestSiblings(t *testing.T) {
	var table strings.Builder
	for _, client := range lab.Siblings {
		s, err := lab.Incident(lab.Options{Client: client.Name, Seed: 1, Boots: 1, ScreenOns: 4})
		if err != nil {
			t.Fatal(err)
		}
		result, lines, _ := runScenario(t, s, true, 1)
		checkTold(t, s, lines)
		verdict, whole := told(t, result)
		fmt.Fprintf(&table, "%s\n%s\n", client.Name, verdict)
		if len(s.Truth.Sends) == 0 {
			checkOpaque(t, s, lines, whole)
		}
		result, _, _ = runScenario(t, s, false, 1)
		verdict, _ = told(t, result)
		fmt.Fprintf(&table, "  blind:\n%s\n\n", verdict)
	}
	golden(t, "testdata/siblings.txt", []byte(table.String()))
}

// checkTold holds that all that was told is found where it was. What the field is
// called is the dissector's.
func checkTold(t *testing.T, s *lab.Scenario, lines []line) {
	t.Helper()
	checkBooks(t, lines)
	for _, send := range s.Truth.Sends {
		for _, want := range send.Sightings {
			found := false
			for _, l := range ofType(lines, "sighting") {
				found = found || l.FlowID == fmt.Sprint("1-", send.Flow) && l.Kind == want.Kind && l.Value == want.Value && slices.Contains(l.Ranges, want.Range)
			}
			if !found {
				t.Errorf("%s: flow %d: %s in %s was not found", s.Truth.Client, send.Flow, want.Kind, want.Field)
			}
		}
	}
}

// checkOpaque holds that of a sealed far end no more is told than that it was
// talked to.
func checkOpaque(t *testing.T, s *lab.Scenario, lines []line, whole string) {
	t.Helper()
	if n := len(ofType(lines, "sighting")) + len(ofType(lines, "transmission")); n != 0 {
		t.Errorf("%s: %d sightings in what is sealed", s.Truth.Client, n)
	}
	sealed := regexp.MustCompile(`(?m)^  (bigdata\.adups\.com|open\.oneplus\.net|sa\.api\.intl\.miui\.com|telemetry\.example|supl\.google\.com) .*○ sealed$`)
	if strings.Contains(whole, "sent its") || !strings.Contains(whole, "No identifier was seen") || !sealed.MatchString(whole) {
		t.Errorf("%s: the report says more or less than it can:\n%s", s.Truth.Client, whole)
	}
}

// TestFixed writes down what is said of the phone after its update: what was
// seen, what share could not be, and what was exercised.
func TestFixed(t *testing.T) {
	s, err := lab.Incident(lab.Options{Client: "fixed", Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for name, with := range map[string]bool{"device": true, "blind": false} {
		result, _, _ := runScenario(t, s, with, 1)
		_, whole := told(t, result)
		whole, _, _ = strings.Cut(whole, "\nNext\n") // what follows names the file
		golden(t, "testdata/fixed-"+name+".txt", []byte(whole))
	}
}

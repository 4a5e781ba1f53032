package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/lab"
)

// recall counts what the phones of a capture told, and how much of it an
// audit found: the right value of the right kind, in the form it was written.
func (b *bench) recall(t *testing.T, dir string, truth *lab.BulkTruth) (told, found int64) {
	t.Helper()
	records := filepath.Join(dir, "revealed.ndjson")
	args := append([]string{"audit", filepath.Join(dir, "capture.pcapng"), "--reveal", "--json", records}, withDevices(t, dir)...)
	if out, err := exec.Command(b.telltale, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	sightings := countSightings(t, records)
	want := map[sighted]int64{}
	for _, s := range truth.Told {
		want[sighted{s.Kind, s.Value, transforms(s.Body + ">" + s.Form)}] += s.Count
	}
	for s, n := range want {
		told += n
		found += min(n, sightings[s])
	}
	return told, found
}

// A sighted is an identifier in one form.
type sighted struct {
	kind  telltale.Kind
	value string
	form  string
}

func countSightings(t *testing.T, name string) map[sighted]int64 {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	counts := map[sighted]int64{}
	lines := bufio.NewScanner(f)
	for lines.Buffer(nil, 1<<20); lines.Scan(); {
		if !bytes.Contains(lines.Bytes(), []byte(`"event_type":"sighting"`)) {
			continue
		}
		var r struct {
			Kind  telltale.Kind `json:"kind"`
			Value string        `json:"value"`
			Form  string        `json:"form"`
		}
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		counts[sighted{r.Kind, r.Value, transforms(r.Form)}]++
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return counts
}

// transforms leaves out of a form what only says where text stood.
func transforms(form string) string {
	steps := slices.DeleteFunc(strings.Split(form, ">"), func(s string) bool { return s == "plain" || s == "json" || s == "form" })
	return strings.Join(steps, ">")
}

// TestRecall holds the audit to everything told in small bulk captures.
func TestRecall(t *testing.T) {
	b := &bench{telltale: buildBinary(t), sizes: allOf(3e6)}
	for _, bulk := range lab.Bulks {
		dir := filepath.Join(t.TempDir(), bulk.Name)
		truth := b.make(t, dir, bulk)
		if told, found := b.recall(t, dir, truth); told == 0 || found != told {
			t.Errorf("%s: found %d of %d", bulk.Name, found, told)
		}
	}
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/lab"
)

// planted is a capture with 40 identifiers in 12 spellings each, in every
// place of a request that can hold them.
type planted struct {
	dir    string
	plants []lab.Plant
}

func plant(t *testing.T) planted {
	t.Helper()
	s, plants := lab.Planted(1, lab.MadeUp(1, 40), lab.Spellings)
	dir := filepath.Join(t.TempDir(), "planted")
	if err := lab.Write(dir, s); err != nil {
		t.Fatal(err)
	}
	if len(plants) < 40*12*3 {
		t.Fatalf("only %d plants", len(plants))
	}
	return planted{dir, plants}
}

// try runs the program as main does and returns all it wrote.
func try(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	var b bytes.Buffer
	term := &terminal{in: strings.NewReader(""), out: &b, err: &b}
	code = run(context.Background(), term, args)
	return code, b.String()
}

// TestMasking: without --reveal none of the identifiers, in none of their
// spellings, is in any output of any command.
func TestMasking(t *testing.T) {
	p := plant(t)
	capture, device := filepath.Join(p.dir, "capture.pcapng"), filepath.Join(p.dir, "device.yaml")
	records := filepath.Join(t.TempDir(), "records.ndjson")
	folder := t.TempDir()
	page, table, prose := filepath.Join(folder, "page.html"), filepath.Join(folder, "table.csv"), filepath.Join(folder, "text.md")
	index := newNeedles(p.plants)
	for _, args := range [][]string{
		{capture, "--device", device},
		{capture},
		{"audit", capture, "--device", device, "--json", "-", "--messages"},
		{"audit", capture, "--json", "-", "--messages"},
		{"audit", capture, capture, "--device", device, "--json", records, "--html", page, "--csv", table, "--markdown", prose},
		{"audit", capture, "--html", page, "--csv", table, "--markdown", prose},
		{"flows", capture},
		{"flows", records, "--json", "--ecs"},
		{"messages", capture, "--device", device},
		{"messages", capture, "--json"},
		{"messages", records, "--json", "--ecs"},
		{"audit", capture, "--device", filepath.Join(p.dir, "truth.json")},
		{"audit", filepath.Join(p.dir, "truth.json"), "--device", device},
	} {
		_, out := try(t, args...)
		outputs := []string{out}
		for _, name := range []string{records, page, table, prose} {
			if b, err := os.ReadFile(name); err == nil {
				outputs = append(outputs, html.UnescapeString(string(b)))
			}
		}
		checkMasked(t, strings.Join(args[:1], " "), strings.Join(outputs, "\n"), index)
	}
}

// checkMasked looks for every plant in an output, as it is and with its JSON
// escapes undone.
func checkMasked(t *testing.T, what, out string, index needles) {
	t.Helper()
	reported := 0
	for _, text := range []string{out, strings.ToLower(out), unescaped(out)} {
		for i := range max(0, len(text)-needlePrefix+1) {
			for _, n := range index[text[i:i+needlePrefix]] {
				if strings.HasPrefix(text[i:], n.text) && reported < 20 {
					reported++
					t.Errorf("%s: %s shows: ...%q...", what, n.plant, text[max(0, i-60):min(len(text), i+60)])
				}
			}
		}
	}
}

// needles are what must not be in an output, by their first bytes: values,
// without separators too, and the letters that spell them.
type needles map[string][]needle

type needle struct{ text, plant string }

const needlePrefix = 8

func newNeedles(plants []lab.Plant) needles {
	out := needles{}
	seen := map[string]bool{}
	for _, p := range plants {
		texts := []string{p.Value, strings.ToLower(p.Value), strings.ReplaceAll(strings.ToLower(p.Value), ":", "")}
		for _, raw := range p.Raw {
			texts = append(texts, string(raw))
		}
		for _, s := range texts {
			if len(s) >= needlePrefix && !seen[s] {
				seen[s] = true
				out[s[:needlePrefix]] = append(out[s[:needlePrefix]], needle{s, fmt.Sprintf("%s in %s (%s)", p.Kind, p.Place, p.Spelling)})
			}
		}
	}
	return out
}

func unescaped(out string) string {
	var b strings.Builder
	for line := range strings.Lines(out) {
		var v any
		if json.Unmarshal([]byte(line), &v) == nil {
			fmt.Fprintln(&b, v)
		}
	}
	return b.String()
}

// TestMaskingFinds is the control: the search finds what is not masked.
func TestMaskingFinds(t *testing.T) {
	p := plant(t)
	_, out := try(t, "audit", filepath.Join(p.dir, "capture.pcapng"), "--device", filepath.Join(p.dir, "device.yaml"), "--json", "-", "--reveal")
	found := 0
	index := newNeedles(p.plants)
	for i := range len(out) - needlePrefix {
		for _, n := range index[out[i:i+needlePrefix]] {
			if strings.HasPrefix(out[i:], n.text) {
				found++
			}
		}
	}
	if found < len(p.plants) {
		t.Errorf("%d finds for %d plants", found, len(p.plants))
	}
}

// TestReveal is the control: with --reveal every plant is found and shown.
func TestReveal(t *testing.T) {
	p := plant(t)
	code, out := try(t, "audit", filepath.Join(p.dir, "capture.pcapng"), "--device", filepath.Join(p.dir, "device.yaml"), "--json", "-", "--reveal", "--messages")
	if code != exitDone {
		t.Fatalf("exit %d: %.300s", code, out)
	}
	type seen struct {
		kind  telltale.Kind
		value string
		place string
	}
	got := map[seen]int{}
	for line := range strings.Lines(out) {
		var r struct {
			EventType    string `json:"event_type"`
			Kind         telltale.Kind
			Value, Field string
			Level        telltale.Level
		}
		if json.Unmarshal([]byte(line), &r) == nil && r.EventType == "sighting" && r.Level == telltale.Confirmed {
			got[seen{r.Kind, r.Value, placeOf(r.Field)}]++
		}
	}
	want := map[seen]int{}
	for _, pl := range p.plants {
		want[seen{pl.Kind, pl.Value, groupOf(pl.Place)}]++
	}
	missed := 0
	for k, n := range want {
		if got[k] < n {
			missed += n - got[k]
			t.Logf("%s in %s: %d of %d found", k.kind, k.place, got[k], n)
		}
	}
	if missed > 0 {
		t.Errorf("%d of %d plants were not found", missed, len(p.plants))
	}
}

// placeOf and groupOf bring field paths and the lab's places to one set of
// words.
func placeOf(field string) string {
	switch {
	case strings.HasPrefix(field, "dns."):
		return "dns"
	case strings.HasPrefix(field, "http.url"):
		return "url"
	case strings.HasPrefix(field, "http.header:"):
		return "header"
	}
	return "body"
}

func groupOf(place string) string {
	switch place {
	case "path", "query":
		return "url"
	case "host", "header":
		return "header"
	case "form", "json":
		return "body"
	}
	return place
}

// TestMaskingOfWords: names, texts and passwords have no shape by which a text could
// be masked; where they were found they are in no output, nor in what else is told
// of their message.
func TestMaskingOfWords(t *testing.T) {
	secrets := map[string]string{
		"fullName": "Kari Xyzzymann", "username": "xyzzyowner", "password": "plughplover", "deviceName": "xyzzys tablet",
		"contactName": "Ola Plughsen", "sms": "see you at plover hall tonight", "pan": "5105105105105100",
	}
	body, err := json.Marshal(secrets)
	if err != nil {
		t.Fatal(err)
	}
	head := "Host: collect.example\r\nUser-Agent: app of xyzzyowner\r\nX-Device-Name: xyzzys tablet\r\n"
	capture := requestsOf(t,
		fmt.Sprintf("POST /users/xyzzyowner/x?username=xyzzyowner HTTP/1.1\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", head, len(body), body),
		"GET /?full_name=Kari+Xyzzymann&password=plughplover&sms=see+you+at+plover+hall+tonight HTTP/1.1\r\nHost: collect.example\r\n\r\n",
	)
	records := filepath.Join(t.TempDir(), "records.ndjson")
	folder := t.TempDir()
	page, table, prose := filepath.Join(folder, "page.html"), filepath.Join(folder, "table.csv"), filepath.Join(folder, "text.md")
	parts := []string{"Xyzzymann", "xyzzy", "plugh", "Plughsen", "plover", "tonight", "5105105105"}
	for _, args := range [][]string{
		{capture, "--html", page, "--csv", table, "--markdown", prose},
		{"audit", capture, "--json", records, "--messages"},
		{"audit", capture, "--json", "-", "--messages"},
		{"messages", capture, "--json"},
		{"messages", records},
		{"flows", records},
	} {
		_, said := try(t, args...)
		outputs := []string{said}
		for _, name := range []string{records, page, table, prose} {
			if b, err := os.ReadFile(name); err == nil {
				outputs = append(outputs, html.UnescapeString(string(b)))
			}
		}
		out := strings.Join(outputs, "\n")
		for _, part := range parts {
			if i := strings.Index(strings.ToLower(out), strings.ToLower(part)); i >= 0 {
				t.Errorf("%v shows %q: ...%q...", args[:1], part, out[max(0, i-80):min(len(out), i+80)])
			}
		}
	}
	_, out := try(t, "audit", capture, "--json", "-", "--reveal")
	for _, value := range secrets {
		if !strings.Contains(out, `"value":"`+value+`"`) {
			t.Errorf("control: %q is not found", value)
		}
	}
}

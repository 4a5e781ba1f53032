package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var axeFile = flag.String("axe", "", "axe.min.js of npm's axe-core, to look at the page with ('make page')")

// pageBytes is how many bytes the page of the incident may have.
const pageBytes = 300_000

// The scripts write what they find into the title, which is all that is read of the
// page: how long it took to load, and what axe says of it.
const (
	openScript = `addEventListener("load",()=>setTimeout(()=>{
 document.title="SAYS "+JSON.stringify({opened:Math.round(performance.getEntriesByType("navigation")[0].loadEventEnd)})+" END"},0))`
	axeScript = `addEventListener("load",async()=>{const r=await axe.run();
 document.title="SAYS "+JSON.stringify({passes:r.passes.length,incomplete:r.incomplete.length,
  found:r.violations.map(v=>({impact:v.impact,id:v.id,nodes:v.nodes.length}))})+" END"})`
)

// accessReport is what the scripts write.
type accessReport struct {
	Opened, Passes, Incomplete int
	Found                      []struct {
		Impact, ID string
		Nodes      int
	}
}

// TestPageAccess has axe-core look at the page of the incident in a real browser, in
// light, in dark and on a phone: nothing serious may be wrong with it, and it is no
// larger than it may be. How long it takes to open is told, and judged by nobody: it
// is the machine's as well. A page without names for its pictures is the control.
func TestPageAccess(t *testing.T) {
	if *axeFile == "" {
		t.Skip("SKIPPED: no axe-core was named: 'make page AXE=node_modules/axe-core/axe.min.js' (npm install axe-core)")
	}
	axe, err := os.ReadFile(*axeFile)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	page := filepath.Join(dir, "page.html")
	if code, out := try(t, "lab", "incident", "-o", filepath.Join(dir, "lab")); code != exitDone {
		t.Fatalf("lab: exit %d: %s", code, out)
	}
	if code, out := try(t, "audit", filepath.Join(dir, "lab", "capture.pcapng"), "--device", filepath.Join(dir, "lab", "device.yaml"), "--html", page); code != exitDone {
		t.Fatalf("audit: exit %d: %s", code, out)
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > pageBytes {
		t.Errorf("the page has %d bytes, more than %d", len(text), pageBytes)
	}
	for _, c := range []struct {
		name  string
		flags []string
	}{
		{"light", []string{"--window-size=1200,2000"}},
		{"dark", []string{"--window-size=1200,2000", "--force-dark-mode", "--blink-settings=preferredColorScheme=0"}},
		{"360 px", []string{"--window-size=360,2000"}},
	} {
		opened := lookAt(t, dir, openScript, string(text), c.flags...).Opened
		r := lookAt(t, dir, string(axe)+axeScript, string(text), c.flags...)
		fmt.Printf("page, %s: %d bytes, open after %d ms; axe: %d rules hold, %d to be looked at by a person, broken: %v\n", c.name, len(text), opened, r.Passes, r.Incomplete, r.Found)
		if r.Passes == 0 {
			t.Errorf("%s: no rule holds", c.name)
		}
		for _, f := range r.Found {
			if f.Impact == "serious" || f.Impact == "critical" {
				t.Errorf("%s: %s in %d places (%s)", c.name, f.ID, f.Nodes, f.Impact)
			}
		}
	}
	if r := lookAt(t, dir, string(axe)+axeScript, `<!doctype html><html><body><img src="data:,"></body></html>`); len(r.Found) == 0 {
		t.Error("the control has nothing wrong with it")
	}
}

// lookAt returns what a script finds in a page.
func lookAt(t *testing.T, dir, script, text string, flags ...string) (r accessReport) {
	t.Helper()
	text = strings.Replace(text, `http-equiv="Content-Security-Policy"`, `http-equiv="x"`, 1)
	name := filepath.Join(dir, "looked-at.html")
	text = strings.Replace(text, "</body>", "<script>"+script+"</script></body>", 1)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(domOf(t, name, flags...), "SAYS ")
	found, _, ok := strings.Cut(html.UnescapeString(rest), " END")
	if err := json.Unmarshal([]byte(found), &r); err != nil || !ok {
		t.Fatalf("the script told nothing: %.200s", rest)
	}
	return r
}

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// browsers are the names of the browser that shows the page.
var browsers = []string{"chromium", "chromium-browser", "google-chrome"}

// domOf returns what a real browser makes of a page, its scripts run. The test
// is skipped where there is no browser.
func domOf(t *testing.T, page string, flags ...string) string {
	t.Helper()
	for _, name := range browsers {
		if _, err := exec.LookPath(name); err != nil {
			continue
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		args := append([]string{
			"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
			"--disable-component-update", "--disable-sync", "--user-data-dir=" + t.TempDir(), "--virtual-time-budget=2000", "--dump-dom",
		}, flags...)
		cmd := exec.CommandContext(ctx, name, append(args, "file://"+page)...)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return string(out)
	}
	t.Skip("SKIPPED: there is no Chromium; what a page runs is not looked at in a browser (Debian: apt-get install chromium)")
	return ""
}

// payloads would each mark the page that runs them.
var payloads = []string{
	`"><script>document.title="ran"</script>`,
	`<img src=x onerror=document.title="ran">`,
	`'><svg/onload=document.title="ran">`,
	`</style><script>document.title="ran"</script>`,
	`javascript:document.title="ran"`,
	`{{constructor.constructor('document.title="ran"')()}}`,
	"\u202e<iframe srcdoc='<script>parent.document.title=\"ran\"</script>'>",
}

// TestPageRunsNothing has strangers put scripts wherever they may write, with
// an identifier beside them: in the page they are text.
func TestPageRunsNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	var requests []string
	for _, p := range payloads {
		requests = append(requests, fmt.Sprintf("POST /%s?%s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\nimei=001012704839210&x=%s",
			p, p, p, p, p, len("imei=001012704839210&x=")+len(p), p))
	}
	page := filepath.Join(t.TempDir(), "page.html")
	if code, out := try(t, requestsOf(t, requests...), "--html", page); code != exitDone {
		t.Fatalf("exit %d: %s", code, out)
	}
	control := filepath.Join(t.TempDir(), "control.html")
	html := "<!doctype html><title>still</title><body>" + strings.Join(payloads, "\n")
	if err := os.WriteFile(control, []byte(html), 0o600); err != nil {
		t.Fatal(err)
	}
	if dom := domOf(t, control); !strings.Contains(dom, "<title>ran</title>") {
		t.Fatalf("the control runs nothing: %s", dom)
	}
	dom := domOf(t, page)
	for _, bad := range []string{"<title>ran", "<script", "<iframe", "onerror=\"", "onload=\"", "src=\"x\""} {
		if strings.Contains(dom, bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
	if !strings.Contains(dom, "onerror") {
		t.Error("what was written by strangers is not in the page: there was nothing to run")
	}
}

// TestPageFits has long values and names on a page: it is as wide as the window, on a
// phone too, and nothing scrolls sideways but what has a box for it.
func TestPageFits(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	var requests []string
	for i := range 6 {
		host := fmt.Sprintf("%s%d.collect.example", strings.Repeat("long-name-", 5), i)
		requests = append(requests, fmt.Sprintf("GET /%s?email=%s%%40mail%d.example&imei=001012704839210&fcm_token=%s%d HTTP/1.1\r\nHost: %s\r\n\r\n",
			strings.Repeat("path", 60), strings.Repeat("owner", 9), i, strings.Repeat("A1b2-C3d4_", 14), i, host))
	}
	page := filepath.Join(t.TempDir(), "page.html")
	if code, out := try(t, requestsOf(t, requests...), "--html", page); code != exitDone {
		t.Fatalf("exit %d: %s", code, out)
	}
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	const ask = `<script>let e=document.documentElement;document.title="wide "+(e.scrollWidth-e.clientWidth)</script>`
	open := strings.Replace(string(b), `http-equiv="Content-Security-Policy"`, `http-equiv="x"`, 1)
	for _, c := range []struct {
		size, extra string
		fits        bool
	}{
		{"360,2000", "", true},
		{"1200,2000", "", true},
		{"1200,2000", `<div style="width:9000px">x</div>`, false},
	} {
		text := strings.Replace(open, "</body>", c.extra+ask+"</body>", 1)
		if err := os.WriteFile(page, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, title, _ := strings.Cut(domOf(t, page, "--window-size="+c.size), "<title>")
		if fits := strings.HasPrefix(title, "wide 0<"); fits != c.fits || !strings.HasPrefix(title, "wide ") {
			t.Errorf("%s, %q: %.40s", c.size, c.extra, title)
		}
	}
}

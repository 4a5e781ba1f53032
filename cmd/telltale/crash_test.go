package main

import (
	"bytes"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/dissect"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/pipeline"
)

// failing is a parser with a fault: it panics on what the client sends.
type failing struct{ dissect.Parser }

func (p failing) Parse(d telltale.Direction, at int64, b []byte, s dissect.Sink) (int, error) {
	if d == telltale.ToServer {
		panic("fault")
	}
	return p.Parser.Parse(d, at, b, s)
}

// faulty gives every HTTP parser of the test a fault.
func faulty(t *testing.T) {
	http := dissect.All[0]
	sound := http.New
	http.New = func(f *flow.Flow) dissect.Parser { return failing{sound(f)} }
	t.Cleanup(func() { http.New = sound })
}

const request = "POST /a HTTP/1.1\r\nContent-Length: 20\r\n\r\nimei=001012704839210"

// requests writes a capture of n requests, each in a flow of its own.
func requests(t *testing.T, n int) (name string) {
	t.Helper()
	return requestsOf(t, slices.Repeat([]string{request}, n)...)
}

// requestsOf writes a capture of requests, each in a flow of its own.
func requestsOf(t *testing.T, all ...string) (name string) {
	t.Helper()
	return requestsAs(t, capture.Pcapng, all...)
}

// requestsAs is requestsOf in any format.
func requestsAs(t *testing.T, format capture.Format, all ...string) (name string) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "capture."+string(format))
	c := lab.NewCapture(1)
	phone := lab.Host{MAC: [6]byte{2, 0, 0x5e, 0x10, 0x7a, 0xc4}, Addr: netip.MustParseAddr("192.168.7.23")}
	server := lab.Host{MAC: [6]byte{2, 0, 0x5e, 0, 0x53, 1}, Addr: netip.MustParseAddr("203.0.113.10")}
	for i, text := range all {
		server.Addr = server.Addr.Next()
		conn := c.Conn(1547456400e9+int64(i)*1e6, phone, server, 80, lab.Carriage{})
		conn.Open()
		conn.Send(telltale.ToServer, []byte(text))
	}
	var b bytes.Buffer
	w, err := capture.NewWriter(&b, format, packet.LinkEthernet, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range c.Packets() {
		if err := w.Write(p.Time, p.Data, ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// telltaleRun runs the program and returns its exit code and outputs.
func telltaleRun(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), &terminal{in: strings.NewReader(""), out: &o, err: &e}, args)
	return code, o.String(), e.String()
}

// TestSaveCrash has a parser fail: the audit goes on, what the parser was
// given is saved for its owner's eyes, and nothing of it is shown.
func TestSaveCrash(t *testing.T) {
	faulty(t)
	folder := filepath.Join(t.TempDir(), "crashes")
	code, out, errs := telltaleRun(t, "audit", requests(t, 1), "--save-crash", folder)
	name := filepath.Join(folder, "parser_panic-1-1-to_server-http.bin")
	if code != exitSkipped || !strings.Contains(errs, name) || !strings.Contains(errs, "personal data") || !strings.Contains(errs, "telltale/crash_test.go:") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	if strings.Contains(out+errs, "001012704839210") {
		t.Errorf("shown:\n%s%s", out, errs)
	}
	b, err := os.ReadFile(name)
	if err != nil || string(b) != request {
		t.Errorf("saved %q, %v", b, err)
	}
	for file, want := range map[string]os.FileMode{name: 0o600, folder: 0o700 | os.ModeDir} {
		if info, err := os.Lstat(file); err != nil || info.Mode() != want {
			t.Errorf("%s has mode %v, %v", file, info.Mode(), err)
		}
	}
	// Again: nothing is written over.
	if _, _, errs := telltaleRun(t, "audit", requests(t, 1), "--save-crash", folder); !strings.Contains(errs, "to_server-http-2.bin") {
		t.Errorf("again:\n%s", errs)
	}
}

// TestSaveCrashBounds has more parsers fail than are saved.
func TestSaveCrashBounds(t *testing.T) {
	faulty(t)
	folder := filepath.Join(t.TempDir(), "crashes")
	_, _, errs := telltaleRun(t, "audit", requests(t, 3*maxCrashFiles), "--save-crash", folder)
	files, err := os.ReadDir(folder)
	if err != nil || len(files) != maxCrashFiles || !strings.Contains(errs, "more were not saved") {
		t.Errorf("%d files, %v\n%s", len(files), err, errs)
	}
}

// TestSaveCrashNothing holds that nothing is left where no parser failed, and
// that an audit says what to do where one did.
func TestSaveCrashNothing(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "crashes")
	if code, _, errs := telltaleRun(t, "audit", requests(t, 1), "--save-crash", folder); code != exitDone || errs != "" {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	if _, err := os.Lstat(folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is left: %v", err)
	}
	faulty(t)
	if code, _, errs := telltaleRun(t, "audit", requests(t, 1)); code != exitSkipped || !strings.Contains(errs, "--save-crash") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}

// TestSaveCrashLinks holds that no link is followed, whoever put it there.
func TestSaveCrashLinks(t *testing.T) {
	faulty(t)
	capture, elsewhere := requests(t, 1), t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(elsewhere, link); err != nil {
		t.Skipf("SKIPPED: no links can be made here, so nothing shows that none is followed: %v", err)
	}
	if code, _, errs := telltaleRun(t, "audit", capture, "--save-crash", link); code != exitStore || !strings.Contains(errs, "hint:") {
		t.Errorf("a link for a folder: exit code %d\n%s", code, errs)
	}
	folder := t.TempDir()
	target := filepath.Join(elsewhere, "target")
	if err := os.Symlink(target, filepath.Join(folder, "parser_panic-1-1-to_server-http.bin")); err != nil {
		t.Fatal(err)
	}
	if _, _, errs := telltaleRun(t, "audit", capture, "--save-crash", folder); !strings.Contains(errs, "http-2.bin") {
		t.Errorf("a link for a file:\n%s", errs)
	}
	if left, _ := os.ReadDir(elsewhere); len(left) != 0 {
		t.Errorf("written through a link: %v", left)
	}
}

// TestSaveCrashFails holds that an audit whose folder cannot be written to
// still tells what it found.
func TestSaveCrashFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{file, filepath.Join(file, "in"), filepath.Join(t.TempDir(), "no", "such")} {
		if code, _, errs := telltaleRun(t, "audit", requests(t, 1), "--save-crash", name); code != exitStore || !strings.Contains(errs, "hint:") {
			t.Errorf("%s: exit code %d\n%s", name, code, errs)
		}
	}
	f, err := openCrashFolder(filepath.Join(t.TempDir(), "crashes"))
	if err != nil {
		t.Fatal(err)
	}
	_ = f.root.Close() // as if the disk had gone
	var errs bytes.Buffer
	term := &terminal{err: &errs}
	for range 3 {
		f.save(term, "1-1", &pipeline.Crash{Reason: telltale.SkipParserPanic, Parser: "http"})
	}
	if err := f.close(term); err == nil || f.saved != 0 || errs.Len() != 0 {
		t.Errorf("%d saved, %v\n%s", f.saved, err, &errs)
	}
}

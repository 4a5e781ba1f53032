package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale/internal/report"
)

// TestPictures keeps the pictures in docs what the program writes: the demo,
// and the capture of a phone that tells nothing.
func TestPictures(t *testing.T) {
	docs, err := filepath.Abs("../../docs")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file  string
		setup []string
		args  []string
	}{
		{"terminal-demo.svg", nil, []string{"demo"}},
		{
			"terminal-nothing.svg",
			[]string{"lab", "incident", "--client", "fixed", "-o", "after-update"},
			[]string{"after-update/capture.pcapng", "--device", "after-update/device.yaml"},
		},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if c.setup != nil {
				onScreen(t, c.setup)
			}
			text := "$ \x1b[1mtelltale " + strings.Join(c.args, " ") + "\x1b[0m\n" + onScreen(t, c.args)
			var b bytes.Buffer
			if err := report.Picture(&b, text); err != nil {
				t.Fatal(err)
			}
			checkGolden(t, filepath.Join(docs, c.file), b.Bytes())
		})
	}
}

// onScreen runs the program on a screen of 100 columns with colour.
func onScreen(t *testing.T, args []string) string {
	t.Helper()
	for _, name := range []string{"NO_COLOR", "COLUMNS", "LC_ALL", "LC_CTYPE"} {
		t.Setenv(name, "")
	}
	t.Setenv("LANG", "C.UTF-8")
	t.Setenv("TERM", "xterm")
	var out, errs bytes.Buffer
	term := &terminal{in: strings.NewReader(""), out: &out, err: &errs, width: 100}
	if code := run(context.Background(), term, args); code != exitDone || errs.Len() > 0 {
		t.Fatalf("%v: exit %d: %s", args, code, &errs)
	}
	return out.String()
}

func checkGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the program writes now; 'make generate' rewrites it", filepath.Base(name))
	}
}

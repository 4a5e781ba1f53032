package telltale_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// TestDataLicences holds DATA-LICENCES.md to the tables that are built in.
func TestDataLicences(t *testing.T) {
	doc, err := os.ReadFile("DATA-LICENCES.md")
	if err != nil {
		t.Fatal(err)
	}
	files := embedded(t)
	for name := range files {
		if !strings.Contains(string(doc), name) {
			t.Errorf("DATA-LICENCES.md does not list %s", name)
		}
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` .*`([0-9a-f]{64})` \\|$").FindAllStringSubmatch(string(doc), -1) {
		b, err := os.ReadFile(row[1])
		if err != nil {
			t.Errorf("DATA-LICENCES.md lists %s: %v", row[1], err)
			continue
		}
		if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != row[2] {
			t.Errorf("%s has changed: its SHA-256 is %x", row[1], sum)
		}
		delete(files, row[1])
	}
	for name := range files {
		t.Errorf("DATA-LICENCES.md has no sound row for %s", name)
	}
}

// embedded returns the files that go:embed lines name.
func embedded(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	line := regexp.MustCompile(`(?m)^//go:embed (\S+)$`)
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".go" {
			return err
		}
		b, err := os.ReadFile(name)
		for _, m := range line.FindAllStringSubmatch(string(b), -1) {
			out[path.Join(path.Dir(name), m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) == 0 {
		t.Fatal("no embedded file was found: the test tests nothing")
	}
	return out
}

package capture

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestExpand(t *testing.T) {
	root := t.TempDir()
	for name, raw := range map[string][]byte{
		"b.pcap": written(t, Pcap, 1), "a.pcapng": written(t, Pcapng, 1), "c.gz": zipped(t, written(t, Pcap, 1)),
		"below/d": written(t, PcapNano, 1), "notes.txt": []byte("hello, world"), "empty": nil,
		".hidden.pcap": written(t, Pcap, 1), ".git/x.pcap": written(t, Pcap, 1), "none/notes.txt": []byte("hello, world"),
	} {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(root, ".link")
	if err := os.Symlink(filepath.Join(root, "below"), link); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(root, "notes.txt") // was asked for: Open will say what it is
	files, left, err := Expand([]string{"-", root, other, link})
	if err != nil {
		t.Fatal(err)
	}
	names := func(all []string) (out []string) {
		for _, name := range all {
			out = append(out, strings.TrimPrefix(name, root+"/"))
		}
		return out
	}
	if got, want := names(files), []string{"-", "a.pcapng", "b.pcap", "below/d", "c.gz", "notes.txt", ".link/d"}; !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
	var why []string
	for _, e := range left {
		why = append(why, strings.TrimPrefix(e.Error(), root+"/"))
	}
	want := []string{
		".git: the folder is hidden", ".hidden.pcap: the file is hidden", ".link: the file is hidden", "empty: the file is empty",
		"none/notes.txt: not a pcap or pcapng file (it starts with 68 65 6c 6c)", "notes.txt: not a pcap or pcapng file (it starts with 68 65 6c 6c)",
	}
	if !slices.Equal(why, want) {
		t.Errorf("left out %q, want %q", why, want)
	}
	var e *FormatError
	if _, _, err := Expand([]string{filepath.Join(root, "none")}); !errors.As(err, &e) {
		t.Errorf("a folder without captures: %v", err)
	}
	if _, _, err := Expand([]string{filepath.Join(root, "nowhere")}); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

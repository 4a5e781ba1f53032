package detect

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite what is told of the messages of libraries")

// testdata/libraries.txt has messages made up after libraries that measure, advertise,
// push, attribute and find places, as far as these are known: keys.txt says which names
// were looked up. It has what is told of each without a device file. What is missed is
// known to be.
const librariesFile = "testdata/libraries.txt"

// A libraryMessage is one of them.
type libraryMessage struct {
	name, text   string
	told, missed []string // kind and value
}

func libraryMessages(t *testing.T) (list []libraryMessage) {
	t.Helper()
	file, err := os.ReadFile(librariesFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, section := range strings.Split("\n"+string(file), "\n-- ")[1:] {
		var m libraryMessage
		var lines []string
		name, rest, _ := strings.Cut(section, " --\n")
		for line := range strings.Lines(rest) {
			line = strings.TrimSuffix(line, "\n")
			if value, ok := strings.CutPrefix(line, "told: "); ok {
				m.told = append(m.told, value)
			} else if value, ok := strings.CutPrefix(line, "missed: "); ok {
				m.missed = append(m.missed, value)
			} else {
				lines = append(lines, line)
			}
		}
		m.name, m.text = name, strings.TrimRight(strings.Join(lines, "\n"), "\n")
		list = append(list, m)
	}
	return list
}

// TestLibraries holds that this is told of them, and nothing else.
func TestLibraries(t *testing.T) {
	e, told, missed := New(nil), 0, 0
	list := libraryMessages(t)
	for i := range list {
		m := &list[i]
		var got []string
		for _, h := range search(e, []byte(strings.ReplaceAll(m.text, "\n", "\r\n"))) {
			got = append(got, fmt.Sprint(h.Kind, " ", h.Value))
		}
		slices.Sort(got)
		got = slices.Compact(got)
		if *update {
			m.told, m.missed = got, slices.DeleteFunc(m.missed, func(v string) bool { return slices.Contains(got, v) })
		}
		if !slices.Equal(got, m.told) {
			t.Errorf("%s: told\n\t%s\nwant\n\t%s", m.name, strings.Join(got, "\n\t"), strings.Join(m.told, "\n\t"))
		}
		for _, v := range m.missed {
			if slices.Contains(got, v) {
				t.Errorf("%s: %s is not missed any more", m.name, v)
			}
		}
		told, missed = told+len(m.told), missed+len(m.missed)
	}
	if t.Logf("%d values are told, %d missed", told, missed); told < 250 {
		t.Error("there were more")
	}
	if *update {
		writeLibraries(t, list)
	}
}

func writeLibraries(t *testing.T, list []libraryMessage) {
	t.Helper()
	var out strings.Builder
	for i, m := range list {
		if i > 0 {
			out.WriteByte('\n')
		}
		fmt.Fprintf(&out, "-- %s --\n%s\n", m.name, m.text)
		for _, v := range m.told {
			fmt.Fprintf(&out, "told: %s\n", v)
		}
		for _, v := range m.missed {
			fmt.Fprintf(&out, "missed: %s\n", v)
		}
	}
	if err := os.WriteFile(librariesFile, []byte(out.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

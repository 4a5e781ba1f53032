package numbering

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var tablesFrom = flag.String("tables-from", "", "write the tables again, from the unpacked packages in this `folder`")

// TestPackTables writes the tables with -tables-from (make tables FROM=...),
// each below the comment it has.
func TestPackTables(t *testing.T) {
	if *tablesFrom == "" {
		t.Skip("the tables stay as they are without -tables-from")
	}
	write(t, "mccmnc.txt", networks(t))
	write(t, "oui.txt", makers(t))
	write(t, "calling.txt", callingCodes(t))
}

func write(t *testing.T, name string, rows map[string]string) {
	t.Helper()
	old, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for line := range strings.Lines(string(old)) {
		if line[0] == '#' {
			out.WriteString(line)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		fmt.Fprintf(&out, "%s\t%s\n", key, rows[key])
	}
	if err := os.WriteFile(name, []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %d rows, %d bytes", name, len(rows), out.Len())
}

func read(t *testing.T, name string, into any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(*tablesFrom, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

// networks are those that the list does not call closed.
func networks(t *testing.T) map[string]string {
	var list []struct{ MCC, MNC, Brand, Operator, CountryCode, Status string }
	read(t, "mcc-mnc-list/mcc-mnc-list.json", &list)
	rows := map[string]string{}
	for _, n := range list {
		name := oneLine(cmp.Or(n.Brand, n.Operator), 40)
		if len(n.MCC) != 3 || len(n.MNC) < 2 || len(n.MNC) > 3 || name == "" || n.Status != "Operational" {
			continue
		}
		if key := n.MCC + n.MNC; rows[key] == "" {
			rows[key] = name
		}
	}
	return rows
}

// makers are the holders of large blocks.
func makers(t *testing.T) map[string]string {
	list, rows := map[string]string{}, map[string]string{}
	read(t, "oui-data/index.json", &list)
	for prefix, text := range list {
		first, _, _ := strings.Cut(text, "\n")
		name := oneLine(first, 32)
		if len(prefix) == 6 && name != "" && !strings.HasPrefix(name, "IEEE Registration") && name != "Private" {
			rows[prefix] = name
		}
	}
	return rows
}

func callingCodes(t *testing.T) map[string]string {
	var list struct {
		Codes map[string][]string `json:"country_calling_codes"`
	}
	read(t, "libphonenumber-js/metadata.min.json", &list)
	rows := map[string]string{}
	for code, letters := range list.Codes {
		rows[code] = strings.Join(letters, " ")
	}
	return rows
}

// oneLine brings a name to one line of at most n bytes, cut at a word.
func oneLine(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= n {
		return s
	}
	return strings.TrimRight(s[:max(strings.LastIndexByte(s[:n+1], ' '), n/2)], " ,(-")
}

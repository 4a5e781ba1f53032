package audit_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/packet"
)

// TestSeries cuts captures into files as a capture program does that begins a new
// one every so often, and names them in any order: everything is told as of the
// one capture, but that packets are numbered in their files.
func TestSeries(t *testing.T) {
	for _, o := range originals(t, 5) {
		packets := packetsIn(t, o.pcapng)
		whole := o.told(t, 1, o.pcapng)
		rng := rand.New(rand.NewPCG(5, 0))
		for _, parts := range []int{2, 7} {
			cuts := []int{0, len(packets)}
			for len(cuts) < parts+1 {
				at := 1 + rng.IntN(len(packets)-1)
				if packets[at].Time > packets[at-1].Time && !slices.Contains(cuts, at) {
					cuts = append(cuts, at)
				}
			}
			slices.Sort(cuts)
			var files [][]byte
			for i, at := range cuts[1:] {
				files = append(files, fileOf(t, packets[cuts[i]:at]))
			}
			rng.Shuffle(len(files), func(i, k int) { files[i], files[k] = files[k], files[i] })
			for _, workers := range []int{1, 3} {
				differ(t, fmt.Sprintf("%s in %d files", o.name, parts), o.told(t, workers, files...), whole)
			}
		}
	}
}

// TestNoSeries reads captures that do not go on from each other each by itself.
func TestNoSeries(t *testing.T) {
	o := originals(t, 5)[0]
	packets := packetsIn(t, o.pcapng)
	half := len(packets) / 2
	later := func(by int64, link packet.Link) []byte {
		moved := slices.Clone(packets[half:])
		for i := range moved {
			moved[i].Time, moved[i].Link = moved[i].Time+by, link
		}
		return fileOf(t, moved)
	}
	first, rest := fileOf(t, packets[:half]), fileOf(t, packets[half:])
	odd := slices.Clone(packets[:half])
	odd[half/2].Time, odd[half/3].Time = 0, 4e18 // a clock that was wrong for a moment
	for name, c := range map[string]struct {
		files [][]byte
		want  string
	}{
		"the rest":          {[][]byte{first, rest}, "0 1"},
		"of odd times":      {[][]byte{fileOf(t, odd), rest}, "0 1"},
		"the rest, first":   {[][]byte{rest, first}, "2 0"},
		"long after":        {[][]byte{first, later(3600e9, packet.LinkEthernet)}, "0 0"},
		"of another link":   {[][]byte{first, later(0, packet.LinkRaw)}, "0 0"},
		"at the same time":  {[][]byte{first, later(packets[0].Time-packets[half].Time, packet.LinkEthernet)}, "0 0"},
		"the same":          {[][]byte{first, first}, "0 0"},
		"the same packet":   {[][]byte{fileOf(t, packets[:1]), fileOf(t, packets[:1])}, "0 0"},
		"nothing between":   {[][]byte{first, fileOf(t, nil), rest}, "0 0 1"},
		"nothing, and rest": {[][]byte{fileOf(t, nil), first, rest}, "0 0 2"},
	} {
		var got []string
		for _, l := range jsonLines(t, o.runFiles(t, 1, c.files...)) {
			if l["event_type"] == "input" {
				n, _ := l["continues"].(json.Number)
				got = append(got, cmp.Or(n.String(), "0"))
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: inputs continue %v, want %s", name, got, c.want)
		}
	}
}

// told returns an audit's records, each packet numbered as if the files were one.
func (o *original) told(t *testing.T, workers int, files ...[]byte) (all []string) {
	lines := jsonLines(t, o.runFiles(t, workers, files...))
	base := bases(t, lines)
	for _, l := range lines {
		if l["event_type"] == "audit" || l["event_type"] == "input" {
			continue
		}
		renumber(l, base)
		b, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(b))
	}
	return all
}

// bases returns for each input how many packets come before it.
func bases(t *testing.T, lines []map[string]any) map[string]int64 {
	size, before := map[string]int64{}, map[string]string{}
	for _, l := range lines {
		if l["event_type"] == "input" {
			n := fmt.Sprint(l["input"])
			size[n], _ = l["packets"].(json.Number).Int64()
			if l["continues"] != nil {
				before[n] = fmt.Sprint(l["continues"])
			}
		}
	}
	base, firsts := map[string]int64{}, 0
	for n := range size {
		if before[n] == "" {
			firsts++
		}
		for b := before[n]; b != ""; b = before[b] {
			base[n] += size[b]
		}
	}
	if firsts != 1 {
		t.Fatalf("%d of %d files continue none", firsts, len(size))
	}
	return base
}

// renumber counts a record's packets through all inputs, which are then one.
func renumber(v any, base map[string]int64) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			renumber(e, base)
		}
	case map[string]any:
		if n := v["input"]; n != nil {
			v["packets"] = moved(v["packets"], base[fmt.Sprint(n)])
			v["input"] = 1
		}
		for name, e := range v {
			if id, ok := e.(string); ok && (name == "flow_id" || name == "tunnel") {
				v[name] = movedFlow(id, base)
			}
			renumber(e, base)
		}
	}
}

func moved(v any, by int64) any {
	switch v := v.(type) {
	case json.Number:
		n, _ := v.Int64()
		return n + by
	case []any:
		for i := range v {
			v[i] = moved(v[i], by)
		}
	case map[string]any:
		v["first"], v["last"] = moved(v["first"], by), moved(v["last"], by)
	}
	return v
}

func movedFlow(id string, base map[string]int64) string {
	in, number, _ := strings.Cut(id, "-")
	end := strings.IndexAny(number, ".+")
	if end < 0 {
		end = len(number)
	}
	n, _ := strconv.ParseInt(number[:end], 10, 64)
	return "1-" + strconv.FormatInt(n+base[in], 10) + number[end:]
}

// runFiles audits several captures in one run and returns the records.
func (o *original) runFiles(t *testing.T, workers int, files ...[]byte) []byte {
	t.Helper()
	dir := t.TempDir()
	opts := audit.Options{Devices: o.devices, Reveal: true, Messages: true, Workers: workers, Version: "test"}
	for i, raw := range files {
		name := filepath.Join(dir, strconv.Itoa(i))
		if err := os.WriteFile(name, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		opts.Inputs = append(opts.Inputs, name)
	}
	var out bytes.Buffer
	opts.Records = &out
	if _, err := audit.Run(t.Context(), opts); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// fileOf writes packets of one link type into a capture.
func fileOf(t *testing.T, packets []capture.Packet) []byte {
	t.Helper()
	link := packet.LinkEthernet
	if len(packets) > 0 {
		link = packets[0].Link
	}
	return written(t, capture.Pcapng, link, packets)
}

func jsonLines(t *testing.T, b []byte) (lines []map[string]any) {
	t.Helper()
	for l := range bytes.Lines(b) {
		d := json.NewDecoder(bytes.NewReader(l))
		d.UseNumber()
		var x map[string]any
		if err := d.Decode(&x); err != nil {
			t.Fatalf("%v: %s", err, l)
		}
		lines = append(lines, x)
	}
	return lines
}

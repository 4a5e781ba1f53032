package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The corpus is a folder of captures with a manifest.tsv and, under truth/,
// what another program sees in them. It is not part of the repository: 'make
// corpus CORPUS=folder' runs this test on it.
var (
	corpusDir     = flag.String("corpus", "", "folder of captures with manifest.tsv and truth/")
	corpusWorkers = flag.Bool("workers", true, "also compare the output of 1, 2 and 8 workers")
	corpusVerbose = flag.Bool("differences", true, "list every difference to the truth that is not explained")
	update        = flag.Bool("update", false, "rewrite the golden files")
)

// The bounds that every file of a corpus must keep.
const (
	corpusTime   = 10 * time.Second
	corpusMemory = 256 << 20 // bytes
)

func TestCorpus(t *testing.T) {
	if *corpusDir == "" {
		t.Skip("no corpus: 'make corpus CORPUS=folder' names one")
	}
	bin := buildBinary(t)
	sum := newTotals(readAgreement(t))
	for _, row := range readManifest(t, *corpusDir) {
		sum.files++
		name := filepath.Join(*corpusDir, row.suite, row.file)
		got := runCorpus(t, bin, name, "--reveal", "--messages")
		sum.count(t, row, got)
		if *corpusWorkers && got.code != exitInput {
			sameForWorkers(t, bin, name)
		}
		if got.code != exitInput {
			sum.names.add(t, filepath.Join(row.suite, row.file), got.out)
		}
		if row.truth && got.code != exitInput {
			sum.compare(t, row, got)
		}
	}
	sum.print(t)
}

func buildBinary(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "telltale")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

type manifestRow struct {
	suite, file string
	truth       bool
}

func readManifest(t *testing.T, dir string) []manifestRow {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "manifest.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []manifestRow
	for line := range strings.Lines(string(b)) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(f) >= 6 && f[0] != "suite" {
			rows = append(rows, manifestRow{f[0], f[1], f[5] == "1"})
		}
	}
	return rows
}

// outcome is how a run over one file ended.
type outcome struct {
	code   int
	out    []byte
	stderr string
	rss    int64 // bytes, at its highest
	took   time.Duration
	hung   bool
}

func runCorpus(t *testing.T, bin, name string, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), corpusTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, append([]string{"audit", "--json", "-", name}, args...)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	start := time.Now()
	err := cmd.Run()
	o := outcome{out: out.Bytes(), stderr: errs.String(), took: time.Since(start), hung: ctx.Err() != nil}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	o.code = cmd.ProcessState.ExitCode()
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		o.rss = u.Maxrss << 10
	}
	return o
}

func sameForWorkers(t *testing.T, bin, name string) {
	t.Helper()
	one := runCorpus(t, bin, name, "--messages", "--workers", "1")
	for _, n := range []string{"2", "8"} {
		if got := runCorpus(t, bin, name, "--messages", "--workers", n); !bytes.Equal(got.out, one.out) {
			t.Errorf("%s: %s workers write other bytes than 1", name, n)
		}
	}
}

// totals adds up what the corpus showed.
type totals struct {
	files, unreadable, skipped int
	panics, open               int // files that panicked; whose packets or bytes are not all accounted for
	slowest, largest           named
	agreed                     map[string]int // by what was compared
	explained, unexplained     map[string]int
	lines                      []string
	table                      *agreement
	names                      nameCount
}

// named is the highest figure and the file that had it.
type named struct {
	n    int64
	file string
}

func (m *named) see(n int64, file string) {
	if n > m.n {
		*m = named{n, file}
	}
}

func newTotals(table *agreement) *totals {
	return &totals{agreed: map[string]int{}, explained: map[string]int{}, unexplained: map[string]int{}, table: table}
}

// count checks what must hold for every file.
func (s *totals) count(t *testing.T, row manifestRow, got outcome) {
	t.Helper()
	name := row.suite + "/" + row.file
	s.slowest.see(int64(got.took), name)
	s.largest.see(got.rss, name)
	switch {
	case got.hung:
		t.Errorf("%s: still running after %v", name, corpusTime)
	case got.rss > corpusMemory:
		t.Errorf("%s: %d MiB of memory", name, got.rss>>20)
	case strings.Contains(got.stderr, "internal error") || strings.Contains(got.stderr, "panic"):
		s.panics++
		t.Errorf("%s: %s", name, got.stderr)
	case got.code == exitInput:
		s.unreadable++
		s.lines = append(s.lines, fmt.Sprintf("not a capture   %s: %s", name, strings.SplitN(got.stderr, "\n", 2)[0]))
		return
	case got.code != exitDone && got.code != exitSkipped:
		t.Errorf("%s: exit %d: %s", name, got.code, got.stderr)
	}
	if got.code == exitSkipped {
		s.skipped++
	}
	if !checkCoverage(t, name, got) {
		s.open++
	}
}

// checkCoverage reports whether every packet and every byte is accounted for.
func checkCoverage(t *testing.T, name string, got outcome) bool {
	t.Helper()
	var c struct {
		EventType string `json:"event_type"`
		Packets   struct {
			In, Decoded int64
			Undecodable map[string]int64
		}
		Payload struct {
			In, Scanned, Repeated int64
			Opaque, Skipped       map[string]int64
		} `json:"payload_bytes"`
	}
	last := got.out[bytes.LastIndexByte(bytes.TrimRight(got.out, "\n"), '\n')+1:]
	if err := json.Unmarshal(last, &c); err != nil || c.EventType != "coverage" {
		t.Errorf("%s: the last record is no coverage: %.100s", name, last)
		return false
	}
	closed := true
	if n := c.Packets.In - c.Packets.Decoded - total(c.Packets.Undecodable); n != 0 {
		t.Errorf("%s: %d packets are not accounted for", name, n)
		closed = false
	}
	p := c.Payload
	if n := p.In - p.Scanned - p.Repeated - total(p.Opaque) - total(p.Skipped); n != 0 {
		t.Errorf("%s: %d payload bytes are not accounted for: %.300s", name, n, last)
		closed = false
	}
	if p.Skipped["parser_panic"] != 0 || p.Skipped["parser_stuck"] != 0 {
		t.Errorf("%s: a parser failed: %v", name, p.Skipped)
	}
	if p.Scanned < 0 {
		t.Errorf("%s: %d bytes scanned", name, p.Scanned)
		closed = false
	}
	return closed
}

func total(m map[string]int64) int64 {
	var n int64
	for _, v := range m {
		n += v
	}
	return n
}

// compare holds a run against the truth file and notes every difference that
// the table of differences does not explain.
func (s *totals) compare(t *testing.T, row manifestRow, got outcome) {
	t.Helper()
	name := row.suite + "/" + row.file
	want, capped, err := readTruth(filepath.Join(*corpusDir, "truth", row.suite+"__"+row.file+".json"))
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	have := readRecords(t, name, got.out)
	addJA4(t, filepath.Join(*corpusDir, name), want, capped)
	found, agreed := differences(have, want, capped)
	for what, n := range agreed {
		s.agreed[what] += n
	}
	open, explained := s.table.explain(t, name, found)
	for what, n := range explained {
		s.explained[what] += n
	}
	for _, d := range open {
		s.unexplained[d.what] += d.n
		s.lines = append(s.lines, fmt.Sprintf("%s %s %d %s    %s", d.side, d.what, d.n, clip(d.line), name))
	}
}

func clip(s string) string {
	if len(s) > 160 {
		s = s[:160] + "..."
	}
	return fmt.Sprintf("%q", s)
}

// mayDiffer is how many differences may be left without an explanation.
var mayDiffer = map[string]int{"flows": 20, "inner": 0, "dns": 2, "sni": 0, "quic": 0, "websocket": 0, "mqtt": 0, "http": 10, "http2": 0, "ja3": 0, "ja4": 0}

func (s *totals) print(t *testing.T) {
	t.Helper()
	if *corpusVerbose {
		slices.Sort(s.lines)
		for _, l := range s.lines {
			fmt.Println(l)
		}
	}
	fmt.Printf("files %d, not captures %d, with something skipped %d\n", s.files, s.unreadable, s.skipped)
	fmt.Printf("panics %d, with bytes or packets not accounted for %d\n", s.panics, s.open)
	fmt.Printf("slowest %v (%s), most memory %d MiB (%s)\n",
		time.Duration(s.slowest.n).Round(time.Millisecond), s.slowest.file, s.largest.n>>20, s.largest.file)
	s.names.print(t)
	for _, what := range compared {
		fmt.Printf("%-6s agreed %6d, explained differences %4d, unexplained %4d of at most %d\n",
			what, s.agreed[what], s.explained[what], s.unexplained[what], mayDiffer[what])
		if n := s.unexplained[what]; n > mayDiffer[what] {
			t.Errorf("%s: %d differences without an explanation, at most %d may be", what, n, mayDiffer[what])
		}
	}
}

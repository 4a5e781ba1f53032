package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/netip"
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
	corpusVerbose = flag.Bool("differences", true, "list every difference to the truth")
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
	sum := newTotals()
	for _, row := range readManifest(t, *corpusDir) {
		sum.files++
		name := filepath.Join(*corpusDir, row.suite, row.file)
		got := runCorpus(t, bin, name, "--reveal", "--messages")
		sum.count(t, row, got)
		if *corpusWorkers && got.code != exitInput {
			sameForWorkers(t, bin, name)
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
	slowest                    time.Duration
	largest                    int64
	differences                map[string]int // by what was compared
	agreed                     map[string]int
	lines                      []string
}

func newTotals() *totals {
	return &totals{differences: map[string]int{}, agreed: map[string]int{}}
}

// count checks what must hold for every file.
func (s *totals) count(t *testing.T, row manifestRow, got outcome) {
	t.Helper()
	s.slowest, s.largest = max(s.slowest, got.took), max(s.largest, got.rss)
	name := row.suite + "/" + row.file
	switch {
	case got.hung:
		t.Errorf("%s: still running after %v", name, corpusTime)
	case got.rss > corpusMemory:
		t.Errorf("%s: %d MiB of memory", name, got.rss>>20)
	case strings.Contains(got.stderr, "internal error") || strings.Contains(got.stderr, "panic"):
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
	checkCoverage(t, name, got)
}

func checkCoverage(t *testing.T, name string, got outcome) {
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
		return
	}
	if n := c.Packets.In - c.Packets.Decoded - total(c.Packets.Undecodable); n != 0 {
		t.Errorf("%s: %d packets are not accounted for", name, n)
	}
	p := c.Payload
	if n := p.In - p.Scanned - p.Repeated - total(p.Opaque) - total(p.Skipped); n != 0 {
		t.Errorf("%s: %d payload bytes are not accounted for: %.300s", name, n, last)
	}
	if p.Skipped["parser_panic"] != 0 || p.Skipped["parser_stuck"] != 0 {
		t.Errorf("%s: a parser failed: %v", name, p.Skipped)
	}
	if p.Scanned < 0 {
		t.Errorf("%s: %d bytes scanned", name, p.Scanned)
	}
}

func total(m map[string]int64) int64 {
	var n int64
	for _, v := range m {
		n += v
	}
	return n
}

// seen is what a run or a truth file says there is, as comparable lines.
type seen struct {
	flows, dns, sni, http map[string]int
	mdns                  map[string]bool // names that a truth file may count as DNS, or not
	inner                 map[string]bool // flows inside tunnels, which a truth file tells apart, or not
}

func newSeen() seen {
	return seen{map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]bool{}, map[string]bool{}}
}

// compare holds a run against the truth file and notes every difference.
func (s *totals) compare(t *testing.T, row manifestRow, got outcome) {
	t.Helper()
	name := row.suite + "/" + row.file
	want, capped, err := readTruth(filepath.Join(*corpusDir, "truth", row.suite+"__"+row.file+".json"))
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	have := readRecords(t, name, got.out)
	for f := range have.inner {
		if want.flows[f] > 0 || !want.inner[f] {
			have.flows[f] = 1
		}
	}
	for n := range have.mdns {
		if want.dns[n] > 0 {
			have.dns[n] = 1
		}
	}
	for _, c := range []struct {
		what       string
		have, want map[string]int
	}{{"flows", have.flows, want.flows}, {"dns", have.dns, want.dns}, {"sni", have.sni, want.sni}, {"http", have.http, want.http}} {
		if capped[c.what] {
			continue
		}
		s.diff(name, c.what, c.have, c.want)
	}
}

func (s *totals) diff(name, what string, have, want map[string]int) {
	for k, n := range want {
		d := n - have[k]
		s.agreed[what] += min(n, have[k])
		if d > 0 {
			s.differences[what] += d
			s.lines = append(s.lines, fmt.Sprintf("%-6s truth only  %s: %s x%d", what, name, clip(k), d))
		}
	}
	for k, n := range have {
		if d := n - want[k]; d > 0 {
			s.differences[what] += d
			s.lines = append(s.lines, fmt.Sprintf("%-6s ours only   %s: %s x%d", what, name, clip(k), d))
		}
	}
}

func clip(s string) string {
	if len(s) > 160 {
		s = s[:160] + "..."
	}
	return fmt.Sprintf("%q", s)
}

// maxTruth is where the lists of a truth file end.
const maxTruth = 1500

func readTruth(name string) (seen, map[string]bool, error) {
	var d struct {
		Flows [][]any
		Inner [][]any
		DNS   map[string][]string
		SNI   [][]any
		HTTP  [][]any
	}
	out := newSeen()
	b, err := os.ReadFile(name)
	if err != nil {
		return out, nil, err
	}
	if err := json.Unmarshal(b, &d); err != nil {
		return out, nil, err
	}
	for _, f := range d.Flows {
		out.flows[flowLine(f[0].(string), f[1].(string), int(f[2].(float64)), f[3].(string), int(f[4].(float64)))] = 1
	}
	for _, f := range d.Inner {
		out.inner[flowLine(f[0].(string), f[1].(string), int(f[2].(float64)), f[3].(string), int(f[4].(float64)))] = true
	}
	for n := range d.DNS {
		out.dns[dnsName(n)] = 1
	}
	for _, v := range d.SNI {
		out.sni[strings.ToLower(v[0].(string))]++
	}
	for _, v := range d.HTTP {
		out.http[requestLine(fmt.Sprint(v[0]), text(v[1]), text(v[2]))]++
	}
	capped := map[string]bool{
		"flows": len(d.Flows) >= maxTruth, "dns": len(d.DNS) >= maxTruth, "sni": len(d.SNI) >= maxTruth, "http": len(d.HTTP) >= maxTruth,
	}
	return out, capped, nil
}

// text returns a string of a truth file, where nothing is null.
func text(v any) string {
	s, _ := v.(string)
	return s
}

// maxTarget is where a truth file cuts the target of a request.
const maxTarget = 400

func requestLine(method, host, target string) string {
	return method + " " + host + " " + target[:min(len(target), maxTarget)]
}

// dnsName brings a name to one form; the truth files write the root so.
func dnsName(s string) string {
	if s == "<root>" || s == "." {
		return "."
	}
	return strings.ToLower(strings.TrimSuffix(s, "."))
}

// flowLine names a flow whichever side opened it.
func flowLine(proto, a string, ap int, b string, bp int) string {
	x, y := endpoint(a, ap), endpoint(b, bp)
	if x > y {
		x, y = y, x
	}
	return proto + " " + x + " " + y
}

func endpoint(a string, port int) string {
	if ip, err := netip.ParseAddr(a); err == nil {
		a = ip.Unmap().WithZone("").String()
	}
	return fmt.Sprintf("%s:%d", a, port)
}

func readRecords(t *testing.T, name string, out []byte) seen {
	t.Helper()
	got := newSeen()
	s := bufio.NewScanner(bytes.NewReader(out))
	s.Buffer(nil, 16<<20)
	for s.Scan() {
		if !bytes.Contains(s.Bytes(), []byte(`"event_type":"flow"`)) && !bytes.Contains(s.Bytes(), []byte(`"event_type":"message"`)) {
			continue
		}
		var r struct {
			EventType string `json:"event_type"`
			Proto     string
			SrcIP     string `json:"src_ip"`
			SrcPort   int    `json:"src_port"`
			DestIP    string `json:"dest_ip"`
			DestPort  int    `json:"dest_port"`
			AppProto  string `json:"app_proto"`
			Tunnel    string
			HTTP      struct {
				Hostname   string
				HTTPMethod string `json:"http_method"`
				URL        string
			}
			DNS struct{ RRName string }
			TLS struct{ SNI string }
		}
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			t.Errorf("%s: %v: %.100s", name, err, s.Bytes())
			continue
		}
		switch {
		case r.EventType == "flow" && r.Tunnel != "" && (r.Proto == "TCP" || r.Proto == "UDP"):
			got.inner[flowLine(strings.ToLower(r.Proto), r.SrcIP, r.SrcPort, r.DestIP, r.DestPort)] = true
		case r.EventType == "flow" && (r.Proto == "TCP" || r.Proto == "UDP"):
			got.flows[flowLine(strings.ToLower(r.Proto), r.SrcIP, r.SrcPort, r.DestIP, r.DestPort)] = 1
		case r.EventType == "message" && r.HTTP.HTTPMethod != "":
			got.http[requestLine(r.HTTP.HTTPMethod, r.HTTP.Hostname, r.HTTP.URL)]++
		case r.EventType == "message" && r.AppProto == "mdns" && r.DNS.RRName != "":
			got.mdns[dnsName(r.DNS.RRName)] = true
		case r.EventType == "message" && r.AppProto == "dns" && r.DNS.RRName != "":
			got.dns[dnsName(r.DNS.RRName)] = 1
		case r.EventType == "message" && r.TLS.SNI != "":
			got.sni[strings.ToLower(r.TLS.SNI)]++
		}
	}
	return got
}

func (s *totals) print(t *testing.T) {
	t.Helper()
	if *corpusVerbose {
		slices.Sort(s.lines)
		for _, l := range s.lines {
			fmt.Println(l)
		}
	}
	fmt.Printf("files %d, not captures %d, with something skipped %d; slowest %v, most memory %d MiB\n",
		s.files, s.unreadable, s.skipped, s.slowest.Round(time.Millisecond), s.largest>>20)
	for _, what := range []string{"flows", "dns", "sni", "http"} {
		fmt.Printf("%-6s agreed %6d, differences %4d\n", what, s.agreed[what], s.differences[what])
	}
}

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/telltale-audit/telltale/internal/lab"
)

// 'make bench' measures the program against others on captures of the lab,
// all of BENCH_SIZE if that is set, and writes docs/50-benchmarks.md. It never fails for
// being slow: other work on the machine makes every time uncertain.
var (
	benchPairs = flag.Int("bench-pairs", 0, "how many times each program runs in TestBench")
	benchGo    = flag.Bool("bench-go", true, "also run the benchmarks of all packages")
)

const (
	benchSeed  = 1
	benchSides = 3 // runs of what is only measured beside the pairs
	benchPeers = 1 // runs of other auditors, some of which take minutes
)

func TestBench(t *testing.T) {
	if *benchPairs == 0 {
		t.Skip("no benchmark: 'make bench' runs it")
	}
	b := &bench{telltale: buildBinary(t), sizes: benchSizes, pairs: *benchPairs}
	if s := os.Getenv("BENCH_SIZE"); s != "" {
		var size byteSize
		if err := size.Set(s); err != nil {
			t.Fatal(err)
		}
		b.sizes = allOf(size)
	}
	for _, bulk := range lab.Bulks {
		b.captures = append(b.captures, b.measure(t, bulk))
		t.Logf("\n%s", b.captures[len(b.captures)-1].markdown(b.pairs))
	}
	if *benchGo {
		b.packages = packageBenchmarks(t)
	}
	if err := os.WriteFile("../../docs/50-benchmarks.md", []byte(b.document()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// benchSizes are the sizes of the captures, by their names. The goals were set with a
// mix of 1 GB and cleartext of 500 MB.
var benchSizes = map[string]byteSize{"mix": 1e9, "cleartext": 500e6, "smallflows": 200e6, "gzip": 200e6}

// allOf returns the same size for all captures.
func allOf(size byteSize) map[string]byteSize {
	sizes := map[string]byteSize{}
	for _, bulk := range lab.Bulks {
		sizes[bulk.Name] = size
	}
	return sizes
}

// A bench is all that one run of TestBench measured.
type bench struct {
	telltale string // the program
	sizes    map[string]byteSize
	pairs    int
	captures []*benched
	packages []string // lines of a table
}

// A benched is what was measured on one capture.
type benched struct {
	bulk       *lab.Bulk
	size       int64
	packets    int64
	flows      int64
	told       int64
	found      int64
	recordSize int64
	programs   []*program
}

// A program is what is measured. It runs on a capture, either as a process or
// in this one.
type program struct {
	name   string
	does   string
	runs   int // rounds in which it takes part
	args   []string
	inside func(name string) error
	costs  []cost

	may int // exit code that is no failure: 1 of what finds nothing, 3 of an audit that decodes nothing
}

// A cost is what one run took.
type cost struct {
	cpu, wall time.Duration
	peak      int64 // bytes of memory; 0 where it ran in this process
}

// measure makes a capture, and lets all programs run on it in turn, so that
// what else the machine does hits all of them alike.
func (b *bench) measure(t *testing.T, bulk *lab.Bulk) *benched {
	t.Helper()
	dir := filepath.Join(t.TempDir(), bulk.Name)
	defer os.RemoveAll(dir) // the next one needs the room
	truth := b.make(t, dir, bulk)
	name := filepath.Join(dir, "capture.pcapng")
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	r := &benched{bulk: bulk, size: info.Size(), packets: truth.Packets, flows: truth.Flows, programs: b.programs(t, dir)}
	for round := range b.pairs {
		for _, p := range r.programs {
			if round < p.runs {
				p.costs = append(p.costs, p.run(t, name))
			}
		}
	}
	records := filepath.Join(dir, "records.ndjson")
	if info, err = os.Stat(records); err != nil {
		t.Fatal(err)
	}
	r.recordSize = info.Size()
	r.told, r.found = b.recall(t, dir, truth)
	return r
}

// make writes a bulk capture into the folder dir. The program does it, not this
// process: what is in use here when a process begins counts as that one's too.
func (b *bench) make(t *testing.T, dir string, bulk *lab.Bulk) *lab.BulkTruth {
	t.Helper()
	args := []string{"lab", bulk.Name, "--size", strconv.FormatInt(int64(b.sizes[bulk.Name]), 10), "--seed", strconv.Itoa(benchSeed), "-o", dir}
	if out, err := exec.Command(b.telltale, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	truth := new(lab.BulkTruth)
	if err := json.Unmarshal(text, truth); err != nil {
		t.Fatal(err)
	}
	return truth
}

// withDevices returns the flags that name all device files in dir.
func withDevices(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "device-*.yaml"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no device files in %s: %v", dir, err)
	}
	var flags []string
	for _, name := range names {
		flags = append(flags, "--device", name)
	}
	return flags
}

// The names of the programs that others are compared with.
const (
	oneWorker  = "telltale"
	twoWorkers = "telltale, 2 workers"
	noDevice   = "telltale, no device file"
	plainText  = "telltale --plain"
	yardstick  = "sha256sum"
	hashing    = "the hash in telltale"
)

// programs lists what runs on the capture in dir.
func (b *bench) programs(t *testing.T, dir string) []*program {
	t.Helper()
	name := filepath.Join(dir, "capture.pcapng")
	audit := []string{b.telltale, "audit", name, "--json", filepath.Join(dir, "records.ndjson")}
	devices := withDevices(t, dir)
	with := func(workers string, more []string) []string {
		return append(append(slices.Clone(audit), "--workers", workers), more...)
	}
	withPlain := []string{b.telltale, "audit", name, "--plain", "--json", filepath.Join(dir, "plain.ndjson"), "--workers", "1"}
	list := []*program{
		{name: oneWorker, does: "audit, 9 device files, all records written", runs: b.pairs, args: with("1", devices)},
		{name: yardstick, does: "reads and hashes the file", runs: b.pairs, args: []string{"sha256sum", name}},
		{name: hashing, does: "SHA-256 of the file by Go's library", runs: b.pairs, inside: hashFile},
		{name: twoWorkers, does: "the same audit", runs: b.pairs, args: with("2", devices)},
		{name: noDevice, does: "shapes and nested decoding alone", runs: min(b.pairs, benchSides), args: with("1", nil)},
		{name: plainText, does: "known values in all their forms, and shapes; nothing decoded", runs: b.pairs, may: exitSkipped, args: append(withPlain, devices...)},
		{name: "bytes.IndexByte", does: "reads the file, looks for an absent byte in as many bytes", runs: b.pairs, inside: indexFile},
	}
	for _, p := range peers(dir, name) {
		if _, err := exec.LookPath(p.args[0]); err != nil {
			t.Logf("SKIPPED: %s is not installed, so telltale is not compared with it", p.name)
			continue
		}
		p.runs = benchPeers
		list = append(list, p)
	}
	return list
}

// peers are other programs that look into captures.
func peers(dir, name string) []*program {
	return []*program{
		{name: "tshark", does: "names in TLS, DNS and HTTP", args: []string{"tshark", "-n", "-r", name, "-T", "fields", "-e", "frame.number", "-e", "tls.handshake.extensions_server_name", "-e", "dns.qry.name", "-e", "http.host", "-e", "http.request.uri"}},
		{name: "ndpiReader", does: "protocols and names; no search", args: []string{"ndpiReader", "-q", "-i", name}},
		{name: "tcpflow", does: "streams to files; no search", args: []string{"tcpflow", "-r", name, "-o", filepath.Join(dir, "tcpflow")}},
		{name: "ngrep", does: "nine literals in packets; no streams", may: 1, args: []string{"ngrep", "-q", "-I", name, "00101270[0-9]{7}"}},
	}
}

// run runs p once on the capture of that name.
func (p *program) run(t *testing.T, name string) cost {
	t.Helper()
	if p.inside != nil {
		return p.runInside(t, name)
	}
	cmd := exec.Command(p.args[0], p.args[1:]...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	begun := time.Now()
	if err := cmd.Run(); err != nil && (p.may == 0 || cmd.ProcessState.ExitCode() != p.may) {
		t.Fatalf("%s: %v\n%s", strings.Join(p.args, " "), err, stderr.String())
	}
	c := cost{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), wall: time.Since(begun)}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		c.peak = u.Maxrss * 1024
	}
	return c
}

func (p *program) runInside(t *testing.T, name string) cost {
	t.Helper()
	runtime.GC()
	begun, before := time.Now(), cpuTime(t)
	if err := p.inside(name); err != nil {
		t.Fatal(err)
	}
	return cost{cpu: cpuTime(t) - before, wall: time.Since(begun)}
}

// cpuTime returns the user and system time that this process has used.
func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func hashFile(name string) error {
	h := sha256.New()
	return eachBlock(name, func(b []byte) { h.Write(b) })
}

// indexFile reads a file and looks for a byte that is not there in as many
// bytes as it has, a packet's worth at a time.
func indexFile(name string) error {
	const piece = 1400
	text := bytes.Repeat([]byte("telltale "), piece)[:piece]
	found := false
	err := eachBlock(name, func(b []byte) {
		for range len(b) / piece {
			found = found || bytes.IndexByte(text, '\n') >= 0
		}
	})
	if found {
		return errors.New("found a byte that is not there")
	}
	return err
}

// eachBlock reads a file as an audit does.
func eachBlock(name string, do func([]byte)) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	for b := make([]byte, 256<<10); ; {
		n, err := f.Read(b)
		do(b[:n])
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/telltale-audit/telltale/internal/lab"
)

// 'make floods' audits hostile captures of full size and writes
// docs/62-floods.md. It fails where more memory was needed than the program
// may use, or where the genuine connection was overlooked in a flood. Of one sort
// alone it writes nothing.
var (
	floodSeeds = flag.Int("floods", 0, "how many floods of each sort TestFloods audits")
	floodsOnly = flag.String("floods-only", "", "the one sort that it audits")
)

const (
	floodMemory = 256 << 20 // bytes that an audit may take, whatever it reads
	floodEighth = 8         // work is compared with that for so much less
)

func TestFloods(t *testing.T) {
	if *floodSeeds == 0 {
		t.Skip("no floods: 'make floods' runs them")
	}
	s := &siege{telltale: buildBinary(t), dir: t.TempDir()}
	for i, h := range lab.Hostiles {
		if *floodsOnly != "" && h.Name != *floodsOnly {
			continue
		}
		a := s.attack(t, h, 1, h.Full)
		a.ratio = a.work / s.attack(t, h, 1, max(h.Full/floodEighth, 1)).work
		if i < floods {
			for seed := 2; seed <= *floodSeeds; seed++ {
				a.add(s.attack(t, h, uint64(seed), h.Full))
			}
		}
		if a.peak > floodMemory {
			t.Errorf("%s took %d MiB", h.Name, a.peak>>20)
		}
		if i < floods && 100*a.found < 99*a.runs {
			t.Errorf("%s: the genuine connection was found in %d of %d", h.Name, a.found, a.runs)
		}
		t.Log(a.row())
		s.attacks = append(s.attacks, a)
	}
	if *floodsOnly != "" {
		if len(s.attacks) == 0 {
			t.Fatalf("no sort is called %s", *floodsOnly)
		}
		return
	}
	if err := os.WriteFile("../../docs/62-floods.md", []byte(s.document()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// floods is how many of the first sorts of [lab.Hostiles] are run with many seeds.
const floods = 2

// A siege is all that one run of TestFloods measured.
type siege struct {
	telltale, dir string
	attacks       []*attack
}

// An attack is what audits of one sort of hostile capture took.
type attack struct {
	*lab.Hostile
	size, peak  int64   // bytes
	work        float64 // seconds of CPU
	ratio       float64 // of the work for an eighth of it
	runs, found int     // audits, and those that found the genuine IMEI
	named       int64   // under h.Names, in the last audit
	exit        int
	most        time.Duration // of CPU
}

// attack makes a capture and audits it.
func (s *siege) attack(t *testing.T, h *lab.Hostile, seed uint64, n int) *attack {
	t.Helper()
	dir := filepath.Join(s.dir, h.Name)
	defer os.RemoveAll(dir) // the next one needs the room
	lab := exec.Command(s.telltale, "lab", "hostile", h.Name, "--count", strconv.Itoa(n), "--seed", strconv.FormatUint(seed, 10), "-o", dir)
	if out, err := lab.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	name, records := filepath.Join(dir, "capture.pcapng"), filepath.Join(dir, "records.ndjson")
	cmd := exec.Command(s.telltale, "audit", name, "--device", filepath.Join(dir, "device.yaml"), "--json", records)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != exitSkipped) {
		t.Fatalf("%s: %v\n%s", h.Name, err, stderr.String())
	}
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	a := &attack{Hostile: h, work: cpu.Seconds(), most: cpu, runs: 1, exit: cmd.ProcessState.ExitCode()}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		a.peak = u.Maxrss * 1024
	}
	if info, err := os.Stat(name); err == nil {
		a.size = info.Size()
	}
	a.read(t, records)
	return a
}

// read looks for the genuine IMEI, and for what coverage names, in the
// records. It takes few of them in: what is in use here when a process begins
// counts as that one's too.
func (a *attack) read(t *testing.T, records string) {
	t.Helper()
	text, err := exec.Command("grep", "-E", `"event_type":"sighting".*"level":"confirmed"|"event_type":"coverage"`, records).Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		if bytes.Contains(line, []byte(`"event_type":"sighting"`)) {
			if bytes.Contains(line, []byte(`"kind":"imei"`)) {
				a.found = 1
			}
			continue
		}
		var r struct {
			Packets    struct{ Undecodable map[string]int64 }
			Payload    struct{ Skipped map[string]int64 } `json:"payload_bytes"`
			Missing    struct{ Gap int64 }
			Suppressed []struct {
				Rule  string
				Count int64
			}
		}
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		a.named += r.Payload.Skipped[a.Names] + r.Packets.Undecodable[a.Names]
		for _, s := range r.Suppressed {
			if s.Rule == a.Names {
				a.named += s.Count
			}
		}
		if a.Names == "gap" {
			a.named += r.Missing.Gap
		}
	}
}

// add counts another audit of the same sort.
func (a *attack) add(b *attack) {
	a.peak, a.most = max(a.peak, b.peak), max(a.most, b.most)
	a.runs, a.found = a.runs+b.runs, a.found+b.found
}

// row returns a line of the table.
func (a *attack) row() string {
	named := "–"
	if a.Names != "" {
		named = fmt.Sprintf("%s %d", a.Names, a.named)
	}
	return fmt.Sprintf("| %s | %d %s | %.1f | %.2f s | %.1f | %d MiB | %d of %d | %s | %d |",
		a.Name, a.Full, a.About, float64(a.size)/1e6, a.work, a.ratio, a.peak>>20, a.found, a.runs, named, a.exit)
}

// document returns the page about all that was measured.
func (s *siege) document() string {
	var b strings.Builder
	fmt.Fprintf(&b, floodsHead, time.Now().UTC().Format("2 January 2006"), runtime.NumCPU(), processor(), runtime.Version(), floodMemory>>20)
	for _, a := range s.attacks {
		b.WriteString(a.row() + "\n")
	}
	b.WriteString(floodsTail)
	return b.String()
}

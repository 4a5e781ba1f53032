package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// goals are what an audit of a capture may cost.
var goals = map[string]string{
	"mix":        "engine at most 1/3 of sha256sum; 64 MiB",
	"cleartext":  "engine at most 1.0 of sha256sum, with nested decoding; 64 MiB",
	"smallflows": "at most 2/3 of sha256sum with all records written; 96 MiB",
	"gzip":       "at least 60 MB/s; 64 MiB",
}

// document returns the page about all that was measured.
func (b *bench) document() string {
	var s strings.Builder
	fmt.Fprintf(&s, `# Benchmarks

Written by `+"`make bench`"+` on %s, on %d cores of %s, %s.
CPU is user and system time of the whole process; each figure is the median of %d runs, the programs in turn; without
device file %d runs, other auditors %d. **The ratios are the finding:** times belong to that machine and to what else
it did. The lab makes the captures; every identifier in them is made up.

`, time.Now().UTC().Format("2 January 2006"), runtime.NumCPU(), processor(), runtime.Version(), b.pairs, min(b.pairs, benchSides), benchPeers)
	fmt.Fprintf(&s, "## Run it yourself\n```\n")
	for _, c := range b.captures {
		size := b.sizes[c.bulk.Name]
		fmt.Fprintf(&s, "telltale lab %s --size %s --seed %d -o %s\n", c.bulk.Name, size.String(), benchSeed, c.bulk.Name)
	}
	s.WriteString("telltale audit mix/capture.pcapng --workers 1 --json records.ndjson $(printf -- '--device %s ' mix/device-*.yaml)\n" +
		"sha256sum mix/capture.pcapng\nmake bench                  # all of it; BENCH_SIZE=200MB for all alike, BENCH_PAIRS=3 for fewer runs\n```\n\n")
	s.WriteString("\"Engine\" is the whole process less the time that SHA-256 of the same file takes with Go's library, measured in turn\n" +
		"with the rest: an audit hashes its inputs, so that anyone can tell which file it is about.\n\n")
	for _, c := range b.captures {
		s.WriteString(c.markdown(b.pairs) + "\n")
	}
	if len(b.packages) > 0 {
		s.WriteString("## Parts\nThe benchmarks of the packages, once each (`go test -run '^$' -bench . -benchmem ./...`).\n\n| package | benchmark | figures |\n|---|---|---|\n")
		s.WriteString(strings.Join(b.packages, "\n") + "\n")
	}
	return s.String()
}

// markdown returns the section about a capture.
func (r *benched) markdown(pairs int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "## %s\n%.0f MB, %d packets, %d flows: %s.\nGoal: %s.\n\n", r.bulk.Name, float64(r.size)/1e6, r.packets, r.flows, r.bulk.About, goals[r.bulk.Name])
	s.WriteString("| program | does | CPU | of sha256sum | MB/s a core | peak memory |\n|---|---|---|---|---|---|\n")
	for _, p := range r.programs {
		s.WriteString(r.row(p.name, p.does, median(p.costs, cpu), mostMemory(p.costs)))
		if p.name == oneWorker {
			engine := median(p.costs, cpu) - median(r.program(hashing).costs, cpu)
			s.WriteString(r.row("engine", "telltale less hashing", engine, 0))
		}
	}
	one, two := sorted(r.program(oneWorker).costs, wall)[0], sorted(r.program(twoWorkers).costs, wall)[0]
	fmt.Fprintf(&s, "\nFound: %d of %d told. Records: %.1f MB. Least wall time with 1 worker %.2f s, with 2 %.2f s (%.2fx).\n",
		r.found, r.told, float64(r.recordSize)/1e6, one.Seconds(), two.Seconds(), one.Seconds()/two.Seconds())
	fmt.Fprintf(&s, "Spread of CPU over %d runs: telltale %s, sha256sum %s.\n", pairs, spread(r.program(oneWorker).costs), spread(r.program(yardstick).costs))
	return s.String()
}

// row returns a line of a capture's table.
func (r *benched) row(name, does string, took time.Duration, peak int64) string {
	memory := "–"
	if peak > 0 {
		memory = fmt.Sprintf("%.0f MiB", float64(peak)/(1<<20))
	}
	ratio := took.Seconds() / median(r.program(yardstick).costs, cpu).Seconds()
	return fmt.Sprintf("| %s | %s | %.2f s | %.2f | %.0f | %s |\n", name, does, took.Seconds(), ratio, float64(r.size)/1e6/took.Seconds(), memory)
}

func (r *benched) program(name string) *program {
	i := slices.IndexFunc(r.programs, func(p *program) bool { return p.name == name })
	return r.programs[i]
}

func cpu(c cost) time.Duration  { return c.cpu }
func wall(c cost) time.Duration { return c.wall }

// sorted returns one figure of all runs, the least first.
func sorted(costs []cost, of func(cost) time.Duration) []time.Duration {
	var all []time.Duration
	for _, c := range costs {
		all = append(all, of(c))
	}
	slices.Sort(all)
	return all
}

func median(costs []cost, of func(cost) time.Duration) time.Duration {
	all := sorted(costs, of)
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

// spread returns the least and the greatest CPU time.
func spread(costs []cost) string {
	all := sorted(costs, cpu)
	return fmt.Sprintf("%.2f to %.2f s", all[0].Seconds(), all[len(all)-1].Seconds())
}

func mostMemory(costs []cost) int64 {
	var most int64
	for _, c := range costs {
		most = max(most, c.peak)
	}
	return most
}

// processor names the family of the machine's processor, not more.
func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	field := func(name string) string {
		m := regexp.MustCompile(`(?m)^` + name + `\s*: (.*)$`).FindSubmatch(info)
		if m == nil {
			return "unknown"
		}
		return string(m[1])
	}
	return runtime.GOARCH + " (" + field("vendor_id") + " family " + field("cpu family") + ")"
}

var benchmarkLine = regexp.MustCompile(`^(Benchmark\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

// packageBenchmarks runs the benchmarks of all packages once and returns the
// lines of a table.
func packageBenchmarks(t *testing.T) []string {
	t.Helper()
	cmd := exec.Command("go", "test", "-run", "^$", "-bench", ".", "-benchmem", "-p", "1", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("benchmarks of the packages: %v", err)
	}
	var rows []string
	var pkg string
	for line := range bytes.Lines(out) {
		text := strings.TrimSpace(string(line))
		if name, ok := strings.CutPrefix(text, "pkg: github.com/telltale-audit/"); ok {
			pkg = strings.TrimPrefix(name, "telltale/")
		}
		if m := benchmarkLine.FindStringSubmatch(text); m != nil {
			rows = append(rows, fmt.Sprintf("| %s | %s | %s |", pkg, strings.TrimPrefix(m[1], "Benchmark"), strings.Join(strings.Fields(m[2]), " ")))
		}
	}
	return rows
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale/internal/capture"
)

const (
	agreementTable = "testdata/agreement.txt"
	agreementDoc   = "../../docs/61-agreement.md"
)

// An agreement is the table of differences to the witness that are explained.
type agreement struct{ list []*explanation }

// An explanation says of differences in one file who is right and why. It
// holds as long as the differences are there exactly so, and as the packets
// hold the bytes that it quotes.
type explanation struct {
	file, right, why string // right: "ours", "tshark" or "both"
	lines            []expected
	evidence         []evidence
}

// expected is a difference that is explained; with a proof, all those of its
// sort that the proof holds for, n together.
type expected struct {
	difference
	proof string
}

type evidence struct {
	packet int64
	quote  string
}

// proofs are what "each" in the table may refer to: a check that every single
// difference has to pass.
var proofs = map[string]struct {
	holds func([]capture.Packet, difference) bool
	says  string
}{
	"quote": {quoted, "ICMP errors quote the packet with the request, which is also there itself"},
	"sflow": {sampled, "the beginning of one of its packets is a sample that a switch reports by sFlow"},
	"rest":  {unfinished, "a packet holds the first line of the request, and the capture lacks bytes of its head or of the body that it announces"},
}

// TestAgreement holds that the page of differences says what the table says.
func TestAgreement(t *testing.T) {
	got := readAgreement(t).page()
	if *update {
		if err := os.WriteFile(agreementDoc, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := readDoc(t, "docs/61-agreement.md"); got != want {
		t.Error("docs/61-agreement.md is not what testdata/agreement.txt makes of it: make generate")
	}
}

func readAgreement(t *testing.T) *agreement {
	t.Helper()
	b, err := os.ReadFile(agreementTable)
	if err != nil {
		t.Fatal(err)
	}
	a := &agreement{}
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		if line = strings.TrimRight(line, "\n"); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := a.read(line); err != nil {
			t.Fatalf("%s:%d: %v", agreementTable, n, err)
		}
	}
	return a
}

// read takes one line of the table.
func (a *agreement) read(line string) error {
	key, rest, _ := strings.Cut(line, " ")
	if key == "file" {
		a.list = append(a.list, &explanation{file: rest})
		return nil
	}
	if len(a.list) == 0 {
		return errors.New("before the first file")
	}
	e := a.list[len(a.list)-1]
	switch key {
	case "ours", "tshark":
		return e.expect(key, rest)
	case "right":
		e.right = rest
	case "why", "":
		e.why = strings.TrimSpace(e.why + " " + strings.TrimSpace(rest))
	case "bytes":
		number, quoted, _ := strings.Cut(rest, " ")
		n, err := strconv.ParseInt(number, 10, 64)
		quote, err2 := strconv.Unquote(quoted)
		e.evidence = append(e.evidence, evidence{n, quote})
		return errors.Join(err, err2)
	default:
		return fmt.Errorf("what is %q?", key)
	}
	return nil
}

// expect takes a line such as "http 2 GET example.com /".
func (e *explanation) expect(side, rest string) error {
	f := strings.SplitN(rest, " ", 3)
	if len(f) != 3 {
		return fmt.Errorf("%q lacks something", rest)
	}
	n, err := strconv.Atoi(f[1])
	x := expected{difference: difference{what: f[0], side: side, line: f[2], n: n}}
	if proof, ok := strings.CutPrefix(f[2], "each "); ok {
		if _, ok := proofs[proof]; !ok {
			return fmt.Errorf("no proof %q", proof)
		}
		x.proof, x.line = proof, ""
	}
	e.lines = append(e.lines, x)
	return err
}

// explain returns what the table leaves unexplained of the differences found
// in a file, and how many it explains. An explanation without its difference
// fails the test: it has to go.
func (a *agreement) explain(t *testing.T, file string, found []difference) (open []difference, explained map[string]int) {
	t.Helper()
	open, explained = found, map[string]int{}
	var packets []capture.Packet
	for _, e := range a.list {
		if e.file != file {
			continue
		}
		if packets == nil {
			packets = readPackets(t, filepath.Join(*corpusDir, file))
		}
		e.check(t, packets)
		for _, x := range e.lines {
			var n int
			if open, n = x.take(open, packets); n != x.n {
				t.Errorf("%s: %s has %d %s %q, and the table explains %d", file, x.side, n, x.what, x.line+x.proof, x.n)
			}
			explained[x.what] += n
		}
	}
	return open, explained
}

// take removes the differences that x explains, and returns how many.
func (x *expected) take(found []difference, packets []capture.Packet) (open []difference, n int) {
	for _, d := range found {
		hit := d.what == x.what && d.side == x.side
		if x.proof != "" {
			hit = hit && proofs[x.proof].holds(packets, d)
		} else {
			hit = hit && d.line == x.line
		}
		if hit {
			n += d.n
		} else {
			open = append(open, d)
		}
	}
	return open, n
}

// check holds that the packets are as the explanation says.
func (e *explanation) check(t *testing.T, packets []capture.Packet) {
	t.Helper()
	for _, q := range e.evidence {
		if q.packet > int64(len(packets)) || !bytes.Contains(packets[q.packet-1].Data, []byte(q.quote)) {
			t.Errorf("%s: packet %d does not hold %q", e.file, q.packet, q.quote)
		}
	}
}

func readPackets(t *testing.T, name string) []capture.Packet {
	t.Helper()
	f, err := capture.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := []capture.Packet{}
	for b := new(capture.Batch); ; {
		switch err := f.Read(context.Background(), b); {
		case errors.Is(err, io.EOF):
			return all
		case err != nil:
			t.Fatal(err)
		}
		for _, p := range b.Packets {
			p.Data = bytes.Clone(p.Data)
			all = append(all, p)
		}
	}
}

// page renders the table for people.
func (a *agreement) page() string {
	var b strings.Builder
	b.WriteString(agreementIntro)
	count := map[string]map[string]int{}
	for _, e := range a.list {
		for _, x := range e.lines {
			if count[e.right] == nil {
				count[e.right] = map[string]int{}
			}
			count[e.right][x.what] += x.n
		}
	}
	b.WriteString("\n| who is right | " + strings.Join(compared, " | ") + " |\n|---|" + strings.Repeat("--:|", len(compared)) + "\n")
	for _, right := range []string{"ours", "both", "tshark"} {
		b.WriteString("| " + right + " |")
		for _, what := range compared {
			fmt.Fprintf(&b, " %d |", count[right][what])
		}
		b.WriteString("\n")
	}
	b.WriteString("\n## What each check proves\n")
	for _, name := range sortedProofs() {
		b.WriteString("- `" + name + "`: " + proofs[name].says + ".\n")
	}
	b.WriteString("\n## File by file\n")
	for _, e := range a.list {
		e.section(&b)
	}
	return b.String()
}

func sortedProofs() []string {
	var names []string
	for name := range proofs {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (e *explanation) section(b *strings.Builder) {
	fmt.Fprintf(b, "\n### %s\n", e.file)
	for _, x := range e.lines {
		line := "`" + clip(x.line) + "`"
		if x.proof != "" {
			line = "each by the check `" + x.proof + "`"
		}
		fmt.Fprintf(b, "- only %s, %s, %d: %s\n", x.side, x.what, x.n, line)
	}
	fmt.Fprintf(b, "\nRight: **%s**. %s\n", e.right, e.why)
	for _, q := range e.evidence {
		fmt.Fprintf(b, "- packet %d holds `%s`\n", q.packet, clip(q.quote))
	}
}

const agreementIntro = `# Agreement with tshark

<!-- Made from cmd/telltale/testdata/agreement.txt by 'make generate'. -->

'make corpus CORPUS=folder' audits every capture of a folder and compares what it finds with what tshark 4.0.17 found there:
TCP and UDP flows, flows inside tunnels, names asked for in DNS, names in greetings of TLS and QUIC, HTTP/1 requests, WebSocket frames, MQTT packets, and the fingerprints JA3 and JA4 of TLS greetings (JA4
from the lists that an installed tshark gives; without one it is not compared). Both ways: what
tshark has and telltale lacks, and what telltale has and tshark lacks. tshark is a witness, not the truth: each difference
was looked at in the bytes, and this page says who is right. The test reads the same table. A difference that is not here
counts against the gate; an entry whose difference is gone, or whose quoted bytes are not in that packet, fails the test.

The test also counts names, over the captures that hold an answer of DNS or a greeting. Of 226 flows to machines on the
internet 190 have the name of a host. Of 33 that have none a table says whose network they are in: look-ups at a
resolver, which nobody looks up, and machines whose names the capture holds nowhere, since it began after the look-up or
the program knew the address alone. 3 are called nothing. So 223 of 226, 98.7 %, are called something. Of the 151 flows,
other than look-ups, whose far end tshark sees a name for anywhere in the capture, 149 have it, 98.7 %; the other two
ended before it was first said. Less than 98 % of either fails the test.
`

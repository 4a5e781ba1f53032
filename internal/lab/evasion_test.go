package lab

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/detect"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/pipeline"
)

var update = flag.Bool("update", false, "rewrite golden files")

// source hands out packets that are in memory.
type source struct {
	packets []*Packet
	each    int
}

func (s *source) Read(_ context.Context, b *capture.Batch) error {
	b.Packets = b.Packets[:0]
	if len(s.packets) == 0 {
		return io.EOF
	}
	n := min(s.each, len(s.packets))
	for _, p := range s.packets[:n] {
		b.Packets = append(b.Packets, p.captured())
	}
	s.packets = s.packets[n:]
	return nil
}

func (s *source) Close() error { return nil }

func (p *Packet) captured() capture.Packet {
	return capture.Packet{Data: p.Data, Time: p.Time, Number: p.Number, WireLen: len(p.Data), Link: packet.LinkEthernet}
}

// A sink keeps events.
type sink struct{ events []*pipeline.Event }

func (s *sink) Put(_ context.Context, events []*pipeline.Event) error {
	s.events = append(s.events, events...)
	return nil
}

// imeis runs packets through the engine and returns the numbers found with the
// views they were found in, sorted: "0010... main".
func imeis(t *testing.T, packets []*Packet, workers, each int) []string {
	t.Helper()
	var out []string
	for _, s := range sightings(t, packets, workers, each) {
		out = append(out, s.value+" "+string(s.view))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// A sighted is an IMEI that was found.
type sighted struct {
	value string
	view  telltale.View
	flow  int64
}

func sightings(t *testing.T, packets []*Packet, workers, each int) []sighted {
	t.Helper()
	var got sink
	cfg := pipeline.Config{Workers: workers, Engine: detect.New(nil)}
	tally, err := pipeline.Run(context.Background(), &source{packets, each}, cfg, &got)
	if err != nil {
		t.Fatal(err)
	}
	if n := tally.Payload.Balance(); n != 0 {
		t.Errorf("%d payload bytes are not accounted for", n)
	}
	var out []sighted
	for _, e := range got.events {
		for i := 0; e.Message != nil && i < len(e.Message.Sightings); i++ {
			if s := e.Message.Sightings[i]; s.Kind == telltale.IMEI {
				out = append(out, sighted{s.Value.Raw(), s.View, e.Flow.ID})
			}
		}
	}
	return out
}

// TestSplits: a number that is cut anywhere is found in every conversation, in
// the main view, and nothing else is.
func TestSplits(t *testing.T) {
	all, of := 0, 0
	defer func() { t.Logf("%d conversations of %d with a number that is cut: found in the main view", all, of) }()
	for _, s := range Splits() {
		t.Run(s.Name, func(t *testing.T) {
			flows := map[int64]bool{}
			for _, found := range sightings(t, s.Packets, 2, 7) {
				if found.value != firstIMEI || found.view != telltale.ViewMain {
					t.Errorf("flow %d: %s in the view %s", found.flow, found.value, found.view)
				}
				flows[found.flow] = true
			}
			all, of = all+len(flows), of+s.Flows
			if len(flows) != s.Flows || s.Flows < 15 {
				t.Errorf("found in %d conversations of %d", len(flows), s.Flows)
			}
		})
	}
}

var gaps = flag.Int("gaps", 11_500, "how many conversations TestGaps has, of which one in eight has no gap")

// TestGaps: what lies before and after bytes that the capture missed, and put
// together would be a number, is never put together. Where nothing is missed
// it is.
func TestGaps(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 13))
	phone, _ := lan(false, "02:00:5e:10:7a:c4")
	torn, wrong, whole := 0, 0, 0
	for done := 0; done < *gaps; {
		c, missed := NewCapture(uint64(done)), map[uint16]bool{}
		for range min(500, *gaps-done) {
			how := Carriage{Segment: 1 + rng.IntN(60), Order: Order(rng.IntN(3)), Repeat: rng.IntN(3)}
			conn := c.Conn(evasionStart+rng.Int64N(1e11), phone, Host{gatewayMAC, farAddr(false, rng.IntN(700))}, 9999, how)
			missed[conn.ports[0]] = tear(conn, rng)
			done++
		}
		packets := c.Packets()
		ports := map[int64]uint16{}
		for _, p := range packets {
			ports[p.Number] = binary.BigEndian.Uint16(p.Data[34:])
		}
		glued := map[uint16]bool{}
		for _, s := range sightings(t, packets, 2, 64) {
			if s.value == firstIMEI {
				glued[ports[s.flow]] = true
			}
		}
		for port, lost := range missed {
			switch {
			case lost && glued[port]:
				wrong++
			case lost:
				torn++
			case glued[port]:
				whole++
			}
			if glued[port] == lost {
				t.Errorf("a gap: %v, the number found: %v", lost, glued[port])
			}
		}
	}
	t.Logf("%d conversations: %d numbers glued across a gap, %d not; %d without a gap, all found", *gaps, wrong, torn, whole)
}

// tear sends a number with other digits amid it that the capture misses or, in
// one conversation of eight, with none. It reports whether there were any.
func tear(conn *Conn, rng *rand.Rand) bool {
	cut, lost := 1+rng.IntN(len(firstIMEI)-2), "" // 14 digits are a number without its check digit
	if rng.IntN(8) > 0 {
		lost = digits(1+rng.IntN(3000), rng)
	}
	before, after := "imei="+firstIMEI[:cut], firstIMEI[cut:]+";"
	switch body := contentLength([]byte(before + lost + after)); rng.IntN(4) {
	case 0:
		before = string(HTTP("POST /torn HTTP/1.1", []string{"Host: torn.example", body}, []byte(before)))
	case 1:
		before = string(HTTP("POST /torn HTTP/1.1", []string{"Host: torn.example", "Transfer-Encoding: chunked"}, nil)) +
			fmt.Sprintf("%x\r\n", len(before+lost+after)) + before
		after += "\r\n0\r\n\r\n"
	case 2:
		before = "GET /torn?" + before
		after += " HTTP/1.1\r\nHost: torn.example\r\n\r\n"
	}
	if lost != "" {
		conn.Lose(telltale.ToServer, telltale.Range{Start: int64(len(before)), End: int64(len(before) + len(lost))})
	}
	if rng.IntN(4) > 0 || conn.carriage.Order != InOrder { // without it what comes first is the start
		conn.Open()
	}
	conn.Send(telltale.ToServer, []byte(before+lost+after))
	conn.Close(telltale.ToServer)
	return lost != ""
}

// TestEvasions: whatever a case hides is found, in the main view or beside it,
// nothing else is, and no matter how the work is spread.
func TestEvasions(t *testing.T) {
	numbers, main, alt := 0, 0, 0
	defer func() {
		t.Logf("%d cases with %d numbers on the wire: %d found in the main view, %d more beside it", len(Evasions()), numbers, main, alt)
	}()
	for _, e := range Evasions() {
		t.Run(e.Name, func(t *testing.T) {
			packets := e.Scenario().Packets
			got := imeis(t, packets, 1, len(packets))
			for _, imei := range e.Hides {
				numbers++
				switch {
				case slices.Contains(got, imei+" main"):
					main++
				case slices.Contains(got, imei+" alt"):
					alt++
				}
				if !slices.Contains(got, imei+" main") && !slices.Contains(got, imei+" alt") {
					t.Errorf("%s is on the wire and was not found: %v", imei, got)
				}
			}
			for _, s := range got {
				if imei, _, _ := strings.Cut(s, " "); !slices.Contains(e.Hides, imei) {
					t.Errorf("%s was found and is not on the wire", s)
				}
			}
			if cut := imeis(t, packets, 2, 1); !slices.Equal(cut, got) {
				t.Errorf("two workers, a packet at a time: %v, else %v", cut, got)
			}
		})
	}
}

// A mainView keeps what both directions of flows read.
type mainView struct{ text [2]strings.Builder }

// anew stands where a connection ends and another one begins.
const anew = "|"

func (m *mainView) Open(*flow.Flow) {
	for d := range m.text {
		if m.text[d].Len() > 0 {
			m.text[d].WriteString(anew)
		}
	}
}

func (m *mainView) Alt(*flow.Flow, telltale.Direction, flow.Copy) {}
func (m *mainView) Close(*flow.Flow, int64)                       {}
func (m *mainView) Gap(_ *flow.Flow, d telltale.Direction, _, n int64) {
	m.text[d].WriteString(strings.Repeat("?", int(min(n, 64))))
}

func (m *mainView) Data(_ *flow.Flow, d telltale.Direction, _ int64, b []byte) { m.text[d].Write(b) }

// readMain returns what the sender's stream is in the main view.
func readMain(packets []*Packet) string {
	var m mainView
	table, clock := flow.NewTable(&m, flow.Limits{}), new(flow.Clock)
	join := func(w *packet.Whole) {
		if w != nil && w.Header.Status == packet.OK {
			table.At(clock.Advance(w.Time))
			table.Packet(&w.Header, &capture.Packet{Data: w.Data, Time: w.Time, Number: w.Packets[0], WireLen: len(w.Data)})
		}
	}
	fragments := packet.NewFragments(1<<20, join, func(packet.Part) {})
	for _, p := range packets {
		var h packet.Header
		c := p.captured()
		switch h.Decode(packet.LinkEthernet, p.Data, len(p.Data)) {
		case packet.OK:
			table.At(clock.Advance(c.Time))
			table.Packet(&h, &c)
		case packet.Fragment:
			join(fragments.Add(&h, p.Data, p.Number, p.Time))
		}
	}
	fragments.Flush()
	table.Finish()
	a, b := m.text[0].String(), m.text[1].String()
	if len(a) > len(b) {
		return a
	}
	return b
}

// apart are the cases in which the main view is not what the socket read,
// and why.
var apart = map[string]string{
	"E29-header-chain-ip6": "Linux drops fragments behind two headers of options; not every receiver does",
}

// TestMainView holds the main view of every case against what a socket of
// Linux read.
func TestMainView(t *testing.T) {
	verdicts := Verdicts()
	for _, e := range Evasions() {
		v, ok := verdicts[e.Name]
		if !ok {
			t.Errorf("%s: no verdict is recorded", e.Name)
			continue
		}
		got, _, _ := strings.Cut(readMain(e.Scenario().Packets), "?") // a socket waits at a hole
		if why := apart[e.Name]; (got != v.Read) != (why != "" || e.dies()) {
			t.Errorf("%s (apart for %q)\nmain view %q\nLinux     %q", e.Name, why, got, v.Read)
		}
	}
}

// dies reports whether the receiver missed what the capture saw.
func (e *Evasion) dies() bool {
	return slices.ContainsFunc(e.shots, func(s shot) bool { return s.lost && s.data != "" })
}

// writeVerdicts writes the verdicts down, a case a line.
func writeVerdicts(t *testing.T, verdicts map[string]Verdict) {
	t.Helper()
	var b strings.Builder
	for i, e := range Evasions() {
		line, err := json.Marshal(verdicts[e.Name])
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s%q: %s", map[bool]string{true: "{\n", false: ",\n"}[i == 0], e.Name, line)
	}
	if err := os.WriteFile("evasion.json", []byte(b.String()+"\n}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestTsharkReads has tshark put the stream of every case together, and
// compares with what is recorded. With -update it records.
func TestTsharkReads(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("SKIPPED: tshark is not installed, so it judges no case (Debian: apt-get install tshark)")
	}
	verdicts := maps.Clone(Verdicts())
	args := []string{"-q", "-n", "-o", "tcp.reassemble_out_of_order:TRUE", "-o", "tcp.check_checksum:TRUE", "-r", filepath.Join(t.TempDir(), captureName)}
	var all []*Packet
	for i, e := range Evasions() {
		x := e.exchange()
		x.sender.Addr, x.id = nth(x.sender.Addr, i), uint16(100*i)
		for _, p := range e.packets(x) {
			p.Time += int64(i) * int64(time.Minute)
			all = append(all, p)
		}
		args = append(args, "-z", "follow,tcp,raw,"+netip.AddrPortFrom(x.sender.Addr, x.ports[0]).String()+","+netip.AddrPortFrom(x.receiver.Addr, x.ports[1]).String())
	}
	writeTo(t, args[7], &Scenario{Comment: Marker, Packets: all})
	out, err := exec.Command(tshark, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	read := followed(string(out))
	if len(read) != len(Evasions()) {
		t.Fatalf("%d streams, want %d", len(read), len(Evasions()))
	}
	for i, e := range Evasions() {
		v := verdicts[e.Name]
		// Statistics are printed in the opposite order of the options.
		got := read[len(read)-1-i]
		if v.Tshark != got && !*update {
			t.Errorf("%s: tshark read %q, recorded is %q", e.Name, got, v.Tshark)
		}
		v.Tshark = got
		verdicts[e.Name] = v
	}
	if *update {
		writeVerdicts(t, verdicts)
	}
}

// followed reads the streams out of what tshark prints: each begins with the
// line of its second end, and is written in hexadecimal.
func followed(out string) []string {
	var all []string
	for _, block := range strings.Split(out, "Follow: tcp,raw")[1:] {
		var b []byte
		for line := range strings.Lines(block) {
			if more, err := hex.DecodeString(strings.TrimSpace(line)); err == nil {
				b = append(b, more...)
			}
		}
		all = append(all, string(b))
	}
	return all
}

const evasionDoc = "../../docs/60-evasion.md"

// TestEvasionTable holds the table in the documentation to what is recorded of
// others and what the program does now.
func TestEvasionTable(t *testing.T) {
	var b strings.Builder
	b.WriteString(evasionHead)
	numbers, main, splits := 0, 0, 0
	for _, e := range Evasions() {
		for _, imei := range e.Hides {
			if numbers++; slices.Contains(imeis(t, e.Scenario().Packets, 1, 1000), imei+" main") {
				main++
			}
		}
		v := Verdicts()[e.Name]
		found := imeis(t, e.Scenario().Packets, 1, 1000)
		view := func(name string) string {
			var in []string
			for _, s := range found {
				if imei, of, _ := strings.Cut(s, " "); of == name {
					in = append(in, imei)
				}
			}
			return letters(strings.Join(in, " "))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", e.Name, e.About, letters(v.Read), letters(v.Tshark), view("main"), view("alt"))
	}
	b.WriteString("\n## Cut anywhere\n\n| case | the number is cut | conversations | found in the main view of |\n|---|---|---|---|\n")
	for _, s := range Splits() {
		flows := map[int64]bool{}
		for _, found := range sightings(t, s.Packets, 1, 1000) {
			flows[found.flow] = found.view == telltale.ViewMain
		}
		fmt.Fprintf(&b, "| %s | %s | %d | %d |\n", s.Name, s.About, s.Flows, len(flows))
		splits += s.Flows
	}
	fmt.Fprintf(&b, evasionTail, len(Evasions()), numbers, main, numbers-main, splits)
	if *update {
		if err := os.WriteFile(evasionDoc, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(evasionDoc)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("docs/60-evasion.md is not what the program does; if the change is meant: go test ./internal/lab -run TestEvasionTable -update")
	}
}

// letters says which of the numbers a text has: A is the one of the copy that
// is sent first, B that of the other, C a third.
func letters(text string) string {
	var out []byte
	for i, imei := range []string{firstIMEI, secondIMEI} {
		if strings.Contains(text, imei) {
			out = append(out, byte('A'+i))
		}
	}
	if strings.Contains(text, "001012704839103") || strings.Contains(text, "=00101270483910;") {
		out = append(out, 'C')
	}
	if len(out) == 0 {
		return "–"
	}
	return string(out)
}

const evasionHead = `# Evasion

Whoever wants to keep bytes from an observer sends them so that the receiver reads something else than the observer.
telltale asks another question: what was readable on the way? It puts the stream together as a socket of Linux would read
it (the main view), and searches all other copies too (` + "`view: alt`" + `). ` + "[ADR 6](adr/006-union-rule.md)" + ` says how.

The cases below are made by ` + "`telltale lab evasion -o FOLDER`" + `. In most of them one copy of some bytes holds the number A
and another copy the number B. A socket of Linux 6.18 behind a TUN device in a network of its own read the streams, and
tshark 4.0.17 put them together (with checks of checksums on); both verdicts are recorded in ` + "`internal/lab/evasion.json`" + `.
Where tests may open such a device they ask Linux again, and the main view has to be what it read. The program must find
every number that is on the wire. The letters say which numbers each one saw; C is what is left of A without one digit.
Where Linux saw a number that telltale does not show in the main view, the bytes of the first copy had reached the capture
but not the receiver (they "die on the way"), which no observer can know. Linux drops the fragments of
E29-header-chain-ip6, which other receivers put together.

This page is written by ` + "`go test ./internal/lab -run TestEvasionTable -update`" + `.

| case | what happens | Linux | tshark | main view | beside it |
|---|---|---|---|---|---|
`

const evasionTail = `
## In figures

` + "`go test ./internal/lab -v -run 'TestEvasions$|TestSplits|TestGaps|TestJudge'`" + ` prints what it counted:

- %d cases with %d numbers on the wire: %d are found in the main view, the other %d beside it, none is missed;
- %d conversations with a number that is cut anywhere: all are found in the main view;
- 11,500 conversations with a number whose digits stand on both sides of bytes that the capture missed, plain and in bodies
  of HTTP, in any order: 0 of 10,058 are put together; where nothing was missed, in the other 1,442, all are found;
- Linux, asked again: it reads in every case what is recorded.

A new connection between the ports of one that was reset begins where the other side agrees to it. What the old one sends
after that no receiver reads: it is searched for itself, and not put together with what came before the RST. Of two
connections between the same ports tshark followed the first.
`

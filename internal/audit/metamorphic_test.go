package audit_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/device"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
)

// Same bytes, same findings, however they are carried.
var metamorphicSeeds = flag.Int("metamorphic-seeds", 1, "how many captures of each sort are carried in other ways")

// bulkSize is the size of a bulk capture, in bytes: enough that some
// identifiers are told in clear in most.
const bulkSize = 2 * lab.MinBulk

// An original is a capture of the lab before it is carried otherwise.
type original struct {
	name    string
	pcapng  []byte
	devices []*device.File
}

// originals returns one capture of each sort.
func originals(t *testing.T, seed uint64) (all []original) {
	t.Helper()
	s, err := lab.Incident(lab.Options{Client: "qc2018", Seed: seed, Boots: 1, ScreenOns: 1})
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, original{"incident", scenarioFile(t, s), []*device.File{s.Device}})
	for _, bulk := range lab.Bulks {
		var b bytes.Buffer
		truth, err := bulk.Write(&b, seed, bulkSize)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, original{bulk.Name, b.Bytes(), truth.Devices})
	}
	return all
}

func scenarioFile(t *testing.T, s *lab.Scenario) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.WriteCapture(&b, capture.Pcapng); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestMetamorphoses carries every original in every other way.
func TestMetamorphoses(t *testing.T) {
	found := 0
	for seed := range uint64(*metamorphicSeeds) {
		for _, o := range originals(t, seed+1) {
			want := o.found(t, o.pcapng, 1)
			found += len(want.whole)
			in := frames(t, o.pcapng)
			for i, m := range metamorphoses {
				got := o.found(t, pcap(t, m.link, m.carry(rand.New(rand.NewPCG(seed, uint64(i))), in)), 2)
				if m.moves {
					differ(t, fmt.Sprintf("seed %d, %s, %s", seed+1, o.name, m.name), got.bare, want.bare)
				} else {
					differ(t, fmt.Sprintf("seed %d, %s, %s", seed+1, o.name, m.name), got.whole, want.whole)
				}
			}
		}
	}
	if found < 30**metamorphicSeeds {
		t.Errorf("%d findings: the test tests nothing", found)
	}
}

// TestContainers keeps the same packets in other files, and reads them with
// other numbers of workers: not a byte of a record may change, but for those
// of the audit and the file.
func TestContainers(t *testing.T) {
	for _, o := range originals(t, 3) {
		want := o.records(t, o.pcapng, 1)
		for name, raw := range map[string][]byte{
			"pcap": repacked(t, o.pcapng, capture.Pcap), "pcap of nanoseconds": repacked(t, o.pcapng, capture.PcapNano),
			"pcapng": repacked(t, o.pcapng, capture.Pcapng), "gzip": gzipped(t, o.pcapng), "zstd": zstandard(t, o.pcapng),
		} {
			for _, workers := range []int{1, 3} {
				differ(t, o.name+" as "+name, o.records(t, raw, workers), want)
			}
		}
	}
}

// differ reports the first line that two sorted lists do not share.
func differ(t *testing.T, what string, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		g, w := "(nothing)", "(nothing)"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Errorf("%s: %d and %d lines; the first that differs\n got %s\nwant %s", what, len(got), len(want), g, w)
			return
		}
	}
}

// run audits a capture and returns its records.
func (o *original) run(t *testing.T, raw []byte, workers int) []byte {
	t.Helper()
	var out bytes.Buffer
	opts := audit.Options{Inputs: []string{file(t, raw)}, Devices: o.devices, Reveal: true, Workers: workers, Version: "test", Records: &out}
	if _, err := audit.Run(t.Context(), opts); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// auditOf audits a capture without any device file.
func auditOf(t *testing.T, raw []byte) *audit.Result {
	t.Helper()
	result, err := audit.Run(t.Context(), audit.Options{Inputs: []string{file(t, raw)}, Workers: 1, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// file writes a capture into a file.
func file(t *testing.T, raw []byte) (name string) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "capture")
	if err := os.WriteFile(name, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// records returns all records but those of the audit and its input, in order.
func (o *original) records(t *testing.T, raw []byte, workers int) (all []string) {
	for l := range bytes.Lines(o.run(t, raw, workers)) {
		if !bytes.Contains(l, []byte(`"event_type":"audit"`)) && !bytes.Contains(l, []byte(`"event_type":"input"`)) {
			all = append(all, string(l))
		}
	}
	return all
}

// findings are what must not depend on how it was carried, sorted: all of it,
// and what remains where addresses are others.
type findings struct{ whole, bare []string }

// found returns the sightings without what names packets, times and ids, each
// with its destination, and the identifiers.
func (o *original) found(t *testing.T, raw []byte, workers int) (f findings) {
	t.Helper()
	lines := parse(t, o.run(t, raw, workers))
	names, of := map[string]string{}, map[string]string{}
	for _, l := range ofType(lines, "destination") {
		names[l.Destination] = l.Name
	}
	for _, l := range ofType(lines, "transmission") {
		of[l.FlowID] = names[l.Destination] + " " + l.SentBy
	}
	for _, l := range append(ofType(lines, "sighting"), ofType(lines, "identifier")...) {
		ranges, err := json.Marshal(l.Ranges)
		if err != nil {
			t.Fatal(err)
		}
		s := fmt.Sprintf("%s %s %s form=%s field=%s %s %.4f %s %s %s %s", l.EventType, l.Kind, l.Value, l.Form, l.Field, l.Level, l.Confidence, l.View, l.Protection, l.ReadableBy, ranges)
		f.bare = append(f.bare, s)
		f.whole = append(f.whole, strings.TrimSpace(s+" "+of[l.FlowID]))
	}
	f.bare, f.whole = sorted(f.bare), sorted(f.whole)
	return f
}

// sorted sorts lines, and leaves of equal identifiers one: where a link tells no
// hardware address, nothing ties a phone's addresses together, and it is told
// as two devices.
func sorted(lines []string) []string {
	slices.Sort(lines)
	return slices.CompactFunc(lines, func(a, b string) bool { return a == b && strings.HasPrefix(a, "identifier ") })
}

// frames reads the packets of an Ethernet capture.
func frames(t *testing.T, raw []byte) (all []frame) {
	t.Helper()
	for _, p := range packetsIn(t, raw) {
		f := frame{time: p.Time, data: p.Data}
		f.h.Decode(p.Link, p.Data, p.WireLen)
		all = append(all, f)
	}
	return all
}

func packetsIn(t *testing.T, raw []byte) (all []capture.Packet) {
	t.Helper()
	f, err := capture.Open(file(t, raw))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for {
		var b capture.Batch
		if err := f.Read(t.Context(), &b); err != nil {
			if !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			return all
		}
		all = append(all, b.Packets...)
	}
}

// pcap writes frames of a link type.
func pcap(t *testing.T, link packet.Link, in []frame) []byte {
	t.Helper()
	packets := make([]capture.Packet, len(in))
	for i, f := range in {
		packets[i] = capture.Packet{Time: f.time, Data: f.data}
	}
	return written(t, capture.Pcapng, link, packets)
}

// repacked writes a capture's packets in another format.
func repacked(t *testing.T, raw []byte, format capture.Format) []byte {
	t.Helper()
	return written(t, format, packet.LinkEthernet, packetsIn(t, raw))
}

// written writes packets of one link type into a capture.
func written(t *testing.T, format capture.Format, link packet.Link, packets []capture.Packet) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := capture.NewWriter(&b, format, link, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packets {
		if err := w.Write(p.Time, p.Data, ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(t *testing.T, raw []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zstandard(t *testing.T, raw []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(raw, nil)
}

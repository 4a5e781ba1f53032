package audit_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/lab"
)

var (
	update = flag.Bool("update", false, "rewrite the golden files")
	whole  = flag.Bool("whole", false, "carry every client in every way")
)

// carriages are the ways a stream may be cut and carried: none may change
// what is found.
func carriages() map[string]lab.Options {
	orders := map[string]lab.Carriage{
		"in order": {}, "reordered": {Order: lab.Reordered}, "repeated": {Repeat: 1}, "both": {Order: lab.Reordered, Repeat: 1},
	}
	out := map[string]lab.Options{}
	for _, v6 := range []bool{false, true} {
		for _, segment := range []int{0, 1, 7, 1280} {
			for order, how := range orders {
				how.Segment = segment
				out[fmt.Sprintf("v6=%t/segment=%d/%s", v6, segment, order)] = lab.Options{IPv6: v6, Boots: 1, ScreenOns: 2, Carriage: how}
			}
		}
	}
	return out
}

// TestIncidentWithDevice holds that all that every client sends is found, as it
// was written and where it was, however it is carried.
func TestIncidentWithDevice(t *testing.T) {
	for _, client := range lab.Clients {
		sends := 0
		for name, o := range carriages() {
			if !*whole && client.Name != "qc2018" && (o.IPv6 == (o.Segment == 1) || o.Order == lab.InOrder && o.Repeat == 0 && o.Segment != 0) {
				continue // one carriage in three of each client; all of them with -whole
			}
			t.Run(client.Name+"/"+name, func(t *testing.T) {
				o.Client, o.Seed = client.Name, 1
				s, err := lab.Incident(o)
				if err != nil {
					t.Fatal(err)
				}
				_, lines, _ := runScenario(t, s, true, 2)
				checkTruth(t, s, lines, true)
				sends += len(s.Truth.Sends)
			})
		}
		if fixed := client.Name == "fixed"; (sends == 0) != fixed {
			t.Errorf("%s: %d sends", client.Name, sends)
		}
	}
}

// TestServers holds what is told of the far end's answer against what the
// server did.
func TestServers(t *testing.T) {
	for _, server := range lab.Servers() {
		for _, client := range []string{"qc2018", "coap"} {
			s, err := lab.Incident(lab.Options{Client: client, Seed: 1, Boots: 1, ScreenOns: 2, Server: server})
			if err != nil {
				t.Fatal(err)
			}
			if n := len(s.Truth.Sends); n == 0 || server == "success" && n != 1 {
				t.Errorf("%s, %s: %d sends", client, server, n)
			}
			_, lines, _ := runScenario(t, s, true, 1)
			checkTruth(t, s, lines, true)
			if client == "coap" {
				continue // only a dissector knows which datagram answers which
			}
			want := map[bool]string{true: "ack", false: "response"}[server == "silent" || server == "reset"]
			for _, l := range ofType(lines, "transmission") {
				if l.SentBy == "device" && l.Answered != want {
					t.Errorf("%s, %s: answered is %q, want %q", client, server, l.Answered, want)
				}
			}
		}
	}
}

// TestFieldNamesLie has the field MEID carry an IMEI.
func TestFieldNamesLie(t *testing.T) {
	s, err := lab.Incident(lab.Options{Client: "qc2018", Seed: 1, MEIDHolds: "imei", Boots: 1, ScreenOns: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, withDevice := range []bool{true, false} {
		_, lines, _ := runScenario(t, s, withDevice, 1)
		checkTruth(t, s, lines, withDevice)
		n := 0
		for _, l := range ofType(lines, "sighting") {
			if strings.HasSuffix(l.Field, "$.MEID") {
				n++
				if l.Kind != telltale.IMEI {
					t.Errorf("the field MEID holds an IMEI, told as %s", l.Kind)
				}
			}
		}
		if n == 0 {
			t.Error("nothing was seen in the field MEID")
		}
	}
}

// checkTruth holds sightings against what was planted: nothing missed,
// nothing from the decoys, everything where it is.
func checkTruth(t *testing.T, s *lab.Scenario, lines []line, exact bool) {
	t.Helper()
	got := map[string]line{}
	for _, l := range ofType(lines, "sighting") {
		if !l.Level.AtLeast(telltale.Probable) && exact {
			continue
		}
		got[fmt.Sprint(l.FlowID, l.Kind, l.Value, inner(l.Field))] = l
	}
	for _, send := range s.Truth.Sends {
		for _, want := range send.Sightings {
			key := fmt.Sprint("1-", send.Flow, want.Kind, want.Value, inner(want.Field))
			l, ok := got[key]
			delete(got, key)
			if !ok {
				t.Errorf("flow %d: %s in %s was not found", send.Flow, want.Kind, want.Field)
				continue
			}
			checkSighting(t, l, want)
		}
	}
	for _, l := range got {
		if l.Level.AtLeast(telltale.Probable) {
			t.Errorf("found what was not planted: %s %s in %s (%s)", l.Kind, l.Value, l.Field, l.Level)
		}
	}
	checkBooks(t, lines)
}

// inner is a field without the word for the part of the message it is in, which
// is the dissector's.
func inner(field string) string {
	_, path, _ := strings.Cut(field, " > ")
	return path
}

func checkSighting(t *testing.T, l line, want lab.Sighting) {
	t.Helper()
	if l.Form != want.Form {
		t.Errorf("%s: form %q, want %q", want.Field, l.Form, want.Form)
	}
	packets, _ := json.Marshal(want.Packets)
	if len(want.Packets) > telltale.MaxPackets {
		packets = fmt.Appendf(nil, `{"first":%d,"last":%d,"count":%d}`, want.Packets[0], slices.Max(want.Packets), len(want.Packets))
	}
	if !bytes.Equal(l.Packets, packets) {
		t.Errorf("%s: packets %s, want %s", want.Field, l.Packets, packets)
	}
	if len(l.Ranges) != 1 || l.Ranges[0] != want.Range {
		t.Errorf("%s: ranges %v, want %v", want.Field, l.Ranges, want.Range)
	}
	if l.Protection != "open" || l.ReadableBy != "anyone_on_path" {
		t.Errorf("%s: %s, readable by %s", want.Field, l.Protection, l.ReadableBy)
	}
}

func checkBooks(t *testing.T, lines []line) {
	t.Helper()
	last := lines[len(lines)-1]
	if last.EventType != "coverage" {
		t.Fatalf("the last record is a %s", last.EventType)
	}
	if n := last.Payload.Balance(); n != 0 {
		t.Errorf("%d payload bytes are not accounted for: %+v", n, last.Payload)
	}
}

// TestIncidentBlind writes down how sure the audit is of what every client sends
// without a device file.
func TestIncidentBlind(t *testing.T) {
	var table strings.Builder
	for _, client := range lab.Clients {
		s, err := lab.Incident(lab.Options{Client: client.Name, Seed: 1, Boots: 1, ScreenOns: 2})
		if err != nil {
			t.Fatal(err)
		}
		result, lines, _ := runScenario(t, s, false, 1)
		checkBooks(t, lines)
		checkDecoys(t, s, lines)
		fmt.Fprintf(&table, "%s: %s\n", client.Name, result.Report.Coverage.Verdict)
		rows := map[string]bool{}
		for _, l := range ofType(lines, "sighting") {
			rows[fmt.Sprintf("  %-8s %.4f %-9s %s\n", l.Kind, l.Confidence, l.Level, l.Field)] = true
		}
		for _, r := range slices.Sorted(maps.Keys(rows)) {
			table.WriteString(r)
		}
	}
	golden(t, "testdata/incident-blind.txt", []byte(table.String()))
}

func checkDecoys(t *testing.T, s *lab.Scenario, lines []line) {
	t.Helper()
	for _, d := range s.Truth.Decoys {
		for _, l := range ofType(lines, "sighting") {
			if l.Value == d.Value && l.Level.AtLeast(telltale.Probable) {
				t.Errorf("%s: decoy %s (%s) is told as %s %s", s.Truth.Client, d.Looks, d.Where, l.Level, l.Kind)
			}
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got:\n%s", name, got)
	}
}

// TestTorn has captures that miss bytes, so that what stands before and after
// the gap would make the device's own IMEI if it were joined.
func TestTorn(t *testing.T) {
	s := lab.Torn(1)
	result, lines, _ := runScenario(t, s, true, 1)
	checkBooks(t, lines)
	for _, l := range ofType(lines, "sighting") {
		for _, d := range s.Truth.Decoys {
			if l.Value == d.Value {
				t.Errorf("%s was glued over a gap in %s", l.Kind, l.Field)
			}
		}
	}
	if len(s.Truth.Decoys) != 10 || result.Report.Coverage.Missing.Gap == 0 {
		t.Fatalf("the test tests nothing: %d cases, %d bytes missing", len(s.Truth.Decoys), result.Report.Coverage.Missing.Gap)
	}
}

// TestSameForAllWorkers holds the output of several workers to that of one.
func TestSameForAllWorkers(t *testing.T) {
	s, err := lab.Incident(lab.Options{Client: "qc2018", Seed: 7, Carriage: lab.Carriage{Segment: 512, Order: lab.Reordered, Repeat: 3}})
	if err != nil {
		t.Fatal(err)
	}
	_, _, one := runScenario(t, s, true, 1)
	for _, n := range []int{2, 3, 8, 64} {
		if _, _, many := runScenario(t, s, true, n); !bytes.Equal(one, many) {
			t.Errorf("%d workers write other bytes than 1", n)
		}
	}
}

func TestNothingSeen(t *testing.T) {
	s, err := lab.Incident(lab.Options{Client: "fixed", Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	result, lines, _ := runScenario(t, s, true, 2)
	checkBooks(t, lines)
	if v := result.Report.Coverage.Verdict; v != telltale.NothingSeen {
		t.Errorf("verdict %s", v)
	}
	if result.Report.Coverage.Payload.Opaque["tls"] == 0 {
		t.Error("no sealed bytes were counted")
	}
}

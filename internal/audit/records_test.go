package audit_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/device"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
)

// twoPhones captures two phones that send their IMEI, one of them twice.
func twoPhones() *lab.Capture {
	c := lab.NewCapture(1)
	sends(c, 0, phone, far, post("plant.example", "imei="+imei))
	sends(c, second, tablet, far, post("plant.example", "imei="+imei2))
	sends(c, 2*second, phone, far, post("plant.example", "imei="+imei))
	return c
}

// TestTagsAndIdentifiers links equal values by tags and pools them by device.
func TestTagsAndIdentifiers(t *testing.T) {
	c := twoPhones()
	sends(c, 3*second, tablet, far, post("plant.example", "imei="+imei))
	result, lines := listen(t, audit.Options{}, write(t, c, packet.LinkEthernet))
	var tags []string
	for _, s := range ofType(lines, "sighting") {
		tags = append(tags, s.Tag)
		if strings.Contains(s.Value, imei) {
			t.Errorf("the value is shown: %s", s.Value)
		}
	}
	if want := []string{"t1", "t2", "t1", "t1"}; !slices.Equal(tags, want) {
		t.Errorf("tags %q, want %q", tags, want)
	}
	ids := result.Report.Identifiers
	if len(ids) != 3 || ids[0].Count != 2 || ids[1].Count != 1 || ids[2].Tag != "t1" || ids[0].Device == ids[2].Device || len(ids[0].Destinations) != 1 {
		t.Fatalf("identifiers %+v", ids)
	}
	if ids[0].Last-ids[0].First != telltale.Time(2*second) {
		t.Errorf("first %d, last %d", ids[0].First, ids[0].Last)
	}
}

// TestSends groups transmissions that differ in their time only, those of
// most consequence first, and shows the bytes of the first.
func TestSends(t *testing.T) {
	c := twoPhones()
	sends(c, 3*second, phone, far2, post("other.example", "a=1&serial=&mac=02:00:5e:10:7a:c4"))
	o := audit.Options{Devices: []*device.File{owned(nil, imei)}}
	result, _ := listen(t, o, write(t, c, packet.LinkEthernet))
	first := result.Report.Sends[0]
	if first.Count != 2 || len(first.Times) != 2 || first.Level != telltale.Confirmed || first.Answered != "response" {
		t.Errorf("the first group is %+v", first)
	}
	if x := result.Report.Exhibit; x == nil || x.Kind != telltale.IMEI || x.Of != 2 || !bytes.Contains(x.Wire.Data, []byte(imei)) || string(x.Wire.Data[x.Wire.Mark.Start:x.Wire.Mark.End]) != imei {
		t.Errorf("the exhibit is %+v", x)
	}
	for _, s := range result.Report.Sends {
		if s.Last < s.First || s.Count == 0 || len(s.Kinds) == 0 {
			t.Errorf("a group is %+v", s)
		}
	}
}

// TestExhibit shows the first transmission of a group, whole: not the packets
// of one with the bytes of another.
func TestExhibit(t *testing.T) {
	c := lab.NewCapture(1)
	conn := c.Conn(begins, phone, far, 80, lab.Carriage{})
	conn.Open()
	sent := conn.Send(telltale.ToServer, post("plant.example", "hello "+imei+" hello"))
	conn.Send(telltale.ToServer, post("plant.example", "imei=%30%30%31012704839210")) // shows more
	o := audit.Options{Devices: []*device.File{owned(nil, imei)}}
	result, _ := listen(t, o, write(t, c, packet.LinkEthernet))
	x := result.Report.Exhibit
	if x == nil || x.Of != 2 || !slices.Equal(x.Packets, conn.Packets(telltale.ToServer, sent)) {
		t.Errorf("the exhibit is %+v", x)
	}
}

// TestEchoIsNoSend has the far end send the phone's IMEI: it is told, but
// not as something the phone sent.
func TestEchoIsNoSend(t *testing.T) {
	c := lab.NewCapture(1)
	conn := c.Conn(begins, phone, far, 80, lab.Carriage{})
	conn.Open()
	conn.Send(telltale.ToServer, []byte("GET / HTTP/1.1\r\nHost: plant.example\r\n\r\n"))
	conn.Send(telltale.ToClient, []byte("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nimei="+imei))
	result, lines := listen(t, audit.Options{}, write(t, c, packet.LinkEthernet))
	tx := ofType(lines, "transmission")
	if s := result.Report.Sends; len(tx) != 1 || tx[0].SentBy != "peer" || len(s) != 1 || !s[0].Received {
		t.Errorf("transmissions %+v, sends %+v", tx, result.Report.Sends)
	}
}

// TestBeforeTheStart has the capture come in amid a stream whose segments are
// out of order: what lies before the first byte known is told as a copy apart.
func TestBeforeTheStart(t *testing.T) {
	c := lab.NewCapture(1)
	conn := c.Conn(begins, phone, far, 9, lab.Carriage{Segment: 100, Order: lab.Reordered})
	conn.Send(telltale.ToServer, []byte(fmt.Sprintf("%-100s%-100s%-100s", "\x00\x01imei="+imei, " imei="+imei, " imei="+imei)))
	_, lines := listen(t, audit.Options{}, write(t, c, packet.LinkEthernet))
	views := map[telltale.View]int{}
	for _, s := range ofType(lines, "sighting") {
		views[s.View]++
	}
	if views[telltale.ViewAlt] == 0 || views[telltale.ViewAlt]+views[telltale.ViewMain] != 3 {
		t.Errorf("sightings by view %v", views)
	}
}

// TestSeveralInputs reads two captures in one run.
func TestSeveralInputs(t *testing.T) {
	one, two := write(t, twoPhones(), packet.LinkEthernet), write(t, twoPhones(), packet.LinkEthernet)
	result, lines := listen(t, audit.Options{}, one, two)
	var flows []string
	for _, f := range ofType(lines, "flow") {
		flows = append(flows, f.FlowID)
	}
	if n := len(flows); n != 6 || flows[0] != "1-1" || flows[3] != "2-1" {
		t.Errorf("flows %q", flows)
	}
	if n := len(ofType(lines, "input")); n != 2 || len(result.Report.Inputs) != 2 {
		t.Errorf("%d inputs", n)
	}
	if ids := result.Report.Identifiers; len(ids) != 2 || ids[0].Count != 4 {
		t.Errorf("identifiers %+v", ids)
	}
}

// TestVerdicts has every verdict, and each with what it rests on.
func TestVerdicts(t *testing.T) {
	quiet := lab.NewCapture(1)
	sends(quiet, 0, phone, far, post("plant.example", "a=1"))
	mute := lab.NewCapture(1)
	mute.Conn(begins, phone, far, 80, lab.Carriage{}).Open()
	lossy := lab.NewCapture(1)
	conn := lossy.Conn(begins, phone, far, 9, lab.Carriage{})
	conn.Lose(telltale.ToServer, telltale.Range{Start: 5, End: 9})
	conn.Open()
	conn.Send(telltale.ToServer, []byte("hello, is anybody there?"))
	whole := write(t, quiet, packet.LinkEthernet)
	for _, c := range []struct {
		name, file string
		verdict    telltale.Verdict
		spot       string
	}{
		{"findings", write(t, twoPhones(), packet.LinkEthernet), telltale.Findings, "SMS"},
		{"nothing seen", whole, telltale.NothingSeen, "SMS"},
		{"nothing said", write(t, mute, packet.LinkEthernet), telltale.Inconclusive, "SMS"},
		{"bytes missing", write(t, lossy, packet.LinkEthernet), telltale.NothingSeen, "bytes that the capture missed"},
		{"breaks off", cutOff(t, whole), telltale.Inconclusive, "SMS"},
	} {
		result, lines := listen(t, audit.Options{}, c.file)
		cover := result.Report.Coverage
		if cover.Verdict != c.verdict || !slices.Contains(cover.BlindSpots, c.spot) {
			t.Errorf("%s: %s, blind spots %q", c.name, cover.Verdict, cover.BlindSpots)
		}
		if got := lines[len(lines)-1].Verdict; got != string(c.verdict) {
			t.Errorf("%s: the record says %s", c.name, got)
		}
	}
}

// cutOff returns a copy of a capture file that ends amid its last packet.
func cutOff(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut.pcapng")
	if err := os.WriteFile(cut, b[:len(b)-30], 0o600); err != nil {
		t.Fatal(err)
	}
	return cut
}

// TestMissingInput ends a run before anything is read or written.
func TestMissingInput(t *testing.T) {
	var out bytes.Buffer
	whole := write(t, twoPhones(), packet.LinkEthernet)
	_, err := audit.Run(context.Background(), audit.Options{Inputs: []string{whole, whole + ".missing"}, Records: &out})
	if err == nil || out.Len() > 0 {
		t.Errorf("error %v, %d bytes written", err, out.Len())
	}
}

// TestOrder holds the order of the records to the contract.
func TestOrder(t *testing.T) {
	_, lines := listen(t, audit.Options{}, write(t, twoPhones(), packet.LinkEthernet))
	rank := map[string]int{"audit": 1, "device": 2, "flow": 3, "message": 3, "transmission": 3, "sighting": 3, "destination": 4, "identifier": 5, "finding": 6, "input": 7, "coverage": 8}
	var order []string
	last := 0
	for _, l := range lines {
		order = append(order, l.EventType)
		if rank[l.EventType] < last {
			t.Fatalf("%q", order)
		}
		last = rank[l.EventType]
	}
	if fmt.Sprint(order[:2]) != "[audit device]" {
		t.Errorf("%q", order)
	}
}

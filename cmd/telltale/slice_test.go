package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
)

// morning is when these captures begin, in ns since the Unix epoch.
var morning = time.Date(2026, 11, 14, 9, 0, 0, 0, time.UTC).UnixNano()

func hostAt(addr string, last byte) lab.Host {
	return lab.Host{Addr: netip.MustParseAddr(addr), MAC: [6]byte{2, 0, 0x5e, 0x10, 0x7a, last}}
}

// longMessage is the packets of a phone that sends two messages with its number, one
// of them in many packets, and which those of each are.
func longMessage() (all []*lab.Packet, long, short []int64) {
	c := lab.NewCapture(1)
	conn := c.Conn(morning, hostAt("192.168.7.20", 0xc4), hostAt("203.0.113.9", 1), 80, lab.Carriage{})
	conn.Open()
	post := func(body string) telltale.Range {
		r := conn.Send(telltale.ToServer, lab.HTTP("POST /collect HTTP/1.1", []string{"Host: collect.example", fmt.Sprintf("Content-Length: %d", len(body))}, []byte(body)))
		conn.Send(telltale.ToClient, []byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
		return r
	}
	const imei = `{"imei":"001012704839210"}`
	first, second := post(imei+strings.Repeat(" lorem ipsum", 16_000)), post(imei)
	conn.Close(telltale.ToServer)
	all = c.Packets()
	return all, conn.Packets(telltale.ToServer, first), conn.Packets(telltale.ToServer, second)
}

// savePackets writes packets into a capture.
func savePackets(t *testing.T, packets []*lab.Packet, name string) {
	t.Helper()
	var b bytes.Buffer
	w, err := capture.NewWriter(&b, capture.Pcapng, packet.LinkEthernet, "")
	for _, p := range packets {
		if err == nil {
			err = w.Write(p.Time, p.Data, "")
		}
	}
	if err == nil {
		err = errors.Join(w.Flush(), os.WriteFile(name, b.Bytes(), 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// said runs a command that ends well and returns what it writes.
func said(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	term := &terminal{in: strings.NewReader(""), out: &out, err: &errs, width: 100}
	if code := run(context.Background(), term, args); code != exitDone || errs.Len() > 0 {
		t.Fatalf("%v: exit %d: %s", args, code, &errs)
	}
	return out.String()
}

// packetsIn returns the packets of a capture with their comments.
func packetsIn(t *testing.T, name string) (data [][]byte, comments []string) {
	t.Helper()
	f, err := capture.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var batch capture.Batch
	for err == nil {
		err = f.Read(context.Background(), &batch)
		for i := range batch.Packets {
			data = append(data, slices.Clone(batch.Packets[i].Data))
			comments = append(comments, string(batch.Packets[i].Comment))
		}
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return data, comments
}

// A slice holds every packet of its finding and no other, however long the
// messages, from records as from the capture; each says what is in it.
func TestSliceIsWhole(t *testing.T) {
	golden, err := filepath.Abs("testdata/slice.txt")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	packets, long, short := longMessage()
	savePackets(t, packets, "capture.pcapng")
	if len(long) <= telltale.MaxPackets {
		t.Fatalf("the long message has %d packets", len(long))
	}
	said(t, "audit", "capture.pcapng", "--json", "records.ndjson")
	records, err := os.ReadFile("records.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	finding := string(regexp.MustCompile(`F-[0-9a-f]{8}`).Find(records))
	said(t, "slice", finding, "capture.pcapng", "-o", "proof.pcapng")
	said(t, "slice", finding, "capture.pcapng", "--records", "records.ndjson", "-o", "again.pcapng")

	all, _ := packetsIn(t, "capture.pcapng")
	for _, name := range []string{"proof.pcapng", "again.pcapng"} {
		got, _ := packetsIn(t, name)
		var want [][]byte
		for _, n := range slices.Concat(long, short) {
			want = append(want, all[n-1])
		}
		if !slices.EqualFunc(got, want, bytes.Equal) {
			t.Errorf("%s has %d packets, want these %d", name, len(got), len(want))
		}
	}
	_, comments := packetsIn(t, "proof.pcapng")
	var b strings.Builder
	for _, n := range []int{0, 1, len(long) - 1, len(long)} {
		fmt.Fprintf(&b, "packet %d of %d\n%s\n\n", n+1, len(comments), comments[n])
	}
	checkGolden(t, golden, []byte(b.String()))
}

// Two phones that nobody named send alike: their findings have one name, and what is
// said and cut under it is of both.
func TestFindingsOfOneName(t *testing.T) {
	t.Chdir(t.TempDir())
	twoPhones(t, "capture.pcapng")
	names := regexp.MustCompile(`finding (F-[0-9a-f]{8})`).FindAllStringSubmatch(said(t, "capture.pcapng"), -1)
	if len(names) != 2 || names[0][1] != names[1][1] {
		t.Fatalf("findings %v, want two of one name", names)
	}
	why := said(t, "audit", "capture.pcapng", "--why", names[0][1])
	if strings.Count(why, "How sure") != 2 || !strings.Contains(why, "Of device dev1;") || !strings.Contains(why, "Of device dev2;") {
		t.Errorf("%s", why)
	}
	said(t, "slice", names[0][1], "capture.pcapng", "-o", "proof.pcapng")
	if got, _ := packetsIn(t, "proof.pcapng"); len(got) != 2 {
		t.Errorf("%d packets, want one of each phone", len(got))
	}
}

// twoPhones writes a capture of two phones that send alike.
func twoPhones(t *testing.T, name string) {
	t.Helper()
	c := lab.NewCapture(1)
	far := hostAt("203.0.113.9", 1)
	for i, phone := range []lab.Host{hostAt("192.168.7.20", 0xc4), hostAt("192.168.7.21", 0xc5)} {
		conn := c.Conn(morning+int64(i)*int64(time.Second), phone, far, 80, lab.Carriage{})
		conn.Open()
		conn.Send(telltale.ToServer, []byte("GET /?imei=001012704839210 HTTP/1.1\r\nHost: collect.example\r\n\r\n"))
		conn.Close(telltale.ToServer)
	}
	savePackets(t, c.Packets(), name)
}

// With a device file the flows of other devices are left out, and that is said.
func TestListOfDeclared(t *testing.T) {
	t.Chdir(t.TempDir())
	twoPhones(t, "capture.pcapng")
	if err := os.WriteFile("mine.yaml", []byte("label: mine\nserial: PL2GAR9831203749\naddresses: 192.168.7.20\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		flags []string
		flows int
		said  string
	}{
		{nil, 2, ""},
		{[]string{"-d", "mine.yaml"}, 1, "telltale: devices that no device file declares are left out: 1; --everyone lists them too\n"},
		{[]string{"-d", "mine.yaml", "--everyone"}, 2, ""},
	} {
		var out, errs bytes.Buffer
		term := &terminal{in: strings.NewReader(""), out: &out, err: &errs, width: 100}
		code := run(context.Background(), term, append([]string{"flows", "capture.pcapng", "--json"}, c.flags...))
		if n := strings.Count(out.String(), "\n"); code != exitDone || n != c.flows || errs.String() != c.said {
			t.Errorf("%v: exit %d, %d flows, want %d; said %q", c.flags, code, n, c.flows, errs.String())
		}
	}
}

// A message that goes on in another file is told as one, its packets with their
// files, and cut from both.
func TestSliceOfSeries(t *testing.T) {
	t.Chdir(t.TempDir())
	all, long, short := longMessage()
	cut := long[len(long)-2]
	savePackets(t, all[:cut], "b.pcapng") // the first
	savePackets(t, all[cut:], "a.pcapng")
	told := said(t, "audit", "a.pcapng", "b.pcapng", "--json", "records.ndjson")
	if want := fmt.Sprintf("packet %d of b.pcapng", long[0]); !strings.Contains(told, want) {
		t.Errorf("no %q in %s", want, told)
	}
	records, err := os.ReadFile("records.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	finding := string(regexp.MustCompile(`F-[0-9a-f]{8}`).Find(records))
	var want [][]byte
	for _, n := range slices.Concat(long, short) {
		want = append(want, all[n-1].Data)
	}
	for _, args := range [][]string{{"a.pcapng", "b.pcapng"}, {"."}, {"b.pcapng", "a.pcapng", "--records", "records.ndjson"}} {
		out := said(t, slices.Concat([]string{"slice", finding}, args, []string{"-o", "proof.out"})...)
		got, _ := packetsIn(t, "proof.out")
		if !slices.EqualFunc(got, want, bytes.Equal) || !strings.Contains(out, fmt.Sprintf("%d packets", len(want))) {
			t.Errorf("%v: %d packets, want %d; said %q", args, len(got), len(want), out)
		}
		if err := os.Remove("proof.out"); err != nil {
			t.Fatal(err)
		}
	}
	var errs bytes.Buffer
	term := &terminal{in: strings.NewReader(""), out: io.Discard, err: &errs, width: 100}
	code := run(t.Context(), term, []string{"slice", finding, "b.pcapng", "--records", "records.ndjson", "-o", "proof.out"})
	if code != exitInput || !strings.Contains(errs.String(), "1 of their 2 captures are missing") {
		t.Errorf("without a capture: exit %d: %s", code, &errs)
	}
	if why, want := said(t, "audit", "records.ndjson", "--why", finding), "of b.pcapng"; !strings.Contains(why, want) {
		t.Errorf("no %q in %s", want, why)
	}
}

// A value that lies on the cut between two files is found, and told with both.
func TestValueOnCut(t *testing.T) {
	t.Chdir(t.TempDir())
	c := lab.NewCapture(1)
	conn := c.Conn(morning, hostAt("192.168.7.20", 0xc4), hostAt("203.0.113.9", 1), 80, lab.Carriage{})
	conn.Open()
	var at []int64
	var packets []*lab.Packet
	for pad := 1300; len(at) != 2; pad++ {
		path := "/" + strings.Repeat("x", pad) + "?imei="
		all := conn.Send(telltale.ToServer, []byte("GET "+path+"001012704839210 HTTP/1.1\r\nHost: collect.example\r\n\r\n"))
		conn.Send(telltale.ToClient, []byte("HTTP/1.1 204 No Content\r\n\r\n"))
		packets = c.Packets()
		start := all.Start + int64(len("GET "+path))
		at = conn.Packets(telltale.ToServer, telltale.Range{Start: start, End: start + 15})
	}
	savePackets(t, packets[at[0]-2:at[0]], "first.pcapng")
	savePackets(t, packets[at[0]:], "second.pcapng")
	if told, want := said(t, "first.pcapng", "second.pcapng"), "packets 2 of first.pcapng, 1 of second.pcapng"; !strings.Contains(told, want) {
		t.Errorf("no %q in %s", want, told)
	}
	said(t, "audit", "first.pcapng", "second.pcapng", "--json", "records.ndjson")
	records, err := os.ReadFile("records.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	finding := string(regexp.MustCompile(`F-[0-9a-f]{8}`).Find(records))
	out := said(t, "slice", finding, "first.pcapng", "--records", "records.ndjson", "-o", "proof.pcapng")
	if want := "not the whole finding: packets of second.pcapng are not in it"; !strings.Contains(out, want) {
		t.Errorf("no %q in %s", want, out)
	}
}

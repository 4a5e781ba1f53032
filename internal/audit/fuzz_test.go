package audit_test

import (
	"bytes"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/device"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/ndjson"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/report"
)

// known is the value that fuzzed audits know of and may never show.
const known = "001012704839210"

// FuzzAudit audits what a stranger says beside a known value, in both
// directions of three protocols. Every record obeys the contract, the books
// balance, the workers change no byte, and nothing shows the value.
func FuzzAudit(f *testing.F) {
	f.Add([]byte("POST /a?imei=001012704839210 HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\nimei=001012704839210"), []byte("HTTP/1.1 200 OK\r\n\r\n001012704839210"), uint8(0), uint8(9))
	f.Add([]byte("\x00\x01 imei \x1b[2J\u202e=001012704839210"), []byte{0xff, 0xfe}, uint8(1), uint8(1))
	f.Add([]byte("imei=001012704839210"), []byte("=cmd|001012704839210"), uint8(2), uint8(0))
	phone := &device.File{Name: "phone.yaml", Label: "phone", Values: []telltale.Value{telltale.NewValue(telltale.IMEI, known)}}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, up, down []byte, how, segment uint8) {
		if len(up)+len(down) > 16<<10 {
			return // lengths are tested elsewhere
		}
		name := filepath.Join(dir, "capture.pcapng")
		writeCapture(t, name, conversation(up, down, how, int(segment)))
		one, two := &bytes.Buffer{}, &bytes.Buffer{}
		o := audit.Options{Inputs: []string{name}, Devices: []*device.File{phone}, Messages: true, Whole: true, Workers: 1, Version: "test", Records: one}
		result, err := audit.Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		o.Workers, o.Records = 2, two
		again, err := audit.Run(t.Context(), o)
		if err != nil || !bytes.Equal(one.Bytes(), two.Bytes()) {
			t.Fatalf("two workers: %v\n%s\none:\n%s", err, two, one)
		}
		checkAudit(t, result, one.Bytes())
		var screen, page, other bytes.Buffer
		if err := errors.Join(
			report.Terminal(&screen, result.Report, result.Masker, report.Style{Width: 100}),
			report.HTML(&page, result.Report, result.Masker), report.HTML(&other, again.Report, again.Masker),
		); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(page.Bytes(), other.Bytes()) || page.Len() > 300_000 || strings.Contains(page.String(), "a fault of telltale") {
			t.Fatalf("%d bytes of a page, %d with two workers", page.Len(), other.Len())
		}
		if out := one.String() + screen.String() + page.String(); strings.Contains(out, known) {
			t.Fatalf("the value is shown:\n%s", out)
		}
	})
}

// checkAudit holds an audit's records to the contract and its books to the law.
func checkAudit(t *testing.T, result *audit.Result, records []byte) {
	t.Helper()
	for l := range bytes.Lines(records) {
		if err := ndjson.Validate(bytes.TrimSuffix(l, []byte("\n"))); err != nil {
			t.Fatalf("%v in %s", err, l)
		}
	}
	p := result.Report.Coverage.Payload
	if p.Balance() != 0 || p.Skipped[telltale.SkipParserPanic]+p.Skipped[telltale.SkipParserStuck] > 0 {
		t.Fatalf("payload %+v", p)
	}
}

// conversation is what the two sides said, over HTTP, over nothing known, or
// in datagrams.
func conversation(up, down []byte, how uint8, segment int) []*lab.Packet {
	c := lab.NewCapture(1)
	client := lab.Host{MAC: [6]byte{2, 0, 0x5e, 0x10, 0x7a, 0xc4}, Addr: netip.MustParseAddr("192.168.7.23")}
	server := lab.Host{MAC: [6]byte{2, 0, 0x5e, 0, 0x53, 1}, Addr: netip.MustParseAddr("203.0.113.10")}
	port := []uint16{80, 5228, 53}[how%3]
	if how%3 == 2 {
		u := c.Datagrams(1547456400e9, client, server, port)
		u.Send(telltale.ToServer, up[:min(len(up), 1400)])
		u.Send(telltale.ToClient, down[:min(len(down), 1400)])
		return c.Packets()
	}
	conn := c.Conn(1547456400e9, client, server, port, lab.Carriage{Segment: segment, Order: lab.Order(how >> 2 & 1), Repeat: int(how >> 3 & 3)})
	conn.Open()
	conn.Send(telltale.ToServer, up)
	conn.Send(telltale.ToClient, down)
	conn.Close(telltale.ToServer)
	return c.Packets()
}

func writeCapture(t *testing.T, name string, packets []*lab.Packet) {
	t.Helper()
	var b bytes.Buffer
	w, err := capture.NewWriter(&b, capture.Pcapng, packet.LinkEthernet, "")
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
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

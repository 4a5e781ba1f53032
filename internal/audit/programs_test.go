package audit_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
)

// framedByApp is a frame as a phone's own capture app writes it: without
// addresses, and with the program behind the packet.
func framedByApp(frame []byte, name string) []byte {
	b := append(make([]byte, 12), frame[12:]...)
	b = append(b, make([]byte, -len(b)&3)...)
	b = binary.BigEndian.AppendUint32(b, 0x01072021)
	b = binary.BigEndian.AppendUint32(b, 10123)
	b = append(append(b, name...), make([]byte, 20-len(name))...)
	return append(b, 0, 0, 0, 0)
}

// TestPrograms audits a capture that names the phone's program for each
// packet and, for want of an address, has zeros.
func TestPrograms(t *testing.T) {
	s, err := lab.Incident(lab.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "phone.pcap")
	var raw bytes.Buffer
	w, err := capture.NewWriter(&raw, capture.Pcap, packet.LinkEthernet, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range s.Packets {
		if err := w.Write(p.Time, framedByApp(p.Data, "Registration"), ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, raw.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	result, lines := listen(t, audit.Options{}, name)
	for _, d := range ofType(lines, "device") {
		if d.How == "lan_mac" {
			t.Errorf("a device is known by the address that no device has: %+v", d)
		}
	}
	flows, sent := ofType(lines, "flow"), ofType(lines, "transmission")
	if len(flows) == 0 || len(sent) == 0 {
		t.Fatalf("%d flows, %d transmissions", len(flows), len(sent))
	}
	for _, l := range append(flows, sent...) {
		if l.App != "Registration" {
			t.Fatalf("%s of app %q", l.EventType, l.App)
		}
	}
	for _, g := range result.Report.Sends {
		if g.App.Raw() != "Registration" {
			t.Errorf("a send by app %q", g.App.Raw())
		}
	}
}

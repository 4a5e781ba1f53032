package audit

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/device"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/report"
)

// TestHostile audits small captures of every hostile sort: the genuine IMEI is
// found, every byte is accounted for, and what was too much is told by name.
// 'make floods' does the same at full size, and measures memory.
func TestHostile(t *testing.T) {
	for _, h := range lab.Hostiles {
		if h.Small == 0 {
			continue
		}
		t.Run(h.Name, func(t *testing.T) {
			r := auditHostile(t, h, 1, h.Small)
			if h.Names != "" && !told(&r.Coverage, h.Names) {
				t.Errorf("%s is not told: %+v", h.Names, r.Coverage)
			}
		})
	}
}

// TestFloodSeeds puts a genuine connection at many random places of floods.
func TestFloodSeeds(t *testing.T) {
	for _, h := range lab.Hostiles[:2] {
		for seed := range uint64(12) {
			auditHostile(t, h, seed, h.Small)
		}
	}
}

// auditHostile audits a hostile capture and checks what is true of all.
func auditHostile(t *testing.T, h *lab.Hostile, seed uint64, n int) *report.Audit {
	t.Helper()
	name := filepath.Join(t.TempDir(), "capture.pcapng")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	imei, err := h.Write(f, seed, n)
	if err != nil {
		t.Fatal(err)
	}
	phone := &device.File{Name: "phone.yaml", Values: []telltale.Value{telltale.NewValue(telltale.IMEI, imei)}}
	got, err := Run(t.Context(), Options{Inputs: []string{name}, Devices: []*device.File{phone}, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	r := got.Report
	if !slices.ContainsFunc(r.Identifiers, func(id telltale.Identifier) bool {
		return id.Value.Raw() == imei && id.Level == telltale.Confirmed
	}) {
		t.Errorf("%s, seed %d: the genuine connection's IMEI is not found", h.Name, seed)
	}
	if left := r.Coverage.Payload.Balance(); left != 0 {
		t.Errorf("%s, seed %d: %d bytes are not accounted for: %+v", h.Name, seed, left, r.Coverage.Payload)
	}
	return r
}

// told reports whether coverage names something: a reason, a rule or a count.
func told(c *telltale.Coverage, name string) bool {
	return name == "gap" && c.Missing.Gap > 0 || c.Payload.Skipped[telltale.SkipReason(name)] > 0 || c.Packets.Undecodable[name] > 0 ||
		slices.ContainsFunc(c.Suppressed, func(s telltale.Suppressed) bool { return s.Rule == name && s.Count > 0 })
}

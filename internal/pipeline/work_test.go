package pipeline

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/lab"
)

// TestWork runs hostile captures of a size and of its eighth through: what is
// eight times as much takes eight times the steps. Steps are counted, so it
// says the same on any machine. How full the places of a table are depends on
// its seed: what grows too much grows so with each.
func TestWork(t *testing.T) {
	const eighth, seeds = 8, 3
	for _, h := range lab.Hostiles {
		if h.Small < 4*eighth {
			continue // it fills no table at that size
		}
		t.Run(h.Name, func(t *testing.T) {
			var faults []string
			for range seeds {
				few, much := workOf(t, h, h.Small/eighth), workOf(t, h, h.Small)
				t.Logf("%d packets of %d bytes: %+v", much.Packets.In, much.Bytes, much.Work)
				if faults = growth(few, much); len(faults) == 0 {
					return
				}
			}
			t.Error(strings.Join(faults, "\n"))
		})
	}
}

// growth returns what grew by more than the capture did.
func growth(few, much *Tally) (faults []string) {
	const (
		slack   = 1.3
		handful = 16 // for each packet: where a table fills, or is nearly empty, they differ by a few
	)
	for _, w := range []struct {
		name      string
		few, much int64
	}{
		{"steps", few.Work.Steps + few.Packets.In, much.Work.Steps + much.Packets.In},
		{"calls", few.Work.Calls + few.Packets.In, much.Work.Calls + much.Packets.In},
		{"bytes given", few.Work.Given + few.Bytes, much.Work.Given + much.Bytes},
		{"bytes looked at", few.Work.Looked + few.Bytes, much.Work.Looked + much.Bytes},
		{"bytes searched", few.Work.Searched + few.Bytes, much.Work.Searched + much.Bytes},
	} {
		if grown := float64(w.much) / float64(w.few); grown > slack*float64(much.Bytes)/float64(few.Bytes) && w.much > handful*much.Packets.In {
			faults = append(faults, fmt.Sprintf("%s: %d, and %d for an eighth: %.1f times as much", w.name, w.much, w.few, grown))
		}
	}
	return faults
}

// workOf runs a hostile capture through and returns what was counted.
func workOf(t *testing.T, h *lab.Hostile, n int) *Tally {
	t.Helper()
	name := filepath.Join(t.TempDir(), "capture.pcapng")
	out, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := h.Write(out, 1, n); err != nil {
		t.Fatal(err)
	}
	src, err := capture.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	tally, err := Run(t.Context(), src, Config{Workers: 2, Engine: engine}, new(heard))
	if err != nil {
		t.Fatal(err)
	}
	return tally
}

package audit_test

import (
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/lab"
)

// TestDamageWithoutLoss damages the checksum of a compressed capture: not a
// packet is lost, and still nobody may say that all was as it had been.
func TestDamageWithoutLoss(t *testing.T) {
	s, err := lab.Incident(lab.Options{Client: "fixed", Seed: 1, Boots: 1, ScreenOns: 1})
	if err != nil {
		t.Fatal(err)
	}
	sound := gzipped(t, scenarioFile(t, s))
	damaged := append([]byte(nil), sound...)
	damaged[len(damaged)-6] ^= 1 // within CRC32 and ISIZE (RFC 1952 section 2.3.1)
	for name, c := range map[string]struct {
		raw      []byte
		complete bool
	}{"sound": {sound, true}, "damaged": {damaged, false}} {
		cover := auditOf(t, c.raw).Report.Coverage
		if cover.Complete != c.complete || cover.Packets.In != int64(len(s.Packets)) || cover.Payload.Skipped[telltale.SkipCorruptBlock] != 0 {
			t.Errorf("%s: %+v", name, cover)
		}
		if (cover.Verdict == telltale.NothingSeen) != c.complete {
			t.Errorf("%s: verdict %s", name, cover.Verdict)
		}
	}
}

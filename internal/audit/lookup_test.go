package audit_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
)

// TestSealedLookups knows look-ups over TLS and HTTPS by port and by name, and
// says that they cannot be seen.
func TestSealedLookups(t *testing.T) {
	const spot = "names looked up over sealed channels (DoT, DoQ, DoH)"
	for name, c := range map[string]struct {
		port uint16
		sni  string
		want string
	}{
		"by port": {853, "made-up.example", "dot"},
		"by name": {443, "chrome.cloudflare-dns.com", "doh"},
		"neither": {443, "made-up.example", "tls"},
	} {
		capture := lab.NewCapture(1)
		conn := capture.Conn(begins, phone, far, c.port, lab.Carriage{})
		conn.TLS(c.sni, 50, 50, rand.New(rand.NewPCG(1, 1)))
		result, lines := listen(t, audit.Options{}, write(t, capture, packet.LinkEthernet))
		if got := ofType(lines, "flow")[0].AppProto; got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if got := slices.Contains(result.Report.Coverage.BlindSpots, spot); got != (c.want != "tls") {
			t.Errorf("%s: blind spots %q", name, result.Report.Coverage.BlindSpots)
		}
	}
}

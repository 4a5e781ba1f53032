package report

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// A far end without a name is told by its address and whose network that is in,
// one with a name by that alone.
func TestFarEndsWithoutName(t *testing.T) {
	a := nothingSeen()
	first, second := netip.MustParseAddr("198.51.100.7"), netip.MustParseAddr("198.51.100.8")
	claim := func(addr netip.Addr) []telltale.Claim {
		return []telltale.Claim{{Subject: telltale.NewText(addr.String()), Predicate: "as_organisation", Object: telltale.NewText("Example\x1b[31m Networks"), Source: "a table", Confidence: 0.6}}
	}
	a.Destinations = []telltale.Destination{
		{ID: "d1", DestIP: []netip.Addr{first}, Claims: claim(first)},
		{ID: "d2", Name: telltale.NewText("plant.example"), DestIP: []netip.Addr{second}, Claims: claim(second)},
	}
	a.Contacts = []Contact{
		{DestIP: first, AppProto: "tls", Flows: 2, Sent: 10, Received: 10, Protection: telltale.Sealed},
		{Name: telltale.NewText("plant.example"), DestIP: second, AppProto: "tls", Flows: 1, Sent: 10, Received: 10, Protection: telltale.Sealed},
	}
	for name, text := range map[string]string{"terminal": render(t, a, Style{Width: 100}), "page": htmlOf(t, a, false)} {
		if !strings.Contains(text, "198.51.100.7 (network of Example") {
			t.Errorf("%s: no owner beside the address", name)
		}
		if strings.Contains(text, "plant.example (network") || strings.Contains(text, "\x1b[31m Networks") {
			t.Errorf("%s: a name with an owner, or one that writes to the screen", name)
		}
	}
}

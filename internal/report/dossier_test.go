package report

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// A dossier in every width; the hostile one steers no terminal and is no wider
// than the screen.
func TestDossier(t *testing.T) {
	table := []telltale.Table{{Name: "organisations", Date: "2026-11-25"}, {Name: "country-of-address", Date: "2026-06-17"}}
	hostile := claimedEnd()
	hostile.Name, hostile.Domain = telltale.NewText("\x1b]0;x\x07.example"), telltale.NewText("\u202egpj.example")
	for i := range hostile.Claims {
		hostile.Claims[i].Object = telltale.NewText("\x1b[31m" + strings.Repeat("wide ", 60) + "\u202e")
		hostile.Claims[i].Source = "\x1b[2J" + strings.Repeat("x", 300)
	}
	for name, d := range map[string]telltale.Destination{
		"claims": claimedEnd(), "hostile": hostile,
		"nothing": {Name: telltale.NewText("plain.example"), Domain: telltale.NewText("plain.example")},
		"inside":  {DestIP: []netip.Addr{netip.MustParseAddr("192.168.1.1")}},
	} {
		for _, width := range []int{100, 60} {
			var b bytes.Buffer
			dossier := Dossier{d, table}
			if err := dossier.Terminal(&b, telltale.NewMasker(false), Style{Width: width}); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(b.String()) {
				if n := cells(strings.TrimSuffix(line, "\n")); n > width || strings.ContainsAny(line, "\x1b\u202e\a") {
					t.Errorf("%s at %d: %q", name, width, line)
				}
			}
			if name != "hostile" {
				golden(t, fmt.Sprintf("testdata/dossier-%s.%d.txt", name, width), b.String())
			}
		}
	}
}

// A value of the owner's, in a name, is masked in a dossier as everywhere.
func TestDossierMasks(t *testing.T) {
	d := telltale.Destination{Name: telltale.NewText("imei-001012704839210.example.com"), Domain: telltale.NewText("example.com")}
	d.Claims = []telltale.Claim{{
		Subject: d.Name, Predicate: "served_via", Object: telltale.NewText("001012704839210.cdn.example"), Source: "DNS, in this capture", Confidence: 0.9,
	}}
	var b bytes.Buffer
	if err := (&Dossier{Destination: d}).Terminal(&b, telltale.NewMasker(false), Style{}); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); strings.Contains(text, "4839210") || !strings.Contains(text, "cdn.example") {
		t.Errorf("%s", text)
	}
}

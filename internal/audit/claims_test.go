package audit_test

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"slices"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/destination"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
)

// claimed is what a destination record says.
type claimed struct {
	Name   string
	Domain string   `json:"registrable_domain"`
	DestIP []string `json:"dest_ip"`
	Claims []struct{ Subject, Predicate, Object, Source, Date string }
}

func (c *claimed) says(predicate string) (objects []string) {
	for _, x := range c.Claims {
		if x.Predicate == predicate {
			objects = append(objects, x.Object)
		}
	}
	return objects
}

// claimedBy returns the destinations of an audit's records.
func claimedBy(t *testing.T, o audit.Options, name string) (out []claimed) {
	t.Helper()
	_, raw := listenRaw(t, o, name)
	for _, l := range raw {
		var c claimed
		if !bytes.Contains(l, []byte(`"event_type":"destination"`)) {
			continue
		}
		if err := json.Unmarshal(l, &c); err != nil {
			t.Fatal(err)
		}
		if c.Name != "" {
			out = append(out, c)
		}
	}
	return out
}

// The server of 2019, at an address of a network that tables know: its name is
// told with its domain, and all who were said to own it.
func TestDestinationsCarryClaims(t *testing.T) {
	c := lab.NewCapture(1)
	server := lab.Host{Addr: netip.MustParseAddr("61.152.1.1"), MAC: gateway}
	looksUp(c, 0, "zzhc.vnet.cn", server, 60)
	sends(c, second, phone, server, post("zzhc.vnet.cn", "imei="+imei))
	sends(c, 2*second, phone, far, post("plain.example", "a=1"))
	file, err := destination.Parse("mine.yaml", []byte("claims:\n- {subject: vnet.cn, predicate: registrant, object: Somebody, source: a letter, date: 2026-11-01}\n"))
	if err != nil {
		t.Fatal(err)
	}
	name := write(t, c, packet.LinkEthernet)
	ends := claimedBy(t, audit.Options{Reveal: true, Claims: []*destination.File{file}}, name)
	if len(ends) != 2 || ends[0].Name != "zzhc.vnet.cn" || ends[0].Domain != "vnet.cn" {
		t.Fatalf("destinations %+v", ends)
	}
	if got := ends[0].says("organisation"); len(got) < 4 || !slices.Contains(got, "HMD Global") || !slices.Contains(got, "China Telecom") {
		t.Errorf("owners %q", got)
	}
	if got := ends[0].says("registrant"); len(got) != 2 || got[0] != "Somebody" {
		t.Errorf("registrants %q", got)
	}
	if a, b := ends[0].says("country_address"), ends[0].says("country_operator"); len(a) != 1 || a[0] != "CN" || len(b) != 1 {
		t.Errorf("countries %q, %q", a, b)
	}
	if len(ends[1].Claims) != 0 || ends[1].Domain != "plain.example" {
		t.Errorf("of a made-up end is told %+v", ends[1])
	}
}

// A far end behind a translator is told by the address it has.
func TestDestinationsBehindNAT64(t *testing.T) {
	c := lab.NewCapture(1)
	inside := lab.Host{Addr: netip.MustParseAddr("fd00::7"), MAC: phone.MAC}
	mapped := lab.Host{Addr: netip.MustParseAddr("64:ff9b::3d98:101"), MAC: gateway}
	sends(c, second, inside, mapped, post("zzhc.vnet.cn", "imei="+imei))
	ends := claimedBy(t, audit.Options{Reveal: true}, write(t, c, packet.LinkEthernet))
	if len(ends) != 1 || !slices.Equal(ends[0].DestIP, []string{"61.152.1.1"}) || len(ends[0].says("asn")) != 1 {
		t.Errorf("destinations %+v", ends)
	}
}

// Claims are told of every destination of the records; a report of so many
// has those of the ones that matter.
func TestReportIsToldTheClaimsThatMatter(t *testing.T) {
	c := lab.NewCapture(1)
	sends(c, second, phone, far, post("www.apple.com", "imei="+imei))
	result, _ := listen(t, audit.Options{}, write(t, c, packet.LinkEthernet))
	i := slices.IndexFunc(result.Report.Destinations, func(d telltale.Destination) bool { return !d.Name.IsZero() })
	if i < 0 || len(result.Report.Destinations[i].Claims) == 0 {
		t.Errorf("destinations %+v", result.Report.Destinations)
	}
}

package audit_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
)

// TestNames has flows known by what they say themselves and by what DNS
// answered, the most trusted first.
func TestNames(t *testing.T) {
	c := lab.NewCapture(1)
	looksUp(c, 0, "CDN.example", far, 60)
	sends(c, second, phone, far, post("Plant.Example.:8080", "a=1"))
	sends(c, 2*second, phone, far, post("", "a=1"))
	sends(c, 90*second, phone, far, post("", "a=1"))
	sends(c, 91*second, phone, far2, post("", "a=1"))
	tls := c.Conn(begins+3*second, phone, far, 443, lab.Carriage{})
	tls.TLS("sealed.example", 50, 50, rand.New(rand.NewPCG(1, 1)))
	_, lines := listen(t, audit.Options{Reveal: true}, write(t, c, packet.LinkEthernet))
	var got []string
	for _, f := range ofType(lines, "flow") {
		if f.DestIP != "192.168.7.1" {
			got = append(got, fmt.Sprint(f.Names))
		}
	}
	want := []string{
		"[{plant.example host} {cdn.example dns}]", "[{cdn.example dns}]", "[{sealed.example sni} {cdn.example dns}]",
		"[{cdn.example dns_expired}]", "[]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("names\n%q, want\n%q", got, want)
	}
}

// TestOwnNames has a machine of the local network known by what it calls
// itself to everyone there, and groups and resolvers by the names they have
// everywhere.
func TestOwnNames(t *testing.T) {
	c := lab.NewCapture(1)
	registers := "\x00\x01\x29\x10\x00\x01\x00\x00\x00\x00\x00\x01\x20ENFJCACACACACACACACACACACACACAAA\x00\x00\x20\x00\x01" +
		"\xc0\x0c\x00\x20\x00\x01\x00\x04\x93\xe0\x00\x06\x00\x00\xc0\xa8\x07\x18"
	all := at("255.255.255.255", 255, 255, 255, 255, 255, 255)
	c.Datagrams(begins, tablet, all, 137).Send(telltale.ToServer, []byte(registers))
	sends(c, second, phone, tablet, post("", "a=1"))
	c.Datagrams(begins+2*second, phone, group, 5353).Send(telltale.ToServer, lab.DNSQuery(1, "x.local", lab.TypeA))
	sends(c, 3*second, phone, at("9.9.9.9", gateway[:]...), post("", "a=1"))
	_, lines := listen(t, audit.Options{Reveal: true}, write(t, c, packet.LinkEthernet))
	got := map[string]string{}
	for _, f := range ofType(lines, "flow") {
		got[fmt.Sprint(f.DestIP)] = fmt.Sprint(f.Names)
	}
	for addr, want := range map[string]string{
		"192.168.7.24": "[{my local}]", "224.0.0.251": "[{multicast DNS well_known}]",
		"9.9.9.9": "[{dns.quad9.net well_known}]", "255.255.255.255": "[{broadcast well_known}]",
	} {
		if got[addr] != want {
			t.Errorf("%s is called %s, want %s", addr, got[addr], want)
		}
	}
}

// TestDestinations joins the addresses of one name, and tells ends without a
// name by their address.
func TestDestinations(t *testing.T) {
	c := lab.NewCapture(1)
	looksUp(c, 0, "plant.example", far, 60)
	looksUp(c, second, "plant.example", far2, 60)
	for i, h := range []lab.Host{far, far2, at("203.0.113.12", gateway[:]...)} {
		sends(c, int64(2+i)*second, phone, h, post("", "imei="+imei))
	}
	sends(c, 9*second, phone, at("203.0.113.13", gateway[:]...), post("PLANT.example", "imei="+imei))
	result, lines := listen(t, audit.Options{Reveal: true}, write(t, c, packet.LinkEthernet))
	var got []string
	for _, tx := range ofType(lines, "transmission") {
		got = append(got, tx.Destination)
	}
	if n := len(got); n != 4 || got[0] != got[1] || got[1] == got[2] || got[3] != got[0] {
		t.Errorf("destinations of the transmissions %q", got)
	}
	for _, d := range result.Report.Destinations {
		if d.ID == got[0] && len(d.DestIP) != 3 {
			t.Errorf("%s has the addresses %v", d.ID, d.DestIP)
		}
	}
}

// TestContacts counts the flows with a far end by what protected them.
func TestContacts(t *testing.T) {
	c := lab.NewCapture(1)
	for i := range int64(3) {
		sends(c, i*second, phone, far, post("plant.example", "a=1"))
	}
	tls := c.Conn(begins+9*second, phone, far, 443, lab.Carriage{})
	tls.TLS("plant.example", 5000, 5000, rand.New(rand.NewPCG(1, 1)))
	result, _ := listen(t, audit.Options{}, write(t, c, packet.LinkEthernet))
	var got []string
	for _, x := range result.Report.Contacts {
		got = append(got, fmt.Sprintln(x.Protection, x.Flows, x.Sent > 0, x.Received > 0, len(x.Times)))
	}
	if want := []string{"sealed 1 true true 1\n", "open 3 true true 3\n"}; !slices.Equal(got, want) {
		t.Errorf("contacts %q", got)
	}
}

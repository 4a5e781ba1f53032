package destination

import (
	"net/netip"
	"testing"
)

func TestWellKnown(t *testing.T) {
	for addr, want := range map[string]string{
		"8.8.8.8": "dns.google", "::ffff:8.8.8.8": "dns.google", "255.255.255.255": "broadcast", "224.0.0.251": "multicast DNS",
		"ff02::fb%eth0": "multicast DNS", "ff02::1:ff12:3456": "neighbour search", "2001:7fd::1": "k.root-servers.net", "198.51.100.7": "", "224.0.0.250": "",
	} {
		if got := wellKnown(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s is %q, want %q", addr, got, want)
		}
	}
	if n := len(knownNames()); n < 80 {
		t.Errorf("%d addresses", n)
	}
}

// TestOwnNames has what a machine calls itself stand behind what was told of
// it, and in front of the reverse name; a well-known name behind all.
func TestOwnNames(t *testing.T) {
	n := NewNames()
	host := netip.MustParseAddr("192.168.7.9")
	n.Learn("me", 0, Answer{Addr: host, Name: "host9.isp.example", Kind: Reverse})
	n.Learn(Everyone, 0, Answer{Addr: host, Name: "my-printer", Kind: Own})
	names, _ := n.Of("me", host, 1, Told{})
	if got, want := shown(names), "my-printer local 0.60"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if Stands(names[0]) {
		t.Error("what a machine calls itself stands for it")
	}
	n.Learn("me", 0, Answer{Addr: host, Name: "printer.example", TTL: 60})
	names, _ = n.Of("me", host, 1, Told{})
	if got, want := shown(names), "printer.example dns 0.95"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	names, _ = n.Of("me", netip.MustParseAddr("9.9.9.9"), 1, Told{})
	if got, want := shown(names), "dns.quad9.net well_known 0.60"; got != want || Stands(names[0]) {
		t.Errorf("%s, want %s that does not stand", got, want)
	}
}

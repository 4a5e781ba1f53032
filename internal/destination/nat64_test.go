package destination

import (
	"net/netip"
	"testing"
)

// The examples of RFC 6052 2.4: one address behind prefixes of every length.
func TestUnmap(t *testing.T) {
	want := netip.MustParseAddr("192.0.2.33")
	for text, bits := range map[string]int{
		"2001:db8:c000:221::":          32,
		"2001:db8:1c0:2:21::":          40,
		"2001:db8:122:c000:2:2100::":   48,
		"2001:db8:122:3c0:0:221::":     56,
		"2001:db8:122:344:c0:2:2100::": 64,
		"2001:db8:122:344::192.0.2.33": 96,
	} {
		if got := embedded(netip.MustParseAddr(text), bits); got != want {
			t.Errorf("%s/%d: %s", text, bits, got)
		}
	}
	var tr Translator
	for from, to := range map[string]string{
		"64:ff9b::808:808":     "8.8.8.8",
		"::ffff:8.8.8.8":       "8.8.8.8",
		"8.8.8.8":              "8.8.8.8",
		"2001:db8:64::808:808": "2001:db8:64::808:808",
		"64:ff9b:1::808:808":   "64:ff9b:1::808:808",
		"2001:4860:4860::8888": "2001:4860:4860::8888",
	} {
		if got := tr.Unmap(netip.MustParseAddr(from)); got.String() != to {
			t.Errorf("%s: %s, want %s", from, got, to)
		}
	}
}

// A prefix is learnt from the one name that has IPv4 addresses only.
func TestLearnPrefix(t *testing.T) {
	var tr Translator
	far := netip.MustParseAddr("2001:db8:64::808:808")
	tr.Learn("example.com", netip.MustParseAddr("2001:db8:64::c000:aa"))
	tr.Learn("ipv4only.arpa", netip.MustParseAddr("2001:db8:64::c000:201"))
	if got := tr.Unmap(far); got != far {
		t.Fatalf("learnt from the wrong answer: %s", got)
	}
	tr.Learn("ipv4only.arpa", netip.MustParseAddr("2001:db8:64::c000:aa"))
	tr.Learn("ipv4only.arpa", netip.MustParseAddr("2001:db8:64::c000:ab"))
	if got := tr.Unmap(far).String(); got != "8.8.8.8" || len(tr.learnt) != 1 {
		t.Errorf("got %s, prefixes %v", got, tr.learnt)
	}
	for i := range 100 {
		b := netip.MustParseAddr("2001:db8:99::c000:aa").As16()
		b[5] = byte(i)
		tr.Learn("ipv4only.arpa", netip.AddrFrom16(b))
	}
	if len(tr.learnt) > maxPrefixes {
		t.Errorf("%d prefixes", len(tr.learnt))
	}
}

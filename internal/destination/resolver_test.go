package destination

import "testing"

func TestIsResolver(t *testing.T) {
	for name, want := range map[string]bool{
		"dns.google": true, "mozilla.cloudflare-dns.com": true, "abc123.dns.nextdns.io": true, "google": false, "mydns.google": false, "nextdns.io": false, "": false,
	} {
		if IsResolver(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
	for name := range resolvers {
		if HostName(name) != name {
			t.Errorf("%q is not in the form of names", name)
		}
	}
}

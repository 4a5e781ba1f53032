package destination

import "strings"

// resolvers are names under which open resolvers answer over TLS, QUIC and
// HTTPS, as their operators publish them. A name stands for those below it.
var resolvers = map[string]bool{
	"dns.google": true, "dns.google.com": true, "dns64.dns.google": true,
	"one.one.one.one": true, "cloudflare-dns.com": true, "1dot1dot1dot1.cloudflare-dns.com": true,
	"dns.quad9.net": true, "dns9.quad9.net": true, "dns10.quad9.net": true, "dns11.quad9.net": true,
	"dns.opendns.com": true, "doh.opendns.com": true, "doh.familyshield.opendns.com": true,
	"dns.adguard.com": true, "dns.adguard-dns.com": true, "unfiltered.adguard-dns.com": true, "d.adguard-dns.com": true,
	"dns.nextdns.io": true, "doh.cleanbrowsing.org": true, "dns.mullvad.net": true, "doh.mullvad.net": true, "freedns.controld.com": true,
	"dns.alidns.com": true, "doh.pub": true, "dot.pub": true, "doh.360.cn": true, "dot.360.cn": true,
	"doh.dns.apple.com": true, "dns.sb": true, "doh.sb": true, "dns0.eu": true, "doh.xfinity.com": true, "dot.xfinity.com": true,
}

// IsResolver reports whether a name, in the form of [HostName], is one under
// which a resolver answers over an encrypted channel.
func IsResolver(name string) bool {
	for name != "" {
		if resolvers[name] {
			return true
		}
		_, name, _ = strings.Cut(name, ".")
	}
	return false
}

package detect

import (
	"net/netip"

	"github.com/telltale-audit/telltale"
)

var publicIP = &Detector{
	Kind:  telltale.PublicIP,
	Judge: judgePublicIP,
	Least: 5,
	ByKey: true,
	Finds: []string{
		`{"publicIp":"203.0.113.77"}`,
		"wan_ip=2001:db8:17::5e10&x=1",
		"X-Forwarded-For: 203.0.113.77, 10.0.0.1\r\n",
		`{"clientIP":"203.0.113.77"}`,
	},
	Ignores: []string{
		"203.0.113.77",
		`{"server":"203.0.113.77"}`,
		`{"publicIp":"192.168.1.20"}`,
		`{"publicIp":"100.64.3.2"}`, // behind an operator's address translation
		`{"wanIp":"0.0.0.0"}`,
		`{"clientIp":"fe80::1"}`,
		`{"clientIp":"::ffff:10.0.0.1"}`,
		`{"publicIp":"8.8.8.8"}`,
		`{"publicIp":"1.2.3"}`,
		"X-Forwarded-For: 117.61.5.70\r\n", // the same from every phone
	},
}

// judgePublicIP reads the address that a key names as the one under which a
// device is seen from outside.
func judgePublicIP(token []byte, keyed bool, r *Reading) bool {
	if !keyed || len(token) > 45 || !looksLikeIP(token) {
		return false
	}
	ip, err := netip.ParseAddr(string(token))
	if err != nil || !isPublic(ip.Unmap()) {
		return false
	}
	*r = Reading{Value: ip.Unmap().String(), Prior: 0.02}
	r.shape("an address that networks route", 2)
	if within(ip.Unmap(), documentation) {
		r.note(noteTestRange)
	}
	return true
}

// looksLikeIP reports whether b has the characters of an address only.
func looksLikeIP(b []byte) bool {
	marks := 0
	for _, c := range b {
		switch {
		case c == '.' || c == ':':
			marks++
		case !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'f'):
			return false
		}
	}
	return marks >= 2
}

// isPublic reports whether an address can be somebody's on the Internet, and is
// not one that everybody knows.
func isPublic(ip netip.Addr) bool {
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !within(ip, shared) && !within(ip, everybodys)
}

func within(ip netip.Addr, list []netip.Prefix) bool {
	for _, p := range list {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

func blocksOf(list ...string) (out []netip.Prefix) {
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

var (
	// shared addresses stand for no one (RFC 6598, RFC 2544, RFC 1112).
	shared = blocksOf("0.0.0.0/8", "100.64.0.0/10", "198.18.0.0/15", "240.0.0.0/4")

	// documentation has the addresses that examples use (RFC 5737, RFC 3849).
	documentation = blocksOf("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")

	// everybodys addresses are of resolvers that anyone may ask, and the one that
	// two registration clients of public reporting write into X-Forwarded-For on
	// every phone.
	everybodys = blocksOf("8.8.8.8/32", "8.8.4.4/32", "1.1.1.1/32", "1.0.0.1/32", "9.9.9.9/32", "1.2.3.4/32", "117.61.5.70/32")
)

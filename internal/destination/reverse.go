package destination

import (
	"net/netip"
	"strconv"
	"strings"
)

// ReverseAddr returns the address that a name of the reverse tree stands for:
// "4.3.2.1.in-addr.arpa" (RFC 1035 3.5) or 32 hexadecimal digits below
// "ip6.arpa" (RFC 3596 2.5).
func ReverseAddr(name string) (netip.Addr, bool) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if rest, ok := strings.CutSuffix(name, ".in-addr.arpa"); ok {
		return reverse4(rest)
	}
	if rest, ok := strings.CutSuffix(name, ".ip6.arpa"); ok {
		return reverse6(rest)
	}
	return netip.Addr{}, false
}

func reverse4(labels string) (netip.Addr, bool) {
	var b [4]byte
	at := len(b)
	for label := range strings.SplitSeq(labels, ".") {
		n, err := strconv.ParseUint(label, 10, 8)
		if at--; err != nil || at < 0 {
			return netip.Addr{}, false
		}
		b[at] = byte(n)
	}
	return netip.AddrFrom4(b), at == 0
}

func reverse6(labels string) (netip.Addr, bool) {
	var b [16]byte
	if len(labels) != 4*len(b)-1 {
		return netip.Addr{}, false
	}
	for i := range 2 * len(b) {
		n, err := strconv.ParseUint(labels[2*i:2*i+1], 16, 4)
		if err != nil || 2*i+1 < len(labels) && labels[2*i+1] != '.' {
			return netip.Addr{}, false
		}
		b[len(b)-1-i/2] |= byte(n) << (4 * (i % 2))
	}
	return netip.AddrFrom16(b), true
}

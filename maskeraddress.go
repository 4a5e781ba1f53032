package telltale

import "net/netip"

// keepAddresses marks the tokens of IP addresses: hosts stay readable. The
// hardware part of an address built from a MAC is hidden by hideEUI64.
func keepAddresses(us []unit, ts []token) {
	for i := 0; i < len(ts); {
		n := max(dottedQuad(us, ts[i:]), ipv6(us, ts[i:]))
		for j := range n {
			ts[i+j].keep = true
		}
		i += max(n, 1)
	}
}

// dottedQuad returns 4 if the first four tokens are an IPv4 address.
func dottedQuad(us []unit, ts []token) int {
	if len(ts) < 4 || us[ts[0].start].r == '0' && ts[0].len() > 1 {
		return 0
	}
	for i := range 4 {
		t := ts[i]
		if i < 3 && between(us, ts, i) != '.' || !t.number() || t.len() > 3 || t.len() == 3 && us[t.start].r > '2' {
			return 0
		}
	}
	return 4
}

// ipv6 returns how many tokens from the first on are an IPv6 address. It must
// be of a block that is in use and hold letters or be short: a number cut
// into fours is none.
func ipv6(us []unit, ts []token) int {
	if len(ts) < 2 || !ts[0].hex || ts[0].len() > 4 {
		return 0
	}
	var room [48]byte
	text, colons := room[:0], 0
	i := ts[0].start
	for ; i < len(us) && !us[i].hide && (us[i].r == ':' || us[i].alnum()); i++ {
		if len(text) == longestIPv6 || us[i].r > 'f' {
			return 0
		}
		if us[i].r == ':' {
			colons++
		}
		text = append(text, byte(us[i].r))
	}
	n, digits := 0, 0
	for ; n < len(ts) && ts[n].end <= i; n++ {
		digits += ts[n].digits
	}
	if n < len(ts) && ts[n].start < i {
		return 0 // only a part of its last token can be seen
	}
	if colons < 2 || digits >= digitGroup && digits+colons == len(text) {
		return 0
	}
	if i < len(us) && us[i].hide && string(text[len(text)-3:]) == ":fe" {
		text = append(text, "00:0"...) // hidden by hideEUI64 before
	}
	if a, err := netip.ParseAddr(string(text)); err != nil || !inUse(a) {
		return 0
	}
	return n
}

const longestIPv6 = 39 // characters

// inUse reports whether a lies in the blocks that addresses are given from
// (IANA IPv6 Global Unicast Address Space, 2001::/16 to 2c00::/12) or is
// local or multicast.
func inUse(a netip.Addr) bool {
	b := a.As16()
	switch b[0] {
	case 0x20:
		return b[1] <= 3
	case 0x24, 0x26, 0x28, 0x2a, 0x2c, 0xfc, 0xfd, 0xff:
		return true
	}
	return b[0] == 0xfe && b[1] == 0x80
}

// hideEUI64 hides the last 24 bits of addresses built from a MAC.
func hideEUI64(us []unit, ts []token) {
	for i := 0; i+2 < len(ts); i++ {
		mid, last := ts[i+1], ts[i+2]
		if !mid.keep || !last.keep || mid.len() != 4 || between(us, ts, i) != ':' || between(us, ts, i+1) != ':' {
			continue
		}
		if i+3 < len(ts) && ts[i+3].keep && between(us, ts, i+2) == ':' {
			continue
		}
		if reads(us, ts[i].end-2, "ff") && reads(us, mid.start, "fe") {
			hideUnits(us, mid.start+2, last.end)
		}
	}
}

// reads reports whether the units from i on read w, in any case.
func reads(us []unit, i int, w string) bool {
	for j := range len(w) {
		if i+j < 0 || us[i+j].r|0x20 != rune(w[j]) {
			return false
		}
	}
	return true
}

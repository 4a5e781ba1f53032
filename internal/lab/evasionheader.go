package lab

import "encoding/binary"

// headerCases have a copy first that the receiver drops for what its IP header, or
// those behind it, say.
func headerCases() []*Evasion {
	first4 := func(name, about string, change func(ip []byte) []byte) *Evasion {
		return copyFirst("E23-"+name+"-ip4", about, false, change)
	}
	first6 := func(name, about string, kinds string, headers ...string) *Evasion {
		return copyFirst("E23-"+name+"-ip6", about, true, func(ip []byte) []byte { return between6(ip, kinds, headers) })
	}
	const pad, unknown, skipped = "\x01\x04\x00\x00\x00\x00", "\x82\x04\x00\x00\x00\x00", "\x1e\x04\x00\x00\x00\x00"
	return []*Evasion{
		first4("header-checksum", "a copy comes first whose IP header has a wrong checksum", func(ip []byte) []byte {
			ip[10] ^= 0x55
			return ip
		}),
		first4("source-route", "a copy comes first with a source route", func(ip []byte) []byte {
			return options4(ip, "\x83\x07\x04\x0a\x4d\x00\x01\x00")
		}),
		first4("IP-options-overrun", "a copy comes first with an IP option that overruns the header", func(ip []byte) []byte {
			return options4(ip, "\x44\x0c\x05\x00")
		}),
		first4("record-route", "a copy comes first with an IP option that hosts accept", func(ip []byte) []byte {
			return options4(ip, "\x07\x07\x04\x00\x00\x00\x00\x00")
		}),
		first6("hop-by-hop-late", "a copy comes first with a hop-by-hop header behind another", "\x3c\x00", pad, pad),
		first6("unknown-option", "a copy comes first with an option that is to be known", "\x3c", unknown),
		first6("unknown-option-skipped", "a copy comes first with an option that need not be known", "\x3c", skipped),
		first6("long-padding", "a copy comes first with more padding than is of use", "\x3c", "\x01\x0c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"),
		first6("routing", "a copy comes first with a routing header that is not at its end", "\x2b", "\x00\x01\x00\x00\x00\x00\xfd\x77\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x09"),
	}
}

// copyFirst returns the case in which a copy comes first that is changed on its way.
func copyFirst(name, about string, v6 bool, change func(ip []byte) []byte) *Evasion {
	return &Evasion{Name: name, About: about, v6: v6, shots: after(
		shot{data: "a=1;"},
		shot{at: 4, data: first, parts: func(ip []byte) [][]byte { return [][]byte{change(ip)} }},
		shot{at: 4, data: second}, shot{at: 25, data: "z=9;"})}
}

// options4 puts options behind an IPv4 header without any.
func options4(ip []byte, options string) []byte {
	b := append(append(append([]byte(nil), ip[:20]...), options...), ip[20:]...)
	b[0] = 0x40 | byte((20+len(options))/4)
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	b[10], b[11] = 0, 0
	binary.BigEndian.PutUint16(b[10:], ^fold(addWords(0, b[:20+len(options)])))
	return b
}

// between6 puts headers of some kinds behind an IPv6 header, each without the two
// bytes that say what follows and how long it is.
func between6(ip []byte, kinds string, headers []string) []byte {
	b := append([]byte(nil), ip[:40]...)
	next := ip[6]
	b[6] = kinds[0]
	for i, h := range headers {
		follows := next
		if i+1 < len(kinds) {
			follows = kinds[i+1]
		}
		b = append(b, follows, byte((len(h)+2)/8-1))
		b = append(b, h...)
	}
	b = append(b, ip[40:]...)
	binary.BigEndian.PutUint16(b[4:], uint16(len(b)-40))
	return b
}

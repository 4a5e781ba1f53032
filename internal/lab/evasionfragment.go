package lab

import (
	"encoding/binary"
	"slices"
	"strings"
)

// A part is bytes [from, to) of an IP packet's payload, sent as a fragment; in
// units of 8 bytes. text, if any, replaces its last bytes.
type part struct {
	from, to int
	id       uint32 // 0: the packet's
	text     string
	textAt   int // byte of the payload at which text lies
}

// inParts returns what sends a packet as fragments, with lie in the place of
// some of its bytes for those that say so.
func inParts(parts ...part) func(ip []byte) [][]byte {
	return func(ip []byte) [][]byte {
		var out [][]byte
		for _, p := range parts {
			out = append(out, p.of(ip))
		}
		return out
	}
}

// of cuts the part out of a packet.
func (p part) of(ip []byte) []byte {
	head := 20
	if ip[0]>>4 == 6 {
		head = 40
	}
	payload := slices.Clone(ip[head:])
	if p.text != "" {
		copy(payload[p.textAt:], p.text)
	}
	end := min(8*p.to, len(payload))
	more := end < len(payload)
	if head == 20 {
		return p.ipv4(ip[:20], payload[8*p.from:end], more)
	}
	return p.ipv6(ip[:40], payload[8*p.from:end], more)
}

func (p part) ipv4(head, payload []byte, more bool) []byte {
	b := slices.Clone(head)
	offset := uint16(p.from)
	if more {
		offset |= 0x2000
	}
	if p.id > 0 {
		binary.BigEndian.PutUint16(b[4:], uint16(p.id))
	}
	binary.BigEndian.PutUint16(b[2:], uint16(20+len(payload)))
	binary.BigEndian.PutUint16(b[6:], offset)
	b[10], b[11] = 0, 0
	binary.BigEndian.PutUint16(b[10:], ^fold(addWords(0, b)))
	return append(b, payload...)
}

func (p part) ipv6(head, payload []byte, more bool) []byte {
	b := slices.Clone(head)
	next := b[6]
	b[6] = 44
	binary.BigEndian.PutUint16(b[4:], uint16(8+len(payload)))
	offset := uint16(p.from) << 3
	if more {
		offset |= 1
	}
	b = append(b, next, 0)
	b = binary.BigEndian.AppendUint16(b, offset)
	b = binary.BigEndian.AppendUint32(b, max(p.id, 0x7e11))
	return append(b, payload...)
}

// withHeaders puts IPv6 extension headers before whatever a packet carries.
func withHeaders(parts func(ip []byte) [][]byte) func(ip []byte) [][]byte {
	return func(ip []byte) [][]byte {
		var out [][]byte
		for _, f := range parts(ip) {
			b := slices.Clone(f[:40])
			chain := []byte{60, 0, 1, 4, 0, 0, 0, 0, f[6], 0, 1, 4, 0, 0, 0, 0} // hop-by-hop, then destination options
			b[6] = 0
			binary.BigEndian.PutUint16(b[4:], uint16(len(f)-40+len(chain)))
			out = append(out, append(append(b, chain...), f[40:]...))
		}
		return out
	}
}

// fragmentCases send a segment of 20 bytes of header and 60 of data, 80 bytes
// or 10 units, in fragments. The number lies at byte 32 of these, which is the
// unit 4, and is 21 bytes long.
func fragmentCases() []*Evasion {
	text := "............" + first + "..........................."
	cut := func(v6 bool, name, about string, parts func([]byte) [][]byte, then ...shot) *Evasion {
		version := "-ip4"
		if v6 {
			version = "-ip6"
		}
		var also []string
		if strings.Contains(about, "another number") || strings.Contains(about, "each with") {
			also = append(also, secondIMEI)
		}
		return &Evasion{Name: "E29-" + name + version, About: about, v6: v6, also: also, shots: after(append([]shot{{data: text, parts: parts}}, then...)...)}
	}
	lie := func(from, to int) part { return part{from: from, to: to, text: second, textAt: 32} }
	again := shot{data: text}
	var all []*Evasion
	for _, v6 := range []bool{false, true} {
		all = append(all,
			cut(v6, "in-order", "in three fragments", inParts(part{from: 0, to: 5}, part{from: 5, to: 6}, part{from: 6, to: 10})),
			cut(v6, "out-of-order", "the last fragment first", inParts(part{from: 6, to: 10}, part{from: 5, to: 6}, part{from: 0, to: 5})),
			cut(v6, "tiny-first", "the first fragment ends within the TCP header", inParts(part{from: 0, to: 1}, part{from: 1, to: 10})),
			cut(v6, "twice", "every fragment twice", inParts(part{from: 0, to: 5}, part{from: 0, to: 5}, part{from: 5, to: 10}, part{from: 5, to: 10})),
			cut(v6, "overlap-left", "a fragment with another number overlaps from the left", inParts(part{from: 0, to: 4}, part{from: 5, to: 10}, lie(4, 7)), again),
			cut(v6, "overlap-right", "a fragment with another number overlaps to the right", inParts(part{from: 0, to: 7}, lie(4, 10)), again),
			cut(v6, "overlap-inside", "a fragment with another number lies inside one", inParts(part{from: 0, to: 8}, lie(4, 7), part{from: 8, to: 10}), again),
			cut(v6, "overlap-around", "a fragment with another number encloses one", inParts(part{from: 4, to: 7}, lie(3, 8), part{from: 8, to: 10}, part{from: 0, to: 3}), again),
			cut(v6, "overlap-same-range", "two copies of a fragment, each with a number", inParts(part{from: 0, to: 4}, part{from: 4, to: 7}, lie(4, 7), part{from: 7, to: 10}), again),
			cut(v6, "overlap-first", "the first fragment comes again with another number", inParts(part{from: 0, to: 7}, lie(0, 7), part{from: 7, to: 10}), again),
			cut(v6, "never-whole", "the last fragment never comes", inParts(part{from: 0, to: 7})),
		)
	}
	atomic := part{from: 0, to: 10}
	return append(all,
		cut(false, "duplicate-id", "two packets with one id, each with a number", inParts(part{from: 0, to: 7, id: 77}, part{from: 0, to: 7, id: 77, text: second, textAt: 32}, part{from: 7, to: 10, id: 77}, part{from: 7, to: 10, id: 77}), again),
		cut(true, "atomic", "a fragment header on a packet that is whole", inParts(atomic)),
		cut(true, "header-chain", "hop-by-hop and destination options before the fragment header", withHeaders(inParts(part{from: 0, to: 5}, part{from: 5, to: 10}))),
		cut(true, "atomic-header-chain", "the same before an atomic fragment", withHeaders(inParts(atomic))),
	)
}

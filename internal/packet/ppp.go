package packet

import "encoding/binary"

// Protocols of PPP (IANA, PPP DLL Protocol Numbers).
const (
	pppIPv4   = 0x0021
	pppIPv6   = 0x0057
	pppMPLS   = 0x0281
	pppMPLSUp = 0x0283
)

// ppp reads PPP (RFC 1661 section 2), with or without the two bytes in front
// that HDLC-like framing adds (RFC 1662 section 3.1).
func (h *Header) ppp(data []byte) Status {
	b := h.rest(data)
	if len(b) >= 2 && b[0] == 0xff && b[1] == 0x03 {
		h.PayloadStart += 2
		b = b[2:]
	}
	if len(b) < 1 || len(b) == 1 && b[0] == 0xff {
		return h.short(len(b) + 1)
	}
	proto := uint16(b[0])
	h.PayloadStart++
	if proto&1 == 0 { // else it was compressed to one byte (RFC 1661 section 6.5)
		if len(b) < 2 {
			return h.short(1)
		}
		proto = binary.BigEndian.Uint16(b)
		h.PayloadStart++
	}
	switch proto {
	case pppIPv4:
		return h.ipv4(data)
	case pppIPv6:
		return h.ipv6(data)
	case pppMPLS, pppMPLSUp:
		return h.nested(data, etherMPLS)
	}
	return NotIP
}

// pppHDLC reads PPP in HDLC-like framing or, told by another address byte,
// Cisco HDLC.
func (h *Header) pppHDLC(data []byte) Status {
	if b := h.rest(data); len(b) > 0 && (b[0] == 0x0f || b[0] == 0x8f) {
		return h.ciscoHDLC(data)
	}
	return h.ppp(data)
}

// pppDirection passes the byte that says which way a PPP packet went.
func (h *Header) pppDirection(data []byte) Status {
	if _, s := h.take(data, 1); s != OK {
		return s
	}
	return h.ppp(data)
}

// ciscoHDLC reads an address byte, a control byte and an EtherType.
func (h *Header) ciscoHDLC(data []byte) Status {
	b, s := h.take(data, 4)
	if s != OK {
		return s
	}
	return h.typed(data, binary.BigEndian.Uint16(b[2:]))
}

// pppoe reads the header of PPP over Ethernet (RFC 2516 section 4).
func (h *Header) pppoe(data []byte) Status {
	b := h.rest(data)
	if len(b) < 6 {
		return h.short(6)
	}
	if b[0] != 0x11 {
		return Malformed
	}
	if b[1] != 0 { // not data
		return NotIP
	}
	h.PayloadStart += 6
	h.limit(h.PayloadStart + int(binary.BigEndian.Uint16(b[4:])))
	return h.ppp(data)
}

// frameRelay reads a Q.922 address and either an EtherType, as Cisco has it,
// or the protocol by its number (RFC 2427 section 3).
func (h *Header) frameRelay(data []byte) Status {
	for n := 0; ; n++ {
		b, s := h.take(data, 1)
		switch {
		case s != OK:
			return s
		case n == 4:
			return Malformed
		}
		if b[0]&1 != 0 {
			break
		}
	}
	b, s := h.take(data, 2)
	if s != OK {
		return s
	}
	if b[0] != 0x03 {
		return h.typed(data, binary.BigEndian.Uint16(b))
	}
	if b[1] == 0 { // padding, to an even length
		if b, s = h.take(data, 1); s != OK {
			return s
		}
		return h.numbered(data, b[0])
	}
	return h.numbered(data, b[1])
}

// numbered goes on by NLPID (ISO/IEC TR 9577).
func (h *Header) numbered(data []byte, nlpid byte) Status {
	switch nlpid {
	case 0xcc:
		return h.ipv4(data)
	case 0x8e:
		return h.ipv6(data)
	case 0xcf:
		return h.ppp(data)
	case 0x80:
	default:
		return NotIP
	}
	b, s := h.take(data, 5)
	switch {
	case s != OK:
		return s
	case [3]byte(b) == [3]byte{0x00, 0x80, 0xc2} && b[3] == 0 && b[4] == 0x07: // bridged, without FCS
		return h.nested(data, etherFrame)
	case [3]byte(b) == [3]byte{}:
		return h.typed(data, binary.BigEndian.Uint16(b[3:]))
	}
	return NotIP
}

// arcnet reads source, destination and protocol (RFC 1201 section 2), the
// last behind the given number of bytes.
func (h *Header) arcnet(data []byte, before int) Status {
	b, s := h.take(data, before+4)
	if s != OK {
		return s
	}
	proto, part := b[before], b[before+1] != 0
	switch {
	case proto != 212 && proto != 196: // IPv4 and IPv6
		return NotIP
	case part:
		h.Fragment = true
		return Fragment
	}
	return h.raw(data)
}

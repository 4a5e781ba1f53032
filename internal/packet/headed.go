package packet

import "encoding/binary"

// headed reads links whose headers are short and stand before IP, an Ethernet
// frame or LLC, by the tcpdump group's descriptions of their link types.
func (h *Header) headed(data []byte, l Link) Status {
	switch l {
	case LinkTokenRing:
		return h.tokenRing(data)
	case LinkFDDI:
		return h.addressed(data, 1, 0)
	case LinkATM:
		return h.llc(data, h.end()-h.PayloadStart)
	case LinkIPFC: // RFC 2625 section 3.2: two names of 8 bytes
		return h.behind(data, 16, (*Header).snap)
	case LinkENC: // address family, SPI, flags
		return h.tunnelled(data)
	case LinkPFLOG:
		return h.pflog(data)
	case LinkFirewire: // two names of 8 bytes
		return h.behind(data, 16, (*Header).etherTyped)
	case LinkIPNET:
		return h.ipnet(data)
	case LinkIPoIB: // InfiniBand's global route header, then EtherType and two bytes
		return h.behind(data, 40, func(h *Header, data []byte) Status {
			b, s := h.take(data, 4)
			if s != OK {
				return s
			}
			return h.typed(data, binary.BigEndian.Uint16(b))
		})
	case LinkERF:
		return h.erf(data)
	case LinkPKTAP, LinkPKTAPOld:
		return h.pktap(data)
	}
	return h.tagged(data, l)
}

// tagged reads Ethernet with what a switch's chip or a tap put in front of
// the frame or inside it.
func (h *Header) tagged(data []byte, l Link) Status {
	switch l {
	case LinkBroadcomFront, LinkNetAnalyzer:
		return h.behind(data, 4, (*Header).ethernet)
	case LinkMPacket:
		return h.behind(data, 8, (*Header).ethernet)
	case LinkBroadcom, LinkDSA:
		return h.addressed(data, 0, 4)
	case LinkEDSA:
		return h.addressed(data, 0, 8)
	}
	return UnsupportedLink
}

// behind passes n bytes and goes on with read.
func (h *Header) behind(data []byte, n int, read func(*Header, []byte) Status) Status {
	if _, s := h.take(data, n); s != OK {
		return s
	}
	return read(h, data)
}

// etherTyped reads an EtherType and goes on by it.
func (h *Header) etherTyped(data []byte) Status {
	b, s := h.take(data, 2)
	if s != OK {
		return s
	}
	return h.network(data, binary.BigEndian.Uint16(b))
}

// snap reads LLC up to the end of the packet.
func (h *Header) snap(data []byte) Status { return h.llc(data, h.end()-h.PayloadStart) }

// addressed reads destination and source behind some bytes, as in Ethernet,
// and passes a switch's tag behind them. Without one LLC follows.
func (h *Header) addressed(data []byte, before, tag int) Status {
	b, s := h.take(data, before+12+tag)
	if s != OK {
		return s
	}
	b = b[before:]
	h.DstMAC, h.SrcMAC, h.HasMAC = [6]byte(b[:6]), [6]byte(b[6:12]), true
	h.frameStart = h.PayloadStart - len(b)
	if tag == 0 {
		return h.snap(data)
	}
	return h.etherTyped(data)
}

// tokenRing reads IEEE 802.5: two bytes, the addresses, and a route where the
// source's highest bit says so.
func (h *Header) tokenRing(data []byte) Status {
	b, s := h.take(data, 14)
	if s != OK {
		return s
	}
	h.DstMAC, h.SrcMAC, h.HasMAC = [6]byte(b[2:8]), [6]byte(b[8:14]), true
	const routed = 0x80
	if h.SrcMAC[0]&routed != 0 {
		h.SrcMAC[0] &^= routed
		rest := h.rest(data)
		if len(rest) < 1 {
			return h.short(1)
		}
		if _, s := h.take(data, int(rest[0]&0x1f)); s != OK {
			return s
		}
	}
	return h.snap(data)
}

// tunnelled reads OpenBSD's view into IPsec. The family is in the byte order
// of the machine that captured.
func (h *Header) tunnelled(data []byte) Status {
	b, s := h.take(data, 12)
	if s != OK {
		return s
	}
	family := binary.BigEndian.Uint32(b)
	if family > 0xffff {
		family = binary.LittleEndian.Uint32(b)
	}
	return h.family(data, family)
}

// pflog reads the header of the BSD packet filter's log. Its first byte is its
// length, without padding, its second the address family.
func (h *Header) pflog(data []byte) Status {
	b := h.rest(data)
	if len(b) < 2 {
		return h.short(2)
	}
	family := uint32(b[1])
	if _, s := h.take(data, (int(b[0])+3)&^3); s != OK {
		return s
	}
	return h.family(data, family)
}

// ipnet reads the header that Solaris puts before IP. It numbers IPv6 its own
// way.
func (h *Header) ipnet(data []byte) Status {
	b, s := h.take(data, 24)
	switch {
	case s != OK:
		return s
	case b[1] == 2:
		return h.ipv4(data)
	case b[1] == 26:
		return h.ipv6(data)
	}
	return NotIP
}

// erf reads a record of Endace's capture cards, headers that extend it
// included.
func (h *Header) erf(data []byte) Status {
	const another, kinds = 0x80, 0x7f
	b, s := h.take(data, 16)
	if s != OK {
		return s
	}
	kind := b[8]
	for n, more := 0, kind&another != 0; more; n++ {
		if n == maxLayers {
			return TooDeep
		}
		ext, s := h.take(data, 8)
		if s != OK {
			return s
		}
		more = ext[0]&another != 0
	}
	switch kind & kinds {
	case 2, 11, 16, 20: // Ethernet, behind two bytes
		return h.behind(data, 2, (*Header).ethernet)
	case 22:
		return h.ipv4(data)
	case 23:
		return h.ipv6(data)
	}
	return NotIP
}

// pktap reads what Apple's systems put before a packet, an iPhone's among
// them that a Mac captures for: lengths and the link type behind, in little-endian.
func (h *Header) pktap(data []byte) Status {
	const enough = 12
	b := h.rest(data)
	if len(b) < enough {
		return h.short(enough)
	}
	size, link := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[8:])
	if size < enough || size > 1<<16 {
		return Malformed
	}
	if _, s := h.take(data, int(size)); s != OK {
		return s
	}
	if h.layers++; link > 0xffff || h.layers > maxLayers {
		return NotIP
	}
	return h.link(data, Link(link))
}

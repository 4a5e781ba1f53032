package packet

import "encoding/binary"

// What a link carries (IEEE 802 EtherTypes).
const (
	etherIPv4     = 0x0800
	etherFrame    = 0x6558 // an Ethernet frame
	etherVLAN     = 0x8100
	etherIPv6     = 0x86dd
	etherMPLS     = 0x8847
	etherMPLSUp   = 0x8848 // labels that the far end assigned
	etherPPPoE    = 0x8864 // the stage with data
	etherPPP      = 0x880b
	etherHSR      = 0x892f // redundancy (IEC 62439-3): a tag with the EtherType at its end
	etherVNTag    = 0x8926 // of a virtual machine's port, the same
	etherETag     = 0x893f // of a port extender (IEEE 802.1BR), the same
	etherNSH      = 0x894f // RFC 8300
	etherBackbone = 0x88e7 // IEEE 802.1ah: a frame inside a provider's
	etherQinQ     = 0x88a8
	etherQinQ9    = 0x9100 // before QinQ was a standard

	etherMin  = 0x0600 // below: a length, 802.3
	maxTags   = 8
	maxLabels = 16
	maxLayers = 16
)

func (h *Header) ethernet(data []byte) Status {
	b := h.rest(data)
	if len(b) < 14 {
		return h.short(14)
	}
	h.DstMAC, h.SrcMAC = [6]byte(b[:6]), [6]byte(b[6:12])
	h.HasMAC = h.DstMAC != h.SrcMAC || h.SrcMAC != [6]byte{} // loopback and some tools have zeros
	h.frameStart = h.PayloadStart
	h.PayloadStart += 14
	return h.network(data, binary.BigEndian.Uint16(b[12:]))
}

// network passes VLAN tags (IEEE 802.1Q) and goes on by EtherType.
func (h *Header) network(data []byte, etherType uint16) Status {
	for tags := 0; ; tags++ {
		if etherType >= etherMin {
			h.EtherType = etherType
		}
		switch etherType {
		case etherIPv4:
			return h.ipv4(data)
		case etherIPv6:
			return h.ipv6(data)
		case etherVLAN, etherQinQ, etherQinQ9:
		default:
			return h.nested(data, etherType)
		}
		if tags == maxTags {
			return TooDeep
		}
		b := h.rest(data)
		if len(b) < 4 {
			return h.short(4)
		}
		h.VLAN = binary.BigEndian.Uint16(b) & 0x0fff
		etherType = binary.BigEndian.Uint16(b[2:])
		h.PayloadStart += 4
	}
}

// nested reads what a link carries if that is another link.
func (h *Header) nested(data []byte, etherType uint16) Status {
	if h.layers++; h.layers > maxLayers {
		return TooDeep
	}
	switch etherType {
	case etherFrame:
		return h.ethernet(data)
	case etherBackbone:
		if _, s := h.take(data, 4); s != OK {
			return s
		}
		return h.ethernet(data)
	case etherHSR, etherVNTag:
		return h.behind(data, 4, (*Header).etherTyped)
	case etherETag:
		return h.behind(data, 6, (*Header).etherTyped)
	case etherNSH:
		return h.nsh(data)
	case etherMPLS, etherMPLSUp:
		return h.mpls(data)
	case etherPPPoE:
		return h.pppoe(data)
	case etherPPP:
		return h.ppp(data)
	}
	if etherType < etherMin {
		return h.llc(data, int(etherType))
	}
	return NotIP
}

// typed goes on by a field that is always an EtherType, never a length.
func (h *Header) typed(data []byte, etherType uint16) Status {
	if etherType < etherMin {
		return NotIP
	}
	return h.network(data, etherType)
}

// llc reads the headers of an 802.3 or 802.11 frame, whose own header says
// no EtherType: LLC (IEEE 802.2) and SNAP (RFC 1042). length is that of the
// frame, without padding.
func (h *Header) llc(data []byte, length int) Status {
	b := h.rest(data)
	if len(b) >= 3 && length >= 3 && [3]byte(b) == [3]byte{0x06, 0x06, 0x03} {
		h.limit(h.PayloadStart + length)
		h.PayloadStart += 3
		return h.ipv4(data)
	}
	if len(b) < 8 && h.Cut > 0 {
		return Truncated
	}
	if len(b) < 8 || length < 8 || [3]byte(b) != [3]byte{0xaa, 0xaa, 0x03} || b[3]|b[4] != 0 || b[5] != 0 && b[5] != 0xf8 {
		return NotIP
	}
	etherType := binary.BigEndian.Uint16(b[6:])
	h.limit(h.PayloadStart + length)
	h.PayloadStart += 8
	return h.typed(data, etherType)
}

// mpls passes a stack of labels (RFC 3032). Nothing says what they carry:
// as routers do, it goes by the first half byte, where IP has its version
// and a pseudowire's control word a zero (RFC 4928 section 3).
func (h *Header) mpls(data []byte) Status {
	for n := 0; ; n++ {
		b, s := h.take(data, 4)
		switch {
		case s != OK:
			return s
		case b[2]&1 != 0:
			return h.labelled(data)
		case n == maxLabels:
			return TooDeep
		}
	}
}

func (h *Header) labelled(data []byte) Status {
	b := h.rest(data)
	if len(b) < 1 {
		return h.short(1)
	}
	const enough = 4 + 15 // bytes to tell
	status := NotIP
	if v := b[0] >> 4; v == 4 || v == 6 {
		ip := *h
		if status = ip.raw(data); status != Malformed {
			*h = ip
			return status
		}
	}
	switch {
	case len(b) < enough && h.Cut > 0:
		return Truncated
	case len(b) > 4 && b[0]>>4 == 0 && framed(b[4:]):
		h.PayloadStart += 4
		return h.nested(data, etherFrame)
	case framed(b):
		return h.nested(data, etherFrame)
	}
	return status
}

// framed reports whether b looks like an Ethernet frame with something in it
// that is read.
func framed(b []byte) bool {
	if len(b) < 14 {
		return false
	}
	switch t := binary.BigEndian.Uint16(b[12:]); t {
	case etherIPv4:
		return len(b) > 14 && b[14]>>4 == 4
	case etherIPv6:
		return len(b) > 14 && b[14]>>4 == 6
	case etherVLAN, etherQinQ, etherMPLS, etherMPLSUp, etherPPPoE:
		return true
	}
	return false
}

package packet

import "encoding/binary"

// IPv6 extension headers (IANA, IPv6 Extension Header Types).
const (
	extHopByHop    = 0
	extRouting     = 43
	extFragment    = 44
	extAuth        = 51
	extNoNext      = 59
	extDestination = 60
	extMobility    = 135
	extHIP         = 139
	extShim6       = 140

	maxExtensions = 16
)

// ipv4 reads an IPv4 header (RFC 791 section 3.1).
func (h *Header) ipv4(data []byte) Status {
	b := h.rest(data)
	if len(b) < 20 {
		return h.short(20)
	}
	size := int(b[0]&0x0f) * 4
	total := int(binary.BigEndian.Uint16(b[2:]))
	if total == 0 { // segmentation was left to the network card
		total = len(b) + h.Cut
	}
	if b[0]>>4 != 4 || size < 20 || total < size {
		return Malformed
	}
	end := h.PayloadStart + total
	if size <= len(b) {
		right := sum(b[:size]) == 0xffff
		if right && end > h.end() {
			h.Lacks = end - h.end()
		}
		h.misheaded = !right && (b[10] != 0 || b[11] != 0) // where it is zero, it was left to the card
		h.Disputed = h.Disputed || refused4(b[20:size])
	}
	h.limit(end)
	if size > h.PayloadEnd-h.PayloadStart {
		return h.short(size)
	}
	h.Version, h.Proto, h.ipStart = 4, b[9], h.PayloadStart
	h.ID, h.TTL = binary.BigEndian.Uint16(b[4:]), b[8]
	h.Src.set4(b[12:16])
	h.Dst.set4(b[16:20])
	h.PayloadStart += size
	if part := binary.BigEndian.Uint16(b[6:]) & 0x3fff; part != 0 { // more fragments, or an offset
		return h.fragment(uint32(h.ID), int(part&0x1fff)*8, part&0x2000 != 0)
	}
	return h.payload(data)
}

// ipv6 reads an IPv6 header and its extension headers (RFC 8200 sections 3
// and 4).
func (h *Header) ipv6(data []byte) Status {
	b := h.rest(data)
	if len(b) < 40 {
		return h.short(40)
	}
	if b[0]>>4 != 6 {
		return Malformed
	}
	h.Version, h.Proto, h.TTL = 6, b[6], b[7]
	h.Src, h.Dst, h.ipStart = Addr(b[8:24]), Addr(b[24:40]), h.PayloadStart
	h.PayloadStart += 40
	// A length of 0 is a jumbogram (RFC 2675) or segmentation left to the card.
	if length := int(binary.BigEndian.Uint16(b[4:])); length > 0 || h.Proto == extNoNext {
		h.Lacks = max(0, h.PayloadStart+length-h.end())
		h.limit(h.PayloadStart + length)
	}
	return h.payload(data)
}

// payload reads what lies behind the IP header.
func (h *Header) payload(data []byte) Status {
	if h.Version == 6 || h.Proto == extAuth {
		return h.extensions(data)
	}
	return h.transport(data)
}

// fragment says which part of a larger IP packet this one is.
func (h *Header) fragment(id uint32, offset int, more bool) Status {
	h.Fragment, h.FragID, h.FragOffset, h.FragMore = true, id, offset, more
	return Fragment
}

// extensions passes IPv6 extension headers and, with either version, the
// authentication header.
func (h *Header) extensions(data []byte) Status {
	for n := 0; ; n++ {
		unit, extra := 8, 1 // the length byte counts units, extra ones not included
		if h.Version == 4 && h.Proto != extAuth {
			return h.transport(data)
		}
		switch h.Proto {
		case extHopByHop, extRouting, extDestination, extMobility, extHIP, extShim6:
		case extFragment:
			unit, extra = 0, 0
		case extAuth: // RFC 4302 section 2.2
			unit, extra = 4, 2
		default:
			return h.transport(data)
		}
		if n == maxExtensions {
			return TooDeep
		}
		b := h.rest(data)
		if len(b) < 8 {
			return h.short(8)
		}
		size := max(8, (int(b[1])+extra)*unit)
		if size > len(b) {
			return h.short(size)
		}
		fragment := h.Proto == extFragment
		h.rerouted = h.rerouted || h.Proto == extRouting && b[3] > 0 // segments left (RFC 8200 section 4.4)
		h.Disputed = h.Disputed || h.Version == 6 && refusedHeader(h.Proto, n, b[:size])
		h.Proto = b[0]
		h.PayloadStart += size
		// A fragment header without offset and without more to come is atomic
		// (RFC 6946): the packet is whole.
		if part := binary.BigEndian.Uint16(b[2:]); fragment && part&0xfff9 != 0 {
			return h.fragment(binary.BigEndian.Uint32(b[4:]), int(part&0xfff8), part&1 != 0)
		}
	}
}

// refusedHeader reports whether a host drops a packet for extension header number n:
// one for every hop is to come first, the way that a routing header says hosts do not
// follow (RFC 5095, and RFC 8754 unless they are told to).
func refusedHeader(kind uint8, n int, b []byte) bool {
	switch kind {
	case extHopByHop:
		return n > 0 || refused6(b[2:])
	case extDestination:
		return refused6(b[2:])
	case extRouting:
		return b[3] > 0
	}
	return false
}

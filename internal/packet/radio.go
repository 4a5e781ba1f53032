package packet

import "encoding/binary"

// What radiotap says of a frame (radiotap.org, Flags), and PPI of it.
const (
	radioFCS    = 0x10 // four bytes of checksum follow the frame
	radioPadded = 0x20 // the frame's header is padded
	radioBad    = 0x40 // the checksum is wrong

	ppiCommon = 2 // the field with the flags below
	ppiFCS    = 0x01
	ppiBad    = 0x04

	prismHead = 144
	avsMagic  = 0x80211000 // the last byte is a version
)

// radiotap reads the header that most systems put before a frame captured
// over the air. Fields lie in the order of the bits that announce them; only
// the first two matter here.
func (h *Header) radiotap(data []byte) Status {
	b := h.rest(data)
	if len(b) < 8 {
		return h.short(8)
	}
	size := int(binary.LittleEndian.Uint16(b[2:]))
	if b[0] != 0 || size < 8 {
		return Malformed
	}
	if size > len(b) {
		return h.short(size)
	}
	h.PayloadStart += size
	return h.frame(data, radiotapFlags(b[:size]))
}

func radiotapFlags(b []byte) byte {
	const clock, flags, another = 1 << 0, 1 << 1, 1 << 31
	present := binary.LittleEndian.Uint32(b[4:])
	at := 8
	for word := present; word&another != 0 && at+4 <= len(b); at += 4 {
		word = binary.LittleEndian.Uint32(b[at:])
	}
	if present&clock != 0 {
		at = (at+7)&^7 + 8
	}
	if present&flags == 0 || at >= len(b) {
		return 0
	}
	return b[at]
}

// frame reads an 802.11 frame of which a radio told the flags.
func (h *Header) frame(data []byte, flags byte) Status {
	if flags&radioFCS != 0 {
		if h.end()-h.PayloadStart < 4 {
			return Malformed
		}
		h.limit(h.end() - 4)
	}
	if flags&radioBad != 0 {
		return Malformed // no receiver would have taken it
	}
	if flags&radioPadded != 0 {
		return h.wifi(data, 2)
	}
	return h.wifi(data, 0)
}

// ppi reads the Per-Packet Information header (CACE PPI specification,
// section 3), which names the link type behind it.
func (h *Header) ppi(data []byte) Status {
	b := h.rest(data)
	if len(b) < 8 {
		return h.short(8)
	}
	size, link := int(binary.LittleEndian.Uint16(b[2:])), binary.LittleEndian.Uint32(b[4:])
	if b[0] != 0 || size < 8 {
		return Malformed
	}
	if size > len(b) {
		return h.short(size)
	}
	h.PayloadStart += size
	switch {
	case link == uint32(LinkWiFi):
		return h.frame(data, ppiFlags(b[8:size]))
	case link == uint32(LinkPPI) || link > 0xffff:
		return NotIP
	}
	return h.link(data, Link(link))
}

// ppiFlags returns what PPI says of a frame, in the terms of radiotap.
func ppiFlags(b []byte) byte {
	for len(b) >= 4 {
		kind, size := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		if b = b[4:]; size > len(b) {
			break
		}
		if kind == ppiCommon && size >= 20 {
			var flags byte
			if b[8]&ppiFCS != 0 {
				flags |= radioFCS
			}
			if b[8]&ppiBad != 0 {
				flags |= radioBad
			}
			return flags
		}
		b = b[size:]
	}
	return 0
}

// prism reads the header of the Prism driver, of one size in practice, or
// the AVS header that came to stand in its place.
func (h *Header) prism(data []byte) Status {
	b := h.rest(data)
	if len(b) < 8 {
		return h.short(8)
	}
	size := prismHead
	if binary.BigEndian.Uint32(b)&^0xff == avsMagic {
		size = int(min(binary.BigEndian.Uint32(b[4:]), 1<<16))
	}
	if size < 8 {
		return Malformed
	}
	if size > len(b) {
		return h.short(size)
	}
	h.PayloadStart += size
	return h.wifi(data, 0)
}

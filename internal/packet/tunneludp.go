package packet

import (
	"bytes"
	"encoding/binary"
)

// UDP ports of tunnels.
const (
	portL2TP     = 1701
	portGTPU     = 2152
	portTeredo   = 3544
	portGRE      = 4754
	portVXLAN    = 4789
	portAYIYA    = 5072
	portVXLANGPE = 4790
	portGENEVE   = 6081
	portMPLS     = 6635
	portVXLANOld = 8472 // Linux, before there was a standard
	portTZSP     = 37008
)

func tunnelPort(port uint16) bool {
	switch port {
	case portL2TP, portGTPU, portTeredo, portGRE, portVXLAN, portVXLANGPE, portAYIYA, portGENEVE, portMPLS, portVXLANOld, portTZSP:
		return true
	}
	return false
}

// within is [Header.limit] for a tunnel's header. It returns false where the
// datagram ends before that, or the header does not.
func (h *Header) within(end int) bool {
	if end < h.PayloadStart || end > h.end() {
		return false
	}
	h.limit(end)
	return true
}

// overUDP reads the header of the tunnel of that port.
func (h *Header) overUDP(data []byte, port uint16) Status {
	switch port {
	case portL2TP:
		return h.l2tp(data)
	case portGTPU:
		return h.gtpu(data)
	case portTeredo:
		return h.teredo(data)
	case portGRE: // RFC 8086
		return h.gre(data)
	case portVXLAN, portVXLANOld:
		return h.vxlan(data)
	case portVXLANGPE:
		return h.vxlanGPE(data)
	case portGENEVE:
		return h.geneve(data)
	case portAYIYA:
		return h.ayiya(data)
	case portMPLS: // RFC 7510
		return h.mpls(data)
	case portTZSP:
		return h.tzsp(data)
	}
	return NotIP
}

// l2tp reads the header of L2TP, version 2, before PPP (RFC 2661 section 3.1).
// Messages that control the tunnel carry none.
func (h *Header) l2tp(data []byte) Status {
	const control, length, sequence, offset, version, none = 0x8000, 0x4000, 0x0800, 0x0200, 0x000f, 0x34f0
	b, s := h.take(data, 2)
	if s != OK {
		return s
	}
	bits := binary.BigEndian.Uint16(b)
	if bits&version != 2 || bits&(control|none) != 0 {
		return NotIP
	}
	size := 4 // ids of tunnel and call
	if bits&length != 0 {
		size += 2
	}
	if bits&sequence != 0 {
		size += 4
	}
	if bits&offset != 0 {
		size += 2
	}
	if b, s = h.take(data, size); s != OK {
		return s
	}
	ids := b[:4]
	if bits&length != 0 {
		ids = b[2:6]
	}
	h.Tunnel = binary.BigEndian.Uint32(ids)
	if bits&length != 0 && !h.within(h.PayloadStart-2-size+int(binary.BigEndian.Uint16(b))) {
		return NotIP
	}
	if bits&offset != 0 {
		if _, s := h.take(data, int(binary.BigEndian.Uint16(b[size-2:]))); s != OK {
			return s
		}
	}
	return h.ppp(data)
}

// tzsp reads the header of TaZmen Sniffer Protocol, by which access points
// and routers mirror what they see: four bytes, tags, and a frame.
func (h *Header) tzsp(data []byte) Status {
	const padding, end, ethernet, wifi = 0, 1, 1, 0x12
	b, s := h.take(data, 4)
	switch {
	case s != OK:
		return s
	case b[0] != 1 || b[1] > 1 || b[2] != 0:
		return NotIP
	}
	carried := b[3]
	for n := 0; ; n++ {
		tag, s := h.take(data, 1)
		switch {
		case s != OK:
			return s
		case n == maxTags*maxLayers:
			return TooDeep
		case tag[0] == padding:
			continue
		}
		if tag[0] == end {
			break
		}
		size, s := h.take(data, 1)
		if s != OK {
			return s
		}
		if _, s := h.take(data, int(size[0])); s != OK {
			return s
		}
	}
	switch carried {
	case ethernet:
		return h.ethernet(data)
	case wifi:
		return h.wifi(data, 0)
	}
	return NotIP
}

// gtpu reads the header of GTP-U and its extension headers (3GPP TS 29.281
// section 5). Only the messages that carry user packets, T-PDUs, do.
func (h *Header) gtpu(data []byte) Status {
	const userPacket, optional, extensions = 255, 0x07, 0x04
	b, s := h.take(data, 8)
	if s != OK {
		return s
	}
	if b[0]&0xf8 != 0x30 || b[1] != userPacket || !h.within(h.PayloadStart+int(binary.BigEndian.Uint16(b[2:]))) {
		return NotIP
	}
	h.Tunnel = binary.BigEndian.Uint32(b[4:])
	if b[0]&optional == 0 {
		return h.raw(data)
	}
	more, s := h.take(data, 4)
	if s != OK {
		return s
	}
	next := more[3]
	for n := 0; b[0]&extensions != 0 && next != 0; n++ {
		if n == maxExtensions {
			return TooDeep
		}
		rest := h.rest(data)
		if len(rest) < 1 || rest[0] == 0 {
			return NotIP
		}
		ext, s := h.take(data, int(rest[0])*4)
		if s != OK {
			return s
		}
		next = ext[len(ext)-1]
	}
	return h.raw(data)
}

// vxlan reads the header of VXLAN (RFC 7348 section 5), with the bits of the
// group policy that some switches set.
func (h *Header) vxlan(data []byte) Status {
	b, s := h.take(data, 8)
	if s != OK {
		return s
	}
	if b[0]&^0x80 != 0x08 || b[0] == 0x08 && b[1]|b[2]|b[3] != 0 || b[7] != 0 {
		return NotIP
	}
	h.realm = binary.BigEndian.Uint32(b[4:]) >> 8
	return h.ethernet(data)
}

// vxlanGPE reads the header of VXLAN's generic protocol extension
// (draft-ietf-nvo3-vxlan-gpe section 3).
func (h *Header) vxlanGPE(data []byte) Status {
	b, s := h.take(data, 8)
	if s != OK {
		return s
	}
	if b[0]&0xfc != 0x0c || b[1]|b[2]|b[7] != 0 {
		return NotIP
	}
	h.realm = binary.BigEndian.Uint32(b[4:]) >> 8
	if b[3] == 4 {
		return h.nsh(data)
	}
	return h.nextOf(b[3], data)
}

// nsh reads the Network Service Header (RFC 8300 section 2).
func (h *Header) nsh(data []byte) Status {
	const version, operations, words = 0xc0, 0x20, 0x3f
	b, s := h.take(data, 8)
	switch {
	case s != OK:
		return s
	case b[0]&(version|operations) != 0 || b[1]&words < 2:
		return NotIP
	}
	if _, s := h.take(data, int(b[1]&words)*4-8); s != OK {
		return s
	}
	return h.nextOf(b[3], data)
}

// nextOf reads what follows a header that tells it by the numbers of NSH,
// which VXLAN's extension shares (RFC 8300 section 11.2.5).
func (h *Header) nextOf(protocol uint8, data []byte) Status {
	switch protocol {
	case 1:
		return h.ipv4(data)
	case 2:
		return h.ipv6(data)
	case 3:
		return h.ethernet(data)
	case 5:
		return h.mpls(data)
	}
	return NotIP
}

// ayiya reads the header of Anything In Anything (draft-massar-v6ops-ayiya
// section 3), by which hosts behind NAT had IPv6.
func (h *Header) ayiya(data []byte) Status {
	const forward = 1
	b, s := h.take(data, 8)
	switch {
	case s != OK:
		return s
	case b[2]&0x0f != forward || b[0]>>4 > 8:
		return NotIP
	}
	if _, s := h.take(data, 1<<(b[0]>>4)+int(b[1]>>4)*4); s != OK {
		return s
	}
	switch b[3] {
	case protoIPv4:
		return h.ipv4(data)
	case protoIPv6:
		return h.ipv6(data)
	}
	return NotIP
}

// geneve reads the header of Geneve and its options (RFC 8926 section 3.4).
func (h *Header) geneve(data []byte) Status {
	b, s := h.take(data, 8)
	if s != OK {
		return s
	}
	if b[0]&0xc0 != 0 || b[1]&0x3f != 0 || b[7] != 0 {
		return NotIP
	}
	h.realm = binary.BigEndian.Uint32(b[4:]) >> 8
	if _, s := h.take(data, int(b[0])*4); s != OK {
		return s
	}
	return h.typed(data, binary.BigEndian.Uint16(b[2:]))
}

// teredo reads IPv6 in UDP, behind the headers that may come before it (RFC
// 4380 section 5.1.1). One of the inner addresses has to be Teredo's, or the
// packet to be between neighbours, as a router's advertisement is.
func (h *Header) teredo(data []byte) Status {
	if b := h.rest(data); len(b) >= 4 && b[0] == 0 && b[1] == 1 { // authentication
		if _, s := h.take(data, 13+int(b[2])+int(b[3])); s != OK {
			return s
		}
	}
	if b := h.rest(data); len(b) >= 8 && b[0]|b[1] == 0 { // origin
		h.PayloadStart += 8
	}
	s := h.ipv6(data)
	prefix, neighbours := []byte{0x20, 0x01, 0, 0}, []byte{0xfe, 0x80}
	if bytes.HasPrefix(h.Src[:], prefix) || bytes.HasPrefix(h.Dst[:], prefix) || bytes.HasPrefix(h.Src[:], neighbours) {
		return s
	}
	return NotIP
}

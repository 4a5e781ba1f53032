package packet

import "encoding/binary"

// transport reads the TCP or UDP header; the payload of any other protocol
// is that of IP.
func (h *Header) transport(data []byte) Status {
	switch h.Proto {
	case TCP:
		return h.tcp(data)
	case UDP:
		return h.udp(data)
	}
	return OK
}

// tcp reads a TCP header (RFC 9293 section 3.1).
func (h *Header) tcp(data []byte) Status {
	b := h.rest(data)
	if len(b) < 20 {
		return h.short(20)
	}
	size := int(b[12]>>4) * 4
	if size < 20 {
		return Malformed
	}
	if h.PayloadStart+size > h.end() {
		return Malformed
	}
	h.ports(b)
	h.Seq = binary.BigEndian.Uint32(b[4:])
	h.Ack = binary.BigEndian.Uint32(b[8:])
	h.Flags = b[13] & (FIN | SYN | RST | PSH | ACK | URG)
	if size > len(b) { // the capture length cut the options off, and the payload
		h.Cut = h.end() - h.PayloadStart - size
		h.PayloadStart = h.PayloadEnd
		return OK
	}
	h.PayloadStart += size
	return OK
}

// udp reads a UDP header (RFC 768).
func (h *Header) udp(data []byte) Status {
	b := h.rest(data)
	if len(b) < 8 {
		return h.short(8)
	}
	length := int(binary.BigEndian.Uint16(b[4:]))
	if length > 0 && length < 8 {
		return Malformed
	}
	if length > 0 { // 0: a jumbogram (RFC 2675), or left to the network card
		h.limit(h.PayloadStart + length)
	}
	h.ports(b)
	h.PayloadStart += 8
	return OK
}

func (h *Header) ports(b []byte) {
	h.SrcPort = binary.BigEndian.Uint16(b)
	h.DstPort = binary.BigEndian.Uint16(b[2:])
}

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
	h.Window = binary.BigEndian.Uint16(b[14:])
	h.Urgent = binary.BigEndian.Uint16(b[18:])
	if size > len(b) { // the capture length cut the options off, and the payload
		h.Cut = h.end() - h.PayloadStart - size
		h.PayloadStart = h.PayloadEnd
		return OK
	}
	h.options(b[20:size])
	h.transportStart, h.summed = h.PayloadStart, true
	h.PayloadStart += size
	return OK
}

// TCP options (IANA, TCP Option Kind Numbers).
const (
	optEnd   = 0
	optNop   = 1
	optStamp = 8
	optMD5   = 19
	optAO    = 29
)

// stampsOnly is how the options begin of nearly every segment that has any
// (RFC 7323 appendix A).
const stampsOnly = optNop<<24 | optNop<<16 | optStamp<<8 | 10

// options reads the TCP options that decide what becomes of a segment. What
// overruns the header ends them, as it does for the receiver.
func (h *Header) options(b []byte) {
	if len(b) == 12 && binary.BigEndian.Uint32(b) == stampsOnly {
		h.Stamp, h.Stamped = binary.BigEndian.Uint32(b[4:]), true
		return
	}
	for len(b) > 0 && b[0] != optEnd {
		if b[0] == optNop {
			b = b[1:]
			continue
		}
		if len(b) < 2 || b[1] < 2 || int(b[1]) > len(b) {
			return
		}
		switch {
		case b[0] == optStamp && b[1] == 10:
			h.Stamp, h.Stamped = binary.BigEndian.Uint32(b[2:]), true
		case b[0] == optMD5 || b[0] == optAO:
			h.Signed = true
		}
		b = b[b[1]:]
	}
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
		end := h.PayloadEnd
		if h.limit(h.PayloadStart + length); h.PayloadEnd < end {
			h.SurplusStart, h.SurplusEnd = h.PayloadEnd, end
		}
	}
	h.ports(b)
	h.transportStart, h.summed = h.PayloadStart, true
	h.PayloadStart += 8
	return OK
}

func (h *Header) ports(b []byte) {
	h.SrcPort = binary.BigEndian.Uint16(b)
	h.DstPort = binary.BigEndian.Uint16(b[2:])
}

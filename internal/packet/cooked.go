package packet

import "encoding/binary"

// Hardware types of Linux cooked links (Linux if_arp.h), and protocols that
// are no EtherTypes (Linux if_ether.h).
const (
	arphrdEther   = 1
	arphrdNetlink = 824 // the protocol field is then no EtherType
	cookedLLC     = 0x0004
)

// Attributes of NFLOG (Linux nfnetlink_log.h).
const (
	nflogPayload = 9
	maxNFLOG     = 64
)

// sll reads the Linux cooked header, LINKTYPE_LINUX_SLL.
func (h *Header) sll(data []byte) Status {
	b := h.rest(data)
	if len(b) < 16 {
		return h.short(16)
	}
	h.PayloadStart += 16
	return h.cooked(data, binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint16(b[4:]), b[6:14], binary.BigEndian.Uint16(b[14:]))
}

// sll2 reads the Linux cooked header, LINKTYPE_LINUX_SLL2.
func (h *Header) sll2(data []byte) Status {
	b := h.rest(data)
	if len(b) < 20 {
		return h.short(20)
	}
	h.PayloadStart += 20
	return h.cooked(data, binary.BigEndian.Uint16(b[8:]), uint16(b[11]), b[12:20], binary.BigEndian.Uint16(b))
}

func (h *Header) cooked(data []byte, hardware, addrLen uint16, addr []byte, proto uint16) Status {
	if hardware == arphrdNetlink {
		return NotIP
	}
	if hardware == arphrdEther && addrLen == 6 {
		h.SrcMAC, h.HasMAC = [6]byte(addr[:6]), true
	}
	if proto == cookedLLC {
		return h.llc(data, h.end()-h.PayloadStart)
	}
	return h.typed(data, proto)
}

// raw tells IPv4 and IPv6 apart by the version in their first byte.
func (h *Header) raw(data []byte) Status {
	b := h.rest(data)
	if len(b) < 1 {
		return h.short(1)
	}
	switch b[0] >> 4 {
	case 4:
		return h.ipv4(data)
	case 6:
		return h.ipv6(data)
	}
	return NotIP
}

// loopback reads the address family that stands for a link header. Its byte
// order is not recorded.
func (h *Header) loopback(data []byte) Status {
	b, s := h.take(data, 4)
	if s != OK {
		return s
	}
	family := binary.BigEndian.Uint32(b)
	if family > 0xffff {
		family = binary.LittleEndian.Uint32(b)
	}
	return h.family(data, family)
}

// family goes on by address family. Systems number IPv6 differently.
func (h *Header) family(data []byte, family uint32) Status {
	switch family {
	case 2:
		return h.ipv4(data)
	case 10, 24, 28, 30: // Linux; NetBSD and OpenBSD; FreeBSD; macOS
		return h.ipv6(data)
	}
	return NotIP
}

// nflog reads the attributes before a packet that Linux's netfilter logged,
// LINKTYPE_NFLOG. Their byte order is that of the machine that captured; the
// first attribute's length tells it.
func (h *Header) nflog(data []byte) Status {
	b, s := h.take(data, 4)
	if s != OK {
		return s
	}
	family := uint32(b[0])
	for range maxNFLOG {
		b := h.rest(data)
		if len(b) < 4 {
			return h.short(4)
		}
		size, kind := int(binary.LittleEndian.Uint16(b)), binary.LittleEndian.Uint16(b[2:])
		if kind >= 256 {
			size, kind = int(binary.BigEndian.Uint16(b)), binary.BigEndian.Uint16(b[2:])
		}
		if size < 4 {
			return Malformed
		}
		if kind == nflogPayload {
			h.limit(h.PayloadStart + size)
			h.PayloadStart += 4
			return h.family(data, family)
		}
		if _, s := h.take(data, (size+3)&^3); s != OK {
			return s
		}
	}
	return TooDeep
}

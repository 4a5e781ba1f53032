package packet

import (
	"encoding/binary"
	"strconv"
)

// Link is a link type as capture files number them (the tcpdump group's
// LINKTYPE list).
type Link uint16

// The link types that [Header.Decode] reads.
const (
	LinkNull     Link = 0 // BSD loopback, in the byte order of the machine that captured
	LinkEthernet Link = 1
	LinkRawBSD   Link = 12 // raw IP, as some systems number it
	LinkRawOBSD  Link = 14 // raw IP on OpenBSD
	LinkRaw      Link = 101
	LinkLoop     Link = 108 // OpenBSD loopback
	LinkSLL      Link = 113 // Linux cooked capture, as from "any"
	LinkIPv4     Link = 228
	LinkIPv6     Link = 229
	LinkSLL2     Link = 276 // Linux cooked capture, version 2
)

// String returns the link type's name, such as "ethernet", or "link-N" for
// one that is not read.
func (l Link) String() string {
	switch l {
	case LinkNull:
		return "null"
	case LinkEthernet:
		return "ethernet"
	case LinkRaw, LinkRawBSD, LinkRawOBSD:
		return "raw"
	case LinkLoop:
		return "loop"
	case LinkSLL:
		return "linux_sll"
	case LinkSLL2:
		return "linux_sll2"
	case LinkIPv4:
		return "ipv4"
	case LinkIPv6:
		return "ipv6"
	}
	return "link-" + strconv.Itoa(int(l))
}

// What the link carries (IEEE 802 EtherTypes).
const (
	etherIPv4  = 0x0800
	etherVLAN  = 0x8100
	etherIPv6  = 0x86dd
	etherQinQ  = 0x88a8
	etherQinQ9 = 0x9100 // before QinQ was a standard

	etherMin = 0x0600 // below: a length, 802.3
	maxTags  = 8
)

// Hardware types of Linux cooked links (Linux if_arp.h).
const (
	arphrdEther   = 1
	arphrdNetlink = 824 // the protocol field is then no EtherType
)

func (h *Header) link(data []byte) Status {
	switch h.Link {
	case LinkEthernet:
		return h.ethernet(data)
	case LinkSLL:
		return h.sll(data)
	case LinkSLL2:
		return h.sll2(data)
	case LinkRaw, LinkRawBSD, LinkRawOBSD:
		return h.raw(data)
	case LinkIPv4:
		return h.ipv4(data)
	case LinkIPv6:
		return h.ipv6(data)
	case LinkNull, LinkLoop:
		return h.loopback(data)
	}
	return UnsupportedLink
}

func (h *Header) ethernet(data []byte) Status {
	b := h.rest(data)
	if len(b) < 14 {
		return h.short(14)
	}
	h.DstMAC, h.SrcMAC, h.HasMAC = [6]byte(b[:6]), [6]byte(b[6:12]), true
	h.PayloadStart += 14
	return h.network(data, binary.BigEndian.Uint16(b[12:]))
}

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
	return h.network(data, proto)
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
			return NotIP
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
// order is not recorded, and systems number IPv6 differently.
func (h *Header) loopback(data []byte) Status {
	b := h.rest(data)
	if len(b) < 4 {
		return h.short(4)
	}
	h.PayloadStart += 4
	family := binary.BigEndian.Uint32(b)
	if family > 0xffff {
		family = binary.LittleEndian.Uint32(b)
	}
	switch family {
	case 2:
		return h.ipv4(data)
	case 10, 24, 28, 30: // Linux; NetBSD and OpenBSD; FreeBSD; macOS
		return h.ipv6(data)
	}
	return NotIP
}

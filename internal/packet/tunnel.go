package packet

import (
	"bytes"
	"encoding/binary"
)

// MaxDepth is how many tunnels around a packet are followed.
const MaxDepth = 4

// IP protocols that carry packets (IANA, Assigned Internet Protocol Numbers).
const (
	protoIPv4    = 4
	protoIPv6    = 41
	protoGRE     = 47
	protoEtherIP = 97
	protoMPLS    = 137
)

// IP protocols that are told from chance bytes, and not read.
const (
	protoESP  = 50
	protoOSPF = 89
	protoPIM  = 103
	protoSCTP = 132
)

// minFrame is the length of the shortest Ethernet frame, checksum included:
// shorter ones are padded.
const minFrame = 64

// Inner decodes the packet that h, a packet of status [OK], carries as a
// tunnel, from the same data: the payload of inner is inside that of h. The
// status of inner is OK or [Fragment]. It has hardware addresses only if the
// tunnel carries frames.
//
// It returns false, and inner is not valid, where h is no tunnel or what it
// carries does not add up: then its payload is like any other. Port numbers
// alone make no tunnel. What lies behind the packet is left to the tunnel, see
// [Header.Around].
func (h *Header) Inner(data []byte, inner *Header) bool {
	return h.Depth < MaxDepth && h.opens(data, inner)
}

// TooDeep reports whether h is one more tunnel in [MaxDepth] others. It is not
// followed: what it carries is a payload like any other.
func (h *Header) TooDeep(data []byte) bool {
	return h.Depth == MaxDepth && h.opens(data, new(Header))
}

// opens is Inner at any depth.
func (h *Header) opens(data []byte, inner *Header) bool {
	if h.Status != OK || !h.tunnels() {
		return false
	}
	*inner = Header{
		Depth: h.Depth + 1, Link: h.Link, VLAN: h.VLAN,
		PayloadStart: h.PayloadStart, PayloadEnd: h.PayloadEnd, Cut: h.Cut,
	}
	inner.Status = inner.carried(data, h)
	if inner.Status != OK && (inner.Status != Fragment || inner.Version == 0) {
		return false
	}
	inner.Carrier = carrier(h, inner.realm)
	inner.SurplusStart, inner.SurplusEnd = 0, 0
	if inner.Tunnel == 0 {
		inner.Tunnel = h.Tunnel // around the tunnel that it came through
	}
	return inner.end() == h.end() || inner.padded(h) || inner.plausible(data, h)
}

// Around returns the tunnel h without inner, the packet that it carries. Its
// payload is what lies behind inner, which a receiver passes over: nothing but
// headers is left out, and padding of short frames.
func (h *Header) Around(inner *Header) Header {
	outer := *h
	if spare := h.end() - inner.end(); spare > 0 && !inner.padded(h) {
		outer.PayloadStart = inner.PayloadEnd
		outer.Cut = spare - (outer.PayloadEnd - outer.PayloadStart)
		return outer
	}
	outer.PayloadEnd, outer.Cut = outer.PayloadStart, 0
	return outer
}

// padded reports whether the tunnel outer ends where a frame does that was
// padded for being short.
func (h *Header) padded(outer *Header) bool {
	return h.HasMAC && outer.end()-h.frameStart <= minFrame
}

// maxSpare is how many bytes may lie behind an IPv6 packet in a tunnel: its
// header has no checksum to tell it from other bytes.
const maxSpare = 64

// plausible reports whether h, which ends before outer does, is an IP packet for
// all that: receivers go by its own length, and some switches leave the
// checksum of the frame behind it. Of bytes of another protocol that happen to
// look like a tunnel's header hardly any pass.
func (h *Header) plausible(data []byte, outer *Header) bool {
	if h.Version == 4 {
		b := data[h.ipStart:]
		return sum(b[:int(b[0]&0x0f)*4]) == 0xffff
	}
	return outer.end()-h.end() <= maxSpare && usual(h.Proto)
}

// usual reports whether IPv6 packets with that payload are met.
func usual(proto uint8) bool {
	switch proto {
	case TCP, UDP, ICMPv6, protoIPv4, protoIPv6, protoGRE, protoESP, protoOSPF, protoPIM, protoSCTP, extNoNext:
		return true
	}
	return false
}

// carrier returns the [Header.Carrier] of what outer carries. Ports have no
// part in it, nor have tunnel ids that each end chooses for itself, as in
// GTP-U: they differ between the two directions of one tunnel.
func carrier(outer *Header, realm uint32) uint32 {
	a, b := &outer.Src, &outer.Dst
	if bytes.Compare(a[:], b[:]) > 0 {
		a, b = b, a
	}
	const prime = 1099511628211 // FNV-1a, 64 bits
	x := uint64(14695981039346656037)
	for i := range a {
		x = (x ^ uint64(a[i])) * prime
	}
	for i := range b {
		x = (x ^ uint64(b[i])) * prime
	}
	x = (x ^ uint64(realm)<<32 ^ uint64(outer.Carrier)) * prime
	return uint32(x>>32) | 1
}

// tunnels reports whether h may be a tunnel. Most packets are none, and this
// is all that they cost.
func (h *Header) tunnels() bool {
	switch h.Proto {
	case TCP, ICMP, ICMPv6:
		return false
	case UDP:
		return tunnelPort(h.DstPort) || tunnelPort(h.SrcPort)
	case protoIPv4, protoIPv6, protoGRE, protoEtherIP, protoMPLS:
		return true
	}
	return false
}

// carried reads the headers of the tunnel that outer is and of the packet
// inside.
func (h *Header) carried(data []byte, outer *Header) Status {
	switch outer.Proto {
	case protoIPv4: // RFC 2003
		return h.ipv4(data)
	case protoIPv6: // RFC 4213
		return h.ipv6(data)
	case protoGRE:
		return h.gre(data)
	case protoEtherIP:
		return h.etherIP(data)
	case protoMPLS: // RFC 4023
		return h.mpls(data)
	}
	if tunnelPort(outer.DstPort) {
		return h.overUDP(data, outer.DstPort)
	}
	return h.overUDP(data, outer.SrcPort)
}

// etherIP reads the header of EtherIP (RFC 3378 section 3).
func (h *Header) etherIP(data []byte) Status {
	b, s := h.take(data, 2)
	if s != OK {
		return s
	}
	if b[0] != 0x30 || b[1] != 0 {
		return NotIP
	}
	return h.ethernet(data)
}

// Bits of a GRE header, and what it carries beyond EtherTypes.
const (
	greChecksum = 0x8000
	greRouting  = 0x4000
	greKey      = 0x2000
	greSequence = 0x1000
	greAck      = 0x0080 // version 1
	greVersion  = 0x0007

	greWCCP  = 0x883e // a router redirects to a cache
	greSpan  = 0x88be // ERSPAN, a mirrored port
	greSpan3 = 0x22eb // ERSPAN type III
)

// gre reads the header of GRE (RFC 2784, RFC 2890) or, in version 1, of PPTP
// (RFC 2637 section 4.1).
func (h *Header) gre(data []byte) Status {
	b, s := h.take(data, 4)
	if s != OK {
		return s
	}
	bits, proto := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	version := bits & greVersion
	if version > 1 || bits&greRouting != 0 || version == 1 && (proto != etherPPP || bits&greKey == 0) {
		return NotIP
	}
	size, key := 0, -1
	for _, option := range [...]uint16{greChecksum, greKey, greSequence, greAck} {
		if bits&option&greKey != 0 {
			key = size
		}
		if bits&option != 0 && (option != greAck || version == 1) {
			size += 4
		}
	}
	options, s := h.take(data, size)
	if s != OK {
		return s
	}
	if version == 0 && key >= 0 {
		h.realm = binary.BigEndian.Uint32(options[key:])
	}
	if version == 1 {
		h.Tunnel = uint32(binary.BigEndian.Uint16(options[2:])) // the receiver's call
		h.limit(h.PayloadStart + int(binary.BigEndian.Uint16(options)))
	}
	switch proto {
	case greSpan, greSpan3:
		return h.mirrored(data, proto, bits)
	case greWCCP: // version 2 has 4 bytes in front
		if b := h.rest(data); len(b) >= 4 && b[0]>>4 != 4 {
			h.PayloadStart += 4
		}
		return h.ipv4(data)
	}
	return h.typed(data, proto)
}

// mirrored reads the header of ERSPAN (draft-foschiano-erspan section 4).
// Type I has none, and is told by the missing sequence number.
func (h *Header) mirrored(data []byte, proto, bits uint16) Status {
	size := 8
	if proto == greSpan3 {
		size = 12
	}
	if proto == greSpan && bits&greSequence == 0 {
		size = 0
	}
	b, s := h.take(data, size)
	if s != OK {
		return s
	}
	if proto == greSpan3 && b[11]&1 != 0 { // a subheader of the platform
		if _, s := h.take(data, 8); s != OK {
			return s
		}
	}
	return h.ethernet(data)
}

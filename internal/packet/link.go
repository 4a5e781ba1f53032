package packet

import "strconv"

// Link is a link type as capture files number them (the tcpdump group's
// LINKTYPE list).
type Link uint16

// The link types that [Header.Decode] reads.
const (
	LinkNull          Link = 0 // BSD loopback, in the byte order of the machine that captured
	LinkEthernet      Link = 1
	LinkTokenRing     Link = 6
	LinkARCNET        Link = 7
	LinkPPP           Link = 9
	LinkFDDI          Link = 10
	LinkRawBSD        Link = 12 // raw IP, as some systems number it
	LinkRawOBSD       Link = 14 // raw IP on OpenBSD
	LinkPPPHDLC       Link = 50 // PPP or Cisco HDLC
	LinkPPPoE         Link = 51
	LinkATM           Link = 100 // LLC over ATM (RFC 2684)
	LinkRaw           Link = 101
	LinkCiscoHDLC     Link = 104
	LinkWiFi          Link = 105 // IEEE 802.11
	LinkFrameRelay    Link = 107
	LinkLoop          Link = 108 // OpenBSD loopback
	LinkENC           Link = 109 // OpenBSD's view into IPsec
	LinkSLL           Link = 113 // Linux cooked capture, as from "any"
	LinkPFLOG         Link = 117 // log of the BSD packet filter
	LinkPrism         Link = 119 // IEEE 802.11 behind a Prism or an AVS header
	LinkIPFC          Link = 122 // IP over Fibre Channel
	LinkRadiotap      Link = 127 // IEEE 802.11 behind a radiotap header
	LinkARCNETLin     Link = 129 // ARCNET as Linux captures it
	LinkFirewire      Link = 138 // IP over IEEE 1394, of Apple
	LinkPKTAPOld      Link = 149 // PKTAP as macOS first numbered it
	LinkAVS           Link = 163 // IEEE 802.11 behind an AVS header
	LinkPPPDir        Link = 166 // PPP behind a byte for the direction, of the Linux daemon
	LinkPPI           Link = 192 // Per-Packet Information, most often of IEEE 802.11
	LinkERF           Link = 197 // of Endace's capture cards
	LinkPPPWithDir    Link = 204 // PPP behind a byte for the direction
	LinkMPLS          Link = 219
	LinkIPNET         Link = 226 // Solaris
	LinkIPv4          Link = 228
	LinkIPv6          Link = 229
	LinkNFLOG         Link = 239 // Linux netfilter's log
	LinkNetAnalyzer   Link = 240 // Ethernet behind the header of Hilscher's taps
	LinkIPoIB         Link = 242 // IP over InfiniBand
	LinkPKTAP         Link = 258 // Apple: a header before any other link
	LinkMPacket       Link = 274 // Ethernet with its preamble
	LinkSLL2          Link = 276 // Linux cooked capture, version 2
	LinkBroadcom      Link = 281 // Ethernet with a tag of Broadcom's switches inside
	LinkBroadcomFront Link = 282 // and with the tag in front
	LinkDSA           Link = 284 // with a tag of Marvell's switches
	LinkEDSA          Link = 285 // with their longer tag
)

// String returns the link type's name, such as "ethernet", or "link-N" for
// one that is not read.
func (l Link) String() string {
	if name := l.local(); name != "" {
		return name
	}
	switch l {
	case LinkPPP:
		return "ppp"
	case LinkPPPHDLC:
		return "ppp_hdlc"
	case LinkPPPoE:
		return "pppoe"
	case LinkPPPDir, LinkPPPWithDir:
		return "ppp_with_direction"
	case LinkCiscoHDLC:
		return "cisco_hdlc"
	case LinkFrameRelay:
		return "frame_relay"
	case LinkMPLS:
		return "mpls"
	case LinkARCNET, LinkARCNETLin:
		return "arcnet"
	case LinkNFLOG:
		return "nflog"
	}
	if name := l.rare(); name != "" {
		return name
	}
	return "link-" + strconv.Itoa(int(l))
}

// rare returns the names of links that are seldom captured.
func (l Link) rare() string {
	switch l {
	case LinkTokenRing:
		return "token_ring"
	case LinkFDDI:
		return "fddi"
	case LinkATM:
		return "atm"
	case LinkIPFC:
		return "fibre_channel"
	case LinkENC:
		return "enc"
	case LinkPFLOG:
		return "pflog"
	case LinkFirewire:
		return "firewire"
	case LinkIPNET:
		return "ipnet"
	case LinkIPoIB:
		return "infiniband"
	case LinkERF:
		return "erf"
	case LinkPKTAP, LinkPKTAPOld:
		return "pktap"
	case LinkNetAnalyzer, LinkMPacket, LinkBroadcom, LinkBroadcomFront, LinkDSA, LinkEDSA:
		return "ethernet_tagged"
	}
	return ""
}

// local returns the names of links that phones and their neighbours have.
func (l Link) local() string {
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
	case LinkWiFi:
		return "wifi"
	case LinkRadiotap:
		return "wifi_radiotap"
	case LinkPrism:
		return "wifi_prism"
	case LinkAVS:
		return "wifi_avs"
	case LinkPPI:
		return "ppi"
	}
	return ""
}

// link reads the header of a link.
func (h *Header) link(data []byte, l Link) Status {
	switch l {
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
	case LinkWiFi:
		return h.wifi(data, 0)
	case LinkRadiotap:
		return h.radiotap(data)
	case LinkPrism, LinkAVS:
		return h.prism(data)
	case LinkPPI:
		return h.ppi(data)
	case LinkNFLOG:
		return h.nflog(data)
	}
	return h.line(data, l)
}

// line reads the header of a link between two ends.
func (h *Header) line(data []byte, l Link) Status {
	switch l {
	case LinkPPP:
		return h.ppp(data)
	case LinkPPPHDLC:
		return h.pppHDLC(data)
	case LinkPPPoE:
		return h.pppoe(data)
	case LinkPPPDir, LinkPPPWithDir:
		return h.pppDirection(data)
	case LinkCiscoHDLC:
		return h.ciscoHDLC(data)
	case LinkFrameRelay:
		return h.frameRelay(data)
	case LinkMPLS:
		return h.mpls(data)
	case LinkARCNET:
		return h.arcnet(data, 2)
	case LinkARCNETLin:
		return h.arcnet(data, 4)
	}
	return h.headed(data, l)
}

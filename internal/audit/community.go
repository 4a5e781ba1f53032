package audit

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // the Community ID specification says SHA-1; nothing rests on it
	"encoding/base64"
	"encoding/binary"
	"strconv"

	"github.com/telltale-audit/telltale/internal/dissect"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
)

// communityID returns the Community ID v1 of a flow with seed 0: the same for
// both directions and in every tool that knows it. Of protocols without ports
// it is "": ICMP's rests on its types, which a flow here does not keep.
func communityID(k flow.Key) string {
	if k.Proto != packet.TCP && k.Proto != packet.UDP {
		return ""
	}
	src, dst, sp, dp := k.Src, k.Dst, k.SrcPort, k.DstPort
	if c := bytes.Compare(src[:], dst[:]); c > 0 || c == 0 && sp > dp {
		src, dst, sp, dp = dst, src, dp, sp
	}
	var room [40]byte
	b := append(room[:0], 0, 0) // seed
	b = appendAddr(appendAddr(b, src), dst)
	b = append(b, k.Proto, 0)
	b = binary.BigEndian.AppendUint16(b, sp)
	b = binary.BigEndian.AppendUint16(b, dp)
	sum := sha1.Sum(b)
	return string(base64.StdEncoding.AppendEncode(append(room[:0], "1:"...), sum[:]))
}

// appendAddr appends the 4 or 16 bytes of an address.
func appendAddr(b []byte, a packet.Addr) []byte {
	if n := a.Netip(); n.Is4() {
		four := n.As4()
		return append(b, four[:]...)
	}
	return append(b, a[:]...)
}

// protoName returns the name of an IP protocol as Suricata writes it.
func protoName(p uint8) string {
	switch p {
	case packet.TCP:
		return "TCP"
	case packet.UDP:
		return "UDP"
	case 1:
		return "ICMP"
	case 58:
		return "IPv6-ICMP"
	case 132:
		return "SCTP"
	case 47:
		return "GRE"
	case dissect.EAPOL:
		return "EAPOL"
	case 50:
		return "ESP"
	case 2:
		return "IGMP"
	}
	return "IP-" + strconv.Itoa(int(p))
}

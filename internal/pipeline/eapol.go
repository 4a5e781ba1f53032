package pipeline

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/dissect"
	"github.com/telltale-audit/telltale/internal/packet"
)

const etherTypeEAPOL = 0x888e

// isEAPOL reports whether a packet is a frame of IEEE 802.1X, with which a
// device asks to be let into a network.
func isEAPOL(h *packet.Header) bool {
	return h.Status == packet.NotIP && h.EtherType == etherTypeEAPOL && h.HasMAC
}

// eapol hands such a frame to its flow. It has no addresses but those of the
// hardware; the addresses of the link that are made of them (RFC 4291,
// appendix A) stand for these.
func (s *shard) eapol(h *packet.Header, p *capture.Packet) {
	in := *h
	in.Status, in.Version, in.Proto = packet.OK, 6, dissect.EAPOL
	in.Src, in.Dst = ofLink(h.SrcMAC), ofLink(h.DstMAC)
	s.table.Packet(&in, p)
}

func ofLink(mac [6]byte) packet.Addr {
	return packet.Addr{0: 0xfe, 1: 0x80, 8: mac[0] ^ 2, 9: mac[1], 10: mac[2], 11: 0xff, 12: 0xfe, 13: mac[3], 14: mac[4], 15: mac[5]}
}

// knowAsker notes which end of an 802.1X flow is the device: the one that
// answers, or that began without being asked.
func (c *conv) knowAsker(m *dissect.Message) {
	for _, f := range m.Facts {
		switch string(f.Value) {
		case "response", "start", "logoff":
			c.info.Reversed = m.Dir == telltale.ToClient
		case "request", "success", "failure":
			c.info.Reversed = m.Dir == telltale.ToServer
		}
	}
}

package flow

import (
	"slices"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
)

// servicePorts are the ports from 1024 up at which phones find services: what
// answers there did not open the flow.
var servicePorts = []uint16{
	1194, 1883, 3128, 3478, 4500, 5060, 5061, 5222, 5223, 5228, 5229, 5230, 5353,
	8000, 8080, 8081, 8443, 8883, 8888, 51820,
}

func isService(port uint16) bool {
	return port != 0 && port < 1024 || slices.Contains(servicePorts, port)
}

// directionOf guesses which way a flow's first packet went. The TCP handshake
// says it; without one the first to speak is the client, unless it spoke from
// a service's port to one that is none.
func directionOf(h *packet.Header) telltale.Direction {
	fromServer := isService(h.SrcPort) && !isService(h.DstPort)
	switch h.Proto {
	case packet.TCP:
		if h.Flags&packet.SYN != 0 {
			fromServer = h.Flags&packet.ACK != 0
		}
	case packet.UDP:
	default:
		fromServer = false
	}
	if fromServer {
		return telltale.ToClient
	}
	return telltale.ToServer
}

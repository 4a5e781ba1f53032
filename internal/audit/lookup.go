package audit

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/destination"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/pipeline"
)

// Ports and protocols of look-ups that are sealed.
const (
	portDoT = 853 // RFC 7858, RFC 9250

	overTLS   = "dot"
	overQUIC  = "doq"
	overHTTPS = "doh" // RFC 8484
)

// sealedLookup returns what a flow speaks that looks names up so that nobody
// on the way can read it, or "": at the port for that, by what was agreed to
// speak (ALPN), or with who is known for it. names are those of its server.
func sealedLookup(f *pipeline.FlowInfo, names []telltale.Name) string {
	sealed := f.AppProto == "tls" || f.AppProto == "quic" || f.AppProto == "dtls"
	switch {
	case !sealed:
		return ""
	case f.Key.DstPort == portDoT && f.Key.Proto == packet.UDP:
		return overQUIC
	case f.Key.DstPort == portDoT, f.AppProto == "tls" && f.Lookup:
		return overTLS
	case f.Lookup:
		return overQUIC
	}
	for _, n := range names {
		if destination.IsResolver(n.Name.Raw()) {
			return overHTTPS
		}
	}
	return ""
}

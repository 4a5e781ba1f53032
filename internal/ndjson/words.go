package ndjson

import (
	"reflect"
	"regexp"
	"sync"

	"github.com/telltale-audit/telltale"
)

// vocabulary are the closed lists of the contract that have a Go type.
var vocabulary = map[reflect.Type][]string{
	reflect.TypeFor[telltale.Kind]():       list(telltale.Kinds...),
	reflect.TypeFor[telltale.SkipReason](): list(telltale.SkipReasons...),
	reflect.TypeFor[telltale.Direction]():  {telltale.ToServer.String(), telltale.ToClient.String()},
	reflect.TypeFor[telltale.View]():       list(telltale.ViewMain, telltale.ViewAlt),
	reflect.TypeFor[telltale.Protection](): list(telltale.Open, telltale.Forgeable, telltale.Sealed, telltale.UnknownProtection),
	reflect.TypeFor[telltale.ReadableBy](): list(telltale.AnyoneOnPath, telltale.LocalNetwork, telltale.Operator, telltale.DestinationOnly, telltale.UnknownReader),
	reflect.TypeFor[telltale.Level]():      list(telltale.Confirmed, telltale.Probable, telltale.Possible),
	reflect.TypeFor[telltale.Ended]():      list(telltale.EndedFIN, telltale.EndedRST, telltale.EndedIdle, telltale.EndedEvicted, telltale.EndedCapture),
	reflect.TypeFor[telltale.SentBy]():     list(telltale.SentByDevice, telltale.SentByPeer, telltale.SentByUnknown),
	reflect.TypeFor[telltale.Verdict]():    list(telltale.Findings, telltale.NothingSeen, telltale.Inconclusive),
}

func list[T ~string](words ...T) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}

// words are the closed lists of fields that are plain strings, by path.
var words = map[string][]string{
	"device.how":            {"tap_peer", "lan_mac", "declared", "only_private_address", "unknown"},
	"flow.names.source":     {"host", "sni", "dns", "dns_expired", "dns_other", "cert", "other_flow", "local", "well_known", "ptr", "network"},
	"message.dns.type":      {"query", "answer"},
	"finding.class":         {"A", "B", "C", "E"},
	"transmission.answered": {"none", "ack", "response"},
	"destination.claims.predicate": {
		"organisation", "registrant", "asn", "as_organisation", "country_address", "country_operator",
		"country_registrant", "tracker", "category", "served_via",
	},
}

// patterns are the forms of fields that are plain strings, by path. The last parts
// of a flow's id count tunnels, and packets of a Wi-Fi frame.
var patterns = sync.OnceValue(func() map[string]*regexp.Regexp {
	sha256 := regexp.MustCompile(`^[0-9a-f]{64}$`)
	flowID := regexp.MustCompile(`^[0-9]+-[0-9]+(\.[1-9])?(\+[0-9]+)?$`)
	return map[string]*regexp.Regexp{
		"audit.data.sha256":    sha256,
		"finding.finding_id":   regexp.MustCompile(`^F-[0-9a-f]{8}$`),
		"input.sha256":         sha256,
		"flow.flow_id":         flowID,
		"flow.tunnel":          flowID,
		"message.flow_id":      flowID,
		"sighting.flow_id":     flowID,
		"transmission.flow_id": flowID,
	}
})

// timestamp is the form of every time.
var timestamp = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}([0-9]{3})?Z$`)
})

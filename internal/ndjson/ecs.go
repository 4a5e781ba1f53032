package ndjson

import (
	"encoding/json"
	"strings"
)

// An ecsField says where a value goes in the Elastic Common Schema (version
// 8.11; its field reference).
type ecsField struct {
	from, to string // paths of names
}

// ecsFields are the fields that have a place there. Where two go to the same
// one, the first that is there counts.
var ecsFields = map[string][]ecsField{
	"flow": {
		{"start", "@timestamp"},
		{"start", "event.start"},
		{"end", "event.end"},
		{"src_ip", "source.ip"},
		{"src_port", "source.port"},
		{"dest_ip", "destination.ip"},
		{"dest_port", "destination.port"},
		{"names", "destination.domain"},
		{"proto", "network.transport"},
		{"app_proto", "network.protocol"},
		{"community_id", "network.community_id"},
		{"bytes_toserver", "source.bytes"},
		{"pkts_toserver", "source.packets"},
		{"bytes_toclient", "destination.bytes"},
		{"pkts_toclient", "destination.packets"},
		{"ended", "event.reason"},
		{"app", "process.name"},
		{"ja3", "tls.client.ja3"},
	},
	"message": {
		{"timestamp", "@timestamp"},
		{"app_proto", "network.protocol"},
		{"http.http_method", "http.request.method"},
		{"http.status", "http.response.status_code"},
		{"http.url", "url.original"},
		{"http.hostname", "url.domain"},
		{"http.http_user_agent", "user_agent.original"},
		{"dns.type", "dns.type"},
		{"dns.rrname", "dns.question.name"},
		{"dns.rrtype", "dns.question.type"},
		{"tls.sni", "tls.client.server_name"},
		{"tls.version", "tls.version"},
		{"tls.alpn", "tls.next_protocol"},
	},
}

// ecsVersion is the version of the schema that ecsFields were written for.
const ecsVersion = "8.11.0"

// ECS returns a flow or a message in the words of the Elastic Common Schema:
// one JSON object without a newline. What that schema has no word for stands
// whole under "telltale". It returns nil for other records.
func (l Line) ECS() []byte {
	table := ecsFields[l.EventType]
	if table == nil {
		return nil
	}
	out := map[string]any{}
	put(out, "ecs.version", ecsVersion)
	put(out, "event.kind", "event")
	put(out, "event.category", []string{"network"})
	put(out, "event.module", "telltale")
	put(out, "event.dataset", "telltale."+l.EventType)
	for _, f := range table {
		if v := ecsValue(f.to, first(l.Get(strings.Split(f.from, ".")...))); v != nil {
			put(out, f.to, v)
		}
	}
	own := map[string]any{}
	for name, v := range l.fields {
		if name != "event_type" {
			own[name] = v
		}
	}
	out["telltale"] = own
	b, err := json.Marshal(out)
	if err != nil {
		return nil // it was read as JSON, so it can be written
	}
	return b
}

// first returns the first of several values.
func first(v any) any {
	if list, ok := v.([]any); ok {
		if len(list) == 0 {
			return nil
		}
		return list[0]
	}
	return v
}

// ecsValue writes a value as the schema wants it: transports in small letters,
// of a name the name alone. What is several words is no domain.
func ecsValue(to string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		if name, _ := v["name"].(string); !strings.Contains(name, " ") {
			return name
		}
		return nil
	case string:
		if to == "network.transport" {
			return strings.ToLower(v)
		}
	}
	return v
}

// put sets the field at the end of a path, unless it is set.
func put(m map[string]any, path string, v any) {
	names := strings.Split(path, ".")
	for _, n := range names[:len(names)-1] {
		inner, ok := m[n].(map[string]any)
		if !ok {
			inner = map[string]any{}
			m[n] = inner
		}
		m = inner
	}
	if last := names[len(names)-1]; m[last] == nil {
		m[last] = v
	}
}

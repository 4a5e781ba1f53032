package ndjson_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale/internal/ndjson"
)

const sealedFlow = `{"schema":0,"event_type":"flow","flow_id":"1-7","input":1,"src_ip":"192.0.2.1","src_port":40000,"dest_ip":"192.0.2.2",` +
	`"dest_port":443,"proto":"TCP","app_proto":"tls","start":"2019-01-14T09:00:00.000000Z","end":"2019-01-14T09:00:01.000000Z","ended":"fin",` +
	`"pkts_toserver":3,"bytes_toserver":1200,"pkts_toclient":2,"bytes_toclient":900,` +
	`"names":[{"name":"www.example","source":"sni","confidence":0.98},{"name":"cdn.example","source":"dns","confidence":0.95}],"protection":"sealed"}`

func TestFilter(t *testing.T) {
	line, err := ndjson.NewReader(strings.NewReader(sealedFlow)).Read()
	if err != nil {
		t.Fatal(err)
	}
	for filter, want := range map[string]bool{
		"dest_port=443": true, "dest_port=44": false, "dest_port!=443": false, "dest_port!=80": true,
		"names.name~CDN": true, "names.name=cdn.example": true, "names.name~phone": false, "names.name!=cdn.example": false,
		"bytes_toserver>1199": true, "bytes_toserver>=1200": true, "bytes_toserver<1200": false, "bytes_toserver<=1200": true,
		"proto=tcp": true, "tunnel=": true, "tunnel!=": false, "start~T09:00": true, "app_proto>1": false,
	} {
		f, err := ndjson.ParseFilter("flow", filter)
		if err != nil {
			t.Errorf("%s: %v", filter, err)
		} else if got := f.Match(line); got != want {
			t.Errorf("%s: %v, want %v", filter, got, want)
		}
	}
	for _, bad := range []string{"", "dest_port", "=443", "port=443", "names=x", "dest_port>many", "names.names=1"} {
		if _, err := ndjson.ParseFilter("flow", bad); err == nil {
			t.Errorf("%q passes for a filter", bad)
		}
	}
}

// TestFields finds a field of each depth in what can be asked for.
func TestFields(t *testing.T) {
	if got := ndjson.Fields("message"); !slices.Contains(got, "http.hostname") || !slices.Contains(got, "dns.answers.rdata") || !slices.Contains(got, "packets.first") && !slices.Contains(got, "packets") {
		t.Errorf("fields of a message: %q", got)
	}
	if got := ndjson.Fields("nothing"); got != nil {
		t.Errorf("fields of nothing: %q", got)
	}
}

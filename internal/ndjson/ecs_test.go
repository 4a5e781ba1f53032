package ndjson_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale/internal/ndjson"
)

func TestECS(t *testing.T) {
	line, err := ndjson.NewReader(strings.NewReader(sealedFlow)).Read()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Time   string `json:"@timestamp"`
		Source struct {
			IP          string
			Port, Bytes int
		}
		Destination struct{ Domain string }
		Network     struct{ Transport, Protocol string }
		ECS         struct{ Version string }
		Telltale    struct {
			Protection string
			EventType  string `json:"event_type"`
		}
	}
	if err := json.Unmarshal(line.ECS(), &got); err != nil {
		t.Fatalf("%v: %s", err, line.ECS())
	}
	if got.Time != "2019-01-14T09:00:00.000000Z" || got.Source.IP != "192.0.2.1" || got.Source.Port != 40000 || got.Source.Bytes != 1200 ||
		got.Destination.Domain != "www.example" || got.Network.Transport != "tcp" || got.Network.Protocol != "tls" ||
		got.ECS.Version == "" || got.Telltale.Protection != "sealed" || got.Telltale.EventType != "" {
		t.Errorf("%s", line.ECS())
	}
}

// TestECSDomain holds that what is no name of a host is no domain.
func TestECSDomain(t *testing.T) {
	for name, want := range map[string]bool{"www.example": true, "network of Example Carrier": false, "multicast DNS": false} {
		record := strings.TrimSpace(strings.Replace(sealedFlow, `"www.example"`, `"`+name+`"`, 1))
		line, err := ndjson.NewReader(strings.NewReader(record)).Read()
		if err != nil {
			t.Fatal(err)
		}
		if got := string(line.ECS()); strings.Contains(got, `"domain":"`+name+`"`) != want || strings.Contains(got, `"domain":`) != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

package pipeline

import (
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/dissect"
)

func TestJoins(t *testing.T) {
	get := func(method, url string) *dissect.Message {
		return &dissect.Message{Proto: "http", HTTP: &dissect.HTTP{Method: []byte(method), URL: []byte(url)}}
	}
	for name, c := range map[string]struct {
		m    *dissect.Message
		want bool
	}{
		"Android's check":   {get("GET", "/generate_204"), true},
		"iOS's, to a proxy": {get("GET", "http://captive.example/hotspot-detect.html"), true},
		"another page":      {get("GET", "/generate_2041"), false},
		"not a question":    {get("POST", "/generate_204"), false},
		"an address":        {&dissect.Message{Proto: "dhcp"}, true},
		"its answer":        {&dissect.Message{Proto: "dhcp", Dir: telltale.ToClient}, false},
		"a name":            {&dissect.Message{Proto: "dns"}, false},
	} {
		if got := joins(c.m); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

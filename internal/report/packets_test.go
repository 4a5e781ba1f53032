package report

import (
	"testing"

	"github.com/telltale-audit/telltale"
)

// TestPacketsOf names packets with the files they are in, where there are several.
func TestPacketsOf(t *testing.T) {
	one := []telltale.Input{{Input: 1, Name: "a.pcap", Packets: 10}}
	three := []telltale.Input{
		{Input: 1, Name: "c.pcap", Packets: 10, Continues: 3},
		{Input: 2, Name: "other.pcap", Packets: 10},
		{Input: 3, Name: "it's a.pcap", Packets: 4},
	}
	for _, c := range []struct {
		inputs  []telltale.Input
		input   int
		packets telltale.Packets
		want    string
	}{
		{one, 1, telltale.Packets{4, 5, 6, 9}, "4..6, 9"},
		{one, 0, telltale.Packets{4}, "4"},
		{three, 2, telltale.Packets{4}, "4 of other.pcap"},
		{three, 3, telltale.Packets{4}, `4 of 'it'\''s a.pcap'`},
		{three, 3, telltale.Packets{3, 4, 5, 7}, `3, 4 of 'it'\''s a.pcap', 1, 3 of c.pcap`},
		{three, 3, telltale.Packets{14, 99}, "10 of c.pcap"}, // there is no such packet
		{three, 7, telltale.Packets{4}, "4"},
	} {
		v := &view{Audit: &Audit{Inputs: c.inputs}}
		if got := v.packetsOf(c.input, c.packets); got != c.want {
			t.Errorf("%v from input %d: %q, want %q", c.packets, c.input, got, c.want)
		}
	}
}

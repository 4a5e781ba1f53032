package audit

import (
	"bytes"
	"strings"
	"testing"
)

// TestDiscreet passes on all lines but those of what strangers told, however long
// they are, and byte for byte.
func TestDiscreet(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	kept := []string{
		`{"schema":0,"event_type":"flow","flow_id":"1-1","device_id":"dev1"}`,
		`{"schema":0,"event_type":"sighting","sighting_id":"s1","device_id":"dev1","field":"` + long + `"}`,
		`{"schema":0,"event_type":"sighting","sighting_id":"s4","device_id":"dev20"}`,
		`{"schema":0,"event_type":"message","flow_id":"1-1"}`,
		`{"schema":0,"event_type":"transmission","device_id":"dev1","template":"\"device_id\":\"dev2\""}`,
	}
	dropped := []string{
		`{"schema":0,"event_type":"sighting","sighting_id":"s2","device_id":"dev2","field":"` + long + `"}`,
		`{"schema":0,"event_type":"flow","flow_id":"1-1","device_id":"dev2"}`,
		`{"schema":0,"event_type":"transmission","device_id":"dev2"}`,
		`{"schema":0,"event_type":"message","flow_id":"1-1","device_id":"dev2"}`,
	}
	var in strings.Builder
	for i, l := range kept {
		in.WriteString(l + "\n")
		if i < len(dropped) {
			in.WriteString(dropped[i] + "\n")
		}
	}
	var out bytes.Buffer
	n, err := discreet{&out, map[string]bool{"dev2": true}}.ReadFrom(strings.NewReader(in.String()))
	if want := strings.Join(kept, "\n") + "\n"; err != nil || n != int64(in.Len()) || out.String() != want {
		t.Errorf("%d of %d bytes, %v, %d written, want %d", n, in.Len(), err, out.Len(), len(want))
	}
}

package lab

import (
	"bytes"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/device"
)

func TestPlanted(t *testing.T) {
	s, plants := Planted(1, MadeUp(1, 40), Spellings)
	wire := bytes.Join(slices.Collect(maps.Values(streams(t, s.Packets))), nil)
	for _, p := range s.Packets {
		if p.Data[23] == protoUDP {
			wire = append(wire, p.Data...)
		}
	}
	where := map[string]map[string]bool{}
	for _, p := range plants {
		for _, raw := range p.Raw {
			if len(raw) < 6 || !bytes.Contains(wire, raw) {
				t.Errorf("%s %s in %s: %q is not on the wire", p.Kind, p.Spelling, p.Place, raw)
			}
		}
		key := p.Value + " " + p.Spelling
		if where[key] == nil {
			where[key] = map[string]bool{}
		}
		where[key][p.Place] = true
	}
	if len(where) != 40*12 {
		t.Errorf("%d values and spellings are planted, want 480", len(where))
	}
	for _, place := range []string{"dns", "host", "path", "query", "header", "form", "json", "body"} {
		if !slices.ContainsFunc(plants, func(p Plant) bool { return p.Place == place }) {
			t.Errorf("nothing is planted in %s", place)
		}
	}
	addrs := map[netip.Addr]bool{}
	for i := range 490 {
		addrs[farAddr(false, i)] = true
	}
	if len(addrs) != 490 {
		t.Errorf("490 far ends have %d addresses", len(addrs))
	}
	if _, err := device.Parse("device.yaml", s.Device.Encode()); err != nil {
		t.Error(err)
	}
}

func TestMadeUpDiffer(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range MadeUp(1, 200) {
		if seen[v.Raw()] {
			t.Errorf("%s twice", v.Raw())
		}
		seen[v.Raw()] = true
	}
}

// TestSpellings holds that the letters a spelling names are the value's.
func TestSpellings(t *testing.T) {
	const value = "02:00:5e:10:7a:c4"
	for _, s := range Spellings {
		for shift := range 3 {
			text, at := s.write("~~~???"+strings.Repeat("x", shift), value)
			letters := text[at.Start:at.End]
			if strings.HasPrefix(s.Name, "base64") && s.Name != "base64 twice" {
				std := strings.NewReplacer("-", "+", "_", "/").Replace(string(letters))
				if !decodesTo([]byte(std), value) {
					t.Errorf("%s: %q of %q", s.Name, letters, text)
				}
			}
		}
	}
	if text, _ := Spellings[4].write("~~~???", value); !bytes.Contains(text, []byte("-")) || !bytes.Contains(text, []byte("_")) {
		t.Errorf("%s is like base64: %q", Spellings[4].Name, text)
	}
}

// TestTorn holds that each gap would, closed up, make the IMEI, and that it
// is nowhere else.
func TestTorn(t *testing.T) {
	s := Torn(1)
	imei := []byte(NewIdentity(1).IMEI[0])
	glued := 0
	for _, b := range streams(t, s.Packets) {
		if bytes.Contains(b, imei) {
			t.Errorf("%q holds the IMEI", b)
		}
		if bytes.Contains(bytes.ReplaceAll(b, []byte{gapByte}, nil), imei) {
			glued++
		}
	}
	if glued != 10 || len(s.Truth.Decoys) != 10 {
		t.Errorf("%d gaps would make the IMEI, want 10", glued)
	}
	if s.Device.Values[0] != telltale.NewValue(telltale.IMEI, string(imei)) {
		t.Error("the device file does not declare it")
	}
}

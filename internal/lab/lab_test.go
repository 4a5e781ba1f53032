package lab

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/device"
	"github.com/telltale-audit/telltale/internal/numbering"
)

// short is a script that is long enough to have every kind of send.
func short(o Options) Options {
	o.Boots, o.ScreenOns = 2, 3
	return o
}

func incident(t testing.TB, o Options) *Scenario {
	t.Helper()
	s, err := Incident(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// contents returns the capture and the truth as bytes.
func contents(t testing.TB, s *Scenario) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.WriteCapture(&b, capture.Pcapng); err != nil {
		t.Fatal(err)
	}
	if err := json.NewEncoder(&b).Encode(s.Truth); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSameOptionsSameBytes(t *testing.T) {
	for _, c := range slices.Concat(Clients, Siblings) {
		o := short(Options{Client: c.Name, Seed: 5, Carriage: Carriage{Segment: 100, Order: Reordered, Repeat: 2}})
		first := contents(t, incident(t, o))
		if !bytes.Equal(first, contents(t, incident(t, o))) {
			t.Errorf("%s: two runs differ", c.Name)
		}
		o.Seed = 6
		if bytes.Equal(first, contents(t, incident(t, o))) {
			t.Errorf("%s: the seed changes nothing", c.Name)
		}
	}
}

// TestCarriageKeepsStreams holds that however the packets are cut, ordered
// and repeated, each conversation says the same.
func TestCarriageKeepsStreams(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		want := streams(t, incident(t, short(Options{Seed: 1, IPv6: v6})).Packets)
		for name, how := range carriages {
			got := streams(t, incident(t, short(Options{Seed: 1, IPv6: v6, Carriage: how})).Packets)
			if !maps.EqualFunc(got, want, bytes.Equal) {
				t.Errorf("%s, IPv6 %v: the streams differ", name, v6)
			}
		}
	}
}

func TestSealedShare(t *testing.T) {
	for client, low := range map[string]float64{"qc2018": 0.85, "fixed": 0.95} {
		s := incident(t, Options{Client: client, Seed: 1})
		var payload int64
		for _, p := range s.Packets {
			payload += int64(len(decodeSound(t, p).TransportLayer().LayerPayload()))
		}
		if share := float64(s.Truth.Sealed) / float64(payload); share < low || share > 0.99 {
			t.Errorf("%s: %.3f of the payload is sealed", client, share)
		}
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []Options{
		{Client: "qc2099"}, {MEIDHolds: "esn"}, {Server: "kind"}, {Boots: -1}, {ScreenOns: 1 << 30}, {Carriage: Carriage{Segment: -1}},
	} {
		if _, err := Incident(o); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
}

func TestIdentity(t *testing.T) {
	for seed := range uint64(50) {
		id := NewIdentity(seed)
		if !numbering.Luhn(id.IMEI[0]) || !numbering.Luhn(id.IMEI[1]) || !numbering.Luhn(id.ICCID) || len(id.ICCID) != 20 {
			t.Errorf("seed %d: a check digit is wrong: %+v", seed, id)
		}
		if id.ECI >= 1<<28 {
			t.Errorf("seed %d: cell %d has more than 28 bits", seed, id.ECI)
		}
		f := id.File()
		got, err := device.Parse(f.Name, f.Encode())
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if !bytes.Equal(got.Encode(), f.Encode()) {
			t.Errorf("seed %d: the device file reads back as\n%s", seed, got.Encode())
		}
	}
}

func BenchmarkIncident(b *testing.B) {
	var n int64
	for _, p := range incident(b, Options{Seed: 1}).Packets {
		n += int64(len(p.Data))
	}
	b.SetBytes(n)
	for b.Loop() {
		incident(b, Options{Seed: 1})
	}
}

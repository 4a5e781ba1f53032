package lab

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket/layers"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

// registrationKeys is how many keys the message of 2018 has.
const registrationKeys = 27

// count returns how many events there are of a kind, by the kind of the cause.
func count(events []Event) map[string]int {
	n := map[string]int{}
	for _, e := range events {
		n[e.Kind]++
		if e.Cause != 0 {
			n[e.Kind+" by "+events[e.Cause-1].Kind]++
		}
	}
	return n
}

// TestDefaultScript holds the numbers that the documentation tells.
func TestDefaultScript(t *testing.T) {
	truth := incident(t, Options{Seed: 1}).Truth
	n := count(truth.Events)
	want := map[string]int{
		"boot": 3, "screen_on": 12, "network_join": 15,
		"network_join by boot": 3, "network_join by screen_on": 10,
	}
	for k, v := range want {
		if n[k] != v {
			t.Errorf("%d %s, want %d", n[k], k, v)
		}
	}
	if len(truth.Sends) != 15 {
		t.Errorf("%d sends, want 15", len(truth.Sends))
	}
}

// TestTrigger holds every send to the client's rule, over many seeds: 61 s
// after a boot or 0.6 to 1.3 s after any other network join, and never at a
// screen-on that brings no join.
func TestTrigger(t *testing.T) {
	for seed := range uint64(20) {
		truth := incident(t, Options{Seed: seed}).Truth
		n := count(truth.Events)
		if want := n["boot"] + n["network_join"] - n["network_join by boot"]; len(truth.Sends) != want {
			t.Errorf("seed %d: %d sends, want %d", seed, len(truth.Sends), want)
		}
		for _, s := range truth.Sends {
			cause := truth.Events[s.Cause-1]
			lag := time.Duration(s.Time - cause.Time)
			held := cause.Kind == boot && lag > 60*time.Second && lag < 62*time.Second
			joined := cause.Kind == networkJoin && lag > 600*time.Millisecond && lag < 1300*time.Millisecond
			if !held && !joined {
				t.Errorf("seed %d: a send %v after a %s", seed, lag, cause.Kind)
			}
		}
	}
}

// TestRejoinProbability holds the mediated trigger to its probability.
func TestRejoinProbability(t *testing.T) {
	screenOns, joins := 0, 0
	for seed := range uint64(200) {
		events, _ := makeScript(Options{Boots: 1, ScreenOns: 10}.withDefaults(), rand.New(rand.NewPCG(seed, 1)))
		n := count(events)
		screenOns += n["screen_on"]
		joins += n["network_join by screen_on"]
	}
	if p := float64(joins) / float64(screenOns); p < 0.77 || p > 0.83 {
		t.Errorf("%d of %d screen-ons join, want %.1f", joins, screenOns, rejoins)
	}
}

// TestTruthNamesThePackets reads the sightings out of the packets that truth
// names, by a way of its own.
func TestTruthNamesThePackets(t *testing.T) {
	for name, how := range carriages {
		for _, holds := range []string{"meid", "imei"} {
			s := incident(t, short(Options{Seed: 3, Carriage: how, MEIDHolds: holds}))
			if len(s.Truth.Sends) < 3 {
				t.Fatalf("only %d sends", len(s.Truth.Sends))
			}
			segments := tcpSegments(t, s.Packets)
			for _, send := range s.Truth.Sends {
				checkSend(t, name, segments, send)
			}
		}
	}
}

// tcpSegments returns the TCP segment of each packet, nil where there is none.
func tcpSegments(t *testing.T, packets []*Packet) []*layers.TCP {
	t.Helper()
	segments := make([]*layers.TCP, len(packets))
	for i, p := range packets {
		segments[i], _ = decodeSound(t, p).TransportLayer().(*layers.TCP)
	}
	return segments
}

func checkSend(t *testing.T, name string, segments []*layers.TCP, send Send) {
	t.Helper()
	if len(send.Sightings) != 9 {
		t.Errorf("%s: %d sightings in a send, want 9", name, len(send.Sightings))
	}
	for _, sg := range send.Sightings {
		wire, packets := readRange(t, segments, send.Flow, sg.Range)
		if !slices.Equal(packets, sg.Packets) {
			t.Errorf("%s: %s is in packets %v, truth says %v", name, sg.Field, packets, sg.Packets)
		}
		if !decodesTo(wire, sg.Value) {
			t.Errorf("%s: %s: %q does not spell %q", name, sg.Field, wire, sg.Value)
		}
	}
}

// readRange returns the stream bytes r that the opener of the flow sent, and
// the numbers of the packets that had them first.
func readRange(t *testing.T, segments []*layers.TCP, flow int64, r telltale.Range) (wire []byte, packets []int64) {
	t.Helper()
	syn := segments[flow-1]
	wire = make([]byte, r.Len())
	have := make([]bool, r.Len())
	for n, tcp := range segments {
		if tcp == nil || int64(n) < flow || tcp.SrcPort != syn.SrcPort || tcp.DstPort != syn.DstPort {
			continue
		}
		news := false
		for i, c := range tcp.Payload {
			at := int64(tcp.Seq-syn.Seq-1) + int64(i) - r.Start
			if at >= 0 && at < r.Len() && !have[at] {
				wire[at], have[at], news = c, true, true
			}
		}
		if news {
			packets = append(packets, int64(n+1))
		}
		if !slices.Contains(have, false) {
			return wire, packets
		}
	}
	t.Fatalf("bytes %v of flow %d are not in the capture", r, flow)
	return nil, nil
}

// decodesTo reports whether the letters, from one of the four places a letter
// can have in its group, decode to text with value at an end of it.
func decodesTo(letters []byte, value string) bool {
	one := strings.ReplaceAll(string(letters), "\n", "")
	for shift := range 4 {
		padded := strings.Repeat("A", shift) + one
		padded += strings.Repeat("A", (4-len(padded)%4)%4)
		b, err := base64.StdEncoding.DecodeString(padded)
		if err == nil && bytes.Contains(b, []byte(value)) && len(one) <= (len(value)*8+5)/6+1 {
			return true
		}
	}
	return false
}

// TestRequest holds the request to what is known of the real one.
func TestRequest(t *testing.T) {
	s := incident(t, Options{Seed: 1, Boots: 1})
	var request []byte
	for _, b := range streams(t, s.Packets) {
		if bytes.HasPrefix(b, []byte("POST / ")) {
			request = b
		}
	}
	head, body, _ := strings.Cut(string(request), "\r\n\r\n")
	want := "POST / HTTP/1.1\r\nContent-Type: application/encrypted-json\r\nContent-Length: " + strconv.Itoa(len(body)) +
		"\r\nHost: zzhc.vnet.cn\r\nConnection: Keep-Alive\r\nUser-Agent: Apache-HttpClient/UNAVAILABLE (java 1.4)"
	if head != want {
		t.Errorf("head is %q", head)
	}
	lines := strings.SplitAfter(body, "\n")
	for i, l := range lines[:len(lines)-1] {
		if len(l) != 77 && i != len(lines)-2 || len(l) < 2 {
			t.Errorf("line %d is %q", i, l)
		}
	}
	if !strings.HasSuffix(body, "\n") {
		t.Error("no line feed at the end")
	}
	text, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		t.Fatal(err)
	}
	checkRegistration(t, text)
}

func checkRegistration(t *testing.T, text []byte) {
	t.Helper()
	var got map[string]string
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != registrationKeys || !bytes.Contains(text, []byte(`\/`)) {
		t.Errorf("%d keys in %s", len(got), text)
	}
	for key, want := range map[string]string{
		"REGVER": "5.0", "IMEI1": "001012704839210", "IMEI2": "001012704839392", "MEID": "A0000049D1C3E7",
		"SIM1ICCID": "89999001234567890125", "SIM1LTEIMSI": "001010123456789", "MACID": "02:00:5e:10:7a:c4",
		"SIM1CELLID": "1", "SIM2ICCID": "", "ACCESSTYPE": "2", "MODEL": "NOK-Nokia 7 plus",
	} {
		if got[key] != want {
			t.Errorf("%s is %q, want %q", key, got[key], want)
		}
	}
}

// TestKeyOrder holds that key order varies from seed to seed and that not
// every value starts at the same place of a Base64 group.
func TestKeyOrder(t *testing.T) {
	orders := map[string]bool{}
	shifts := map[int64]bool{}
	for seed := range uint64(10) {
		w := newWorld(Options{Seed: seed}.withDefaults())
		_, sightings := w.registration(&registrar{pairs: qc2018Pairs}, w.Start, w.rng.Perm(registrationKeys))
		var fields []string
		for _, s := range sightings {
			fields = append(fields, s.Field)
			shifts[s.Range.Start%3] = true
		}
		orders[strings.Join(fields, " ")] = true
	}
	if len(orders) != 10 || len(shifts) != 3 {
		t.Errorf("%d orders and %d shifts in 10 seeds", len(orders), len(shifts))
	}
}

func TestMEIDHoldsIMEI(t *testing.T) {
	s := incident(t, short(Options{Seed: 1, MEIDHolds: "imei"}))
	for _, sg := range s.Truth.Sends[0].Sightings {
		if strings.HasSuffix(sg.Field, ".MEID") && (sg.Kind != telltale.IMEI || sg.Value != "001012704839210") {
			t.Errorf("MEID holds %+v", sg)
		}
	}
}

// TestFixed holds that nothing of the identity is on the wire once the client
// is gone, with a positive control.
func TestFixed(t *testing.T) {
	with, without := incident(t, Options{Seed: 1}), incident(t, Options{Seed: 1, Client: "fixed"})
	if !slices.Equal(with.Truth.Events, without.Truth.Events) {
		t.Error("before and after do not have the same events")
	}
	host := []byte("\x04zzhc\x04vnet\x02cn")
	asked := func(s *Scenario) bool {
		return slices.ContainsFunc(s.Packets, func(p *Packet) bool { return bytes.Contains(p.Data, host) })
	}
	if !asked(with) || asked(without) || len(without.Truth.Sends) != 0 {
		t.Error("the host is asked for: want with the client only")
	}
}

// TestDecoys holds that the decoys are what they pretend to be, and never a
// value of the identity.
func TestDecoys(t *testing.T) {
	s := incident(t, Options{Seed: 1})
	var all []byte
	for _, b := range streams(t, s.Packets) {
		all = append(all, b...)
	}
	seen := map[string]int{}
	for _, d := range s.Truth.Decoys {
		seen[d.Looks]++
		if d.Looks == "imei" && (len(d.Value) != 15 || !numbering.Luhn(d.Value)) {
			t.Errorf("%+v does not look like it", d)
		}
		if d.Looks != "version" && !bytes.Contains(all, []byte(d.Value)) {
			t.Errorf("%+v is not in the capture", d)
		}
		for _, v := range s.Device.Values {
			if v.Raw() == d.Value {
				t.Errorf("%+v is an identifier", d)
			}
		}
	}
	for _, looks := range []string{"imei", "imeisv", "time", "ad_id", "base64", "version"} {
		if seen[looks] == 0 {
			t.Errorf("no decoy looks like %s", looks)
		}
	}
}

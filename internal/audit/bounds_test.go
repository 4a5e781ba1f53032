package audit

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"unsafe"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/device"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/pipeline"
)

// numbered returns the nth address of a private or a public network.
func numbered(first byte, n int) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(first)<<24+uint32(n))
	return netip.AddrFrom4(b)
}

// TestTooManyDevices has more devices than are told apart: the further ones
// are unknown, and none of them is taken for the first.
func TestTooManyDevices(t *testing.T) {
	d := newDevices(nil)
	var last *owner
	for i := range maxDevices + 50 {
		f := &pipeline.FlowInfo{Key: flow.Key{Src: packet.AddrFrom(numbered(10, i)), Dst: packet.AddrFrom(numbered(203, 1))}}
		last, _ = d.of(f)
	}
	if n := len(d.list); n > maxDevices+1 || last.How != "unknown" || last == d.list[0] || d.beyond != 50 {
		t.Errorf("%d devices, the last is known by %s", n, last.How)
	}
}

// TestTooManyDestinations has the same of far ends.
func TestTooManyDestinations(t *testing.T) {
	d := newDestinations()
	first := d.of(far{addr: numbered(203, 0)})
	for i := range maxDestinations + 10 {
		d.of(far{addr: numbered(203, i)})
	}
	a, b := d.of(far{addr: numbered(204, 1)}), d.of(far{name: "x.example", addr: numbered(204, 2)})
	if n := len(d.list); n > maxDestinations+1 || a != b || a == first || a.name != "" || len(a.addresses()) > 0 {
		t.Errorf("%d destinations, those beyond are %+v and %+v", n, a, b)
	}
}

// TestTooManyAddresses has a device and a far end with more addresses than are
// listed: what is left out is counted.
func TestTooManyAddresses(t *testing.T) {
	d, ends := newDevices([]*device.File{{Addresses: []string{"02:00:5e:10:7a:c4"}}}), newDestinations()
	for i := range maxAddresses + 5 {
		f := &pipeline.FlowInfo{
			Key:    flow.Key{Src: packet.AddrFrom(numbered(10, i)), Dst: packet.AddrFrom(numbered(203, i))},
			SrcMAC: [6]byte{2, 0, 0x5e, 0x10, 0x7a, 0xc4}, HasMAC: true,
		}
		d.of(f)
		ends.of(far{name: "x.example", addr: numbered(203, i)})
	}
	if n, m := len(d.records()[0].Addresses), len(ends.list[0].addresses()); n != maxAddresses+1 || m != maxAddresses {
		t.Errorf("%d addresses of the device, %d of the far end", n, m)
	}
	if d.unlisted != 5 || ends.unlisted != 5 {
		t.Errorf("%d and %d flows are counted", d.unlisted, ends.unlisted)
	}
}

// TestLongPaths: a long path is cut between its parts.
func TestLongPaths(t *testing.T) {
	m := &pipeline.Message{HTTP: &telltale.HTTPMessage{
		Method: telltale.NewText("GET"), URL: telltale.NewText("/a/" + strings.Repeat("0123456789", 400)),
	}}
	if got := template(m).Raw(); got != "GET /a/…" {
		t.Errorf("template %q", got)
	}
}

// TestSummaryBounds has more values and paths than the summary holds: what it
// leaves out is said.
func TestSummaryBounds(t *testing.T) {
	x, far := newSends(), &telltale.Destination{ID: "d1"}
	s := new(pipeline.Sighting)
	told := 0
	for i := range maxSends + 5 {
		tx := &telltale.Transmission{ID: fmt.Sprint("x", i), Template: telltale.NewText(fmt.Sprint("GET /", i))}
		if x.add(tx, s, nil, "", far, netip.Addr{}) {
			told++
		}
	}
	if told != maxSends || len(x.list) != maxSends {
		t.Errorf("%d sends told, %d kept, at most %d", told, len(x.list), maxSends)
	}
	ids := newIdentifiers()
	seen := &telltale.Sighting{Value: telltale.NewValue(telltale.Serial, "A1")}
	for i := range maxIdentifierDestinations + 1 {
		if ok := ids.add(seen, fmt.Sprint("d", i)); ok != (i < maxIdentifierDestinations) {
			t.Fatalf("destination %d: %v", i, ok)
		}
	}
	if id := ids.records()[0]; id.Count != maxIdentifierDestinations+1 {
		t.Errorf("counted %d sightings", id.Count)
	}
}

// TestLongValues: values are bounded by their bytes too.
func TestLongValues(t *testing.T) {
	const size = 4 << 10
	ids, tags := newIdentifiers(), &tags{byValue: map[telltale.Value]string{}}
	for i := range maxIdentifierBytes/size + 5 {
		v := telltale.NewValue(telltale.Credential, fmt.Sprintf("%0*d", size, i))
		ids.add(&telltale.Sighting{Value: v}, "d1")
		tags.of(v)
	}
	if n, most := len(ids.list), maxIdentifierBytes/size+1; n != most || len(tags.byValue) != most {
		t.Errorf("%d values and %d tags of %d bytes are held, want %d", n, len(tags.byValue), size, most)
	}
	short := telltale.NewValue(telltale.IMEI, "001012704839210")
	if !ids.add(&telltale.Sighting{Value: short}, "d1") || tags.of(short) == "t0" {
		t.Error("many tokens push out what a phone is known by")
	}
	again := telltale.NewValue(telltale.Credential, fmt.Sprintf("%0*d", size, 3))
	if ids.of(&telltale.Sighting{Value: again}) != "i4" || tags.of(again) != "t4" {
		t.Error("a value that is held is another one now")
	}
}

// TestFarEndSize: there are tens of thousands of far ends, and most see one flow.
func TestFarEndSize(t *testing.T) {
	if n := unsafe.Sizeof(farEnd{}); n > 112 {
		t.Errorf("a far end takes %d bytes", n)
	}
	d, dev := newDestinations(), &owner{file: undeclared}
	dev.alone = []*owner{dev}
	none := netip.IPv6Unspecified()
	for i := range 3 { // an address that is all zeros is one as well
		f := &pipeline.FlowInfo{Protection: telltale.Open, Start: telltale.Time(10 - i), End: 20}
		d.contact(f, true, far{addr: none}, "", dev)
	}
	e := d.list[0]
	if got := e.addresses(); len(got) != 1 || got[0] != none {
		t.Errorf("addresses %v", got)
	}
	if c := d.contacts(nil)[0]; c.Flows != 3 || c.First != 8 || c.Last != 20 || len(c.Times) != 3 || c.Times[0] != 8 || c.DestIP != none {
		t.Errorf("contact %+v", c)
	}
}

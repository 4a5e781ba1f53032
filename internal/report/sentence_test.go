package report

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// sentences are verdicts for one, two and many of everything.
var sentences = []struct {
	name   string
	change func(*Audit)
	want   string
}{
	{
		"one identifier, once", func(a *Audit) { only(a, "i1"); a.Sends[0].Count = 1 },
		"Your phone sent its SIM number to zzhc.vnet.cn once. Anyone on the way could read it.",
	},
	{
		"received only", func(a *Audit) { only(a, "i1"); a.Sends[0].Count, a.Sends[0].Received = 2, true },
		"Your phone received its SIM number from zzhc.vnet.cn twice. Anyone on the way could read it. Base64 is not encryption. It was not seen to send any.",
	},
	{
		"two, twice", func(a *Audit) { only(a, "i1", "i6"); a.Sends[0].Count = 2 },
		"Your phone sent its SIM number and its hardware address to zzhc.vnet.cn twice.",
	},
	{
		"both IMEIs", func(a *Audit) { only(a, "i3", "i4") },
		"Your phone sent both IMEIs to zzhc.vnet.cn 15 times.",
	},
	{
		"three kinds", func(a *Audit) { only(a, "i1", "i3", "i6") },
		"Your phone sent its SIM number, its IMEI and its hardware address to zzhc.vnet.cn 15 times.",
	},
	{
		"more than there is room for", func(a *Audit) { only(a, "i1", "i2", "i3", "i5", "i6") },
		"Your phone sent its SIM number, its IMEI, its subscriber number and 2 more identifiers to zzhc.vnet.cn 15 times.",
	},
	{
		"many", func(*Audit) {},
		"Your phone sent its SIM number, both IMEIs, its cell and 3 more to zzhc.vnet.cn 15 times.",
	},
	{
		"a model only, which is told once", func(a *Audit) { only(a, "i7"); a.Identifiers[6].Kind, a.Sends[0].Count = telltale.Model, 1 },
		"Your device sent its model to zzhc.vnet.cn at least once.",
	},
	{
		"a model beside an identifier", func(a *Audit) { only(a, "i1", "i7"); a.Identifiers[6].Kind = telltale.Model },
		"Your phone sent its SIM number to zzhc.vnet.cn 15 times.",
	},
	{
		"not a phone", func(a *Audit) { only(a, "i6"); a.Devices[0].Label = "Kitchen camera" },
		"Your camera sent its hardware address to zzhc.vnet.cn 15 times.",
	},
	{
		"two destinations", func(a *Audit) { only(a, "i1"); toOthers(a, "other.example") },
		"Your phone sent its SIM number to zzhc.vnet.cn and other.example 30 times.",
	},
	{
		"three destinations", func(a *Audit) { only(a, "i1"); toOthers(a, "other.example", "third.example") },
		"Your phone sent its SIM number to 3 destinations 45 times.",
	},
	{
		"two devices", func(a *Audit) { only(a, "i1", "i3", "i4"); a.Identifiers[2].Device = "d2" },
		"2 devices sent a SIM number and 2 IMEIs to zzhc.vnet.cn 15 times.",
	},
	{
		"two devices, one of each", func(a *Audit) { only(a, "i1", "i3"); a.Identifiers[2].Device = "d2" },
		"2 devices sent a SIM number and an IMEI to zzhc.vnet.cn 15 times.",
	},
	{
		"a device that is not known", func(a *Audit) { only(a, "i3", "i4"); nobody(a) },
		"A phone sent 2 IMEIs to zzhc.vnet.cn 15 times. Anyone on the way could read it. Base64 is not encryption. Probable, not certain:",
	},
	{
		"not in the device file", func(a *Audit) { only(a, "i7") },
		"Your phone sent its cell to zzhc.vnet.cn 15 times. Anyone on the way could read it. Base64 is not encryption. Probable, not certain: known by their form and the names beside them; not in the device file.",
	},
	{
		"on the own network", func(a *Audit) { only(a, "i6"); a.Sends[0].ReadableBy = telltale.LocalNetwork },
		"Your device sent its hardware address to zzhc.vnet.cn 15 times. Anyone on the same network could read it.",
	},
	{
		"sealed", func(a *Audit) { only(a, "i1"); a.Sends[0].ReadableBy = telltale.DestinationOnly },
		"Your phone sent its SIM number to zzhc.vnet.cn 15 times. It was sealed: on the way, nobody without the key could read it.",
	},
	{
		"possible only", func(a *Audit) { only(a, "i1"); a.Identifiers[0].Level = telltale.Possible },
		"No identifier is certain. 1 value may be an identifier of a device. That is neither proof",
	},
	{
		"a possible one beside a sure one", func(a *Audit) { only(a, "i1", "i3"); a.Identifiers[2].Level = telltale.Possible },
		"Your phone sent its SIM number to zzhc.vnet.cn 15 times.",
	},
}

// TestSentence reads the verdict aloud.
func TestSentence(t *testing.T) {
	for _, c := range sentences {
		a := incident()
		c.change(a)
		text := strings.Join(strings.Fields(render(t, a, Style{Width: 100})), " ")
		if !strings.Contains(text, c.want) {
			t.Errorf("%s: want %q in\n%.500s", c.name, c.want, text)
		}
	}
}

// only keeps those identifiers in the audit and in its send.
func only(a *Audit, ids ...string) {
	a.Sends[0].Identifiers = ids
	for i := range a.Identifiers {
		if !slices.Contains(ids, a.Identifiers[i].ID) {
			a.Identifiers[i].Level = telltale.Hidden
		}
	}
}

func toOthers(a *Audit, names ...string) {
	for _, name := range names {
		s := a.Sends[0]
		s.Destination = telltale.NewText(name)
		a.Sends = append(a.Sends, s)
	}
}

// nobody takes the device file away.
func nobody(a *Audit) {
	a.Info.Options.Devices = nil
	a.Devices = []telltale.Device{{ID: "d1", How: "unknown"}}
	for i := range a.Identifiers {
		if a.Identifiers[i].Level == telltale.Confirmed {
			a.Identifiers[i].Level = telltale.Probable
		}
	}
}

// addrs are of a router, of neighbours' multicast and of a printer.
var addrs = []netip.Addr{netip.MustParseAddr("192.168.7.1"), netip.MustParseAddr("224.0.0.251"), netip.MustParseAddr("fd00:7::9")}

// TestOwnNetwork holds that look-ups and neighbours stand apart: a line each,
// never the signal, and no row of the raster.
func TestOwnNetwork(t *testing.T) {
	a := incident()
	for i, app := range []string{"dns", "mdns", "http"} {
		c := a.Contacts[1]
		c.Name, c.AppProto, c.DestIP = telltale.Text{}, app, addrs[i]
		a.Contacts = append(a.Contacts, c)
	}
	a.Contacts = slices.DeleteFunc(a.Contacts, func(c Contact) bool { return c.Protection == telltale.Open && !c.Name.IsZero() })
	text := render(t, a, Style{Width: 100, Color: true})
	for _, want := range []string{"Name look-ups, no identifier seen", "Own network, no identifier seen", "2 neighbours"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if n := strings.Count(text, "192.168.7.1"); n != 1 {
		t.Errorf("the router stands %d times:\n%s", n, text)
	}
	for line := range strings.Lines(text) {
		if (strings.Contains(line, "look-ups") || strings.Contains(line, "own network")) && strings.Contains(line, "35m") {
			t.Errorf("the own network in the signal's colour: %q", line)
		}
	}
}

// What is sent to a group goes to no far end, but to everyone in the network.
func TestSentToEveryone(t *testing.T) {
	for ip, group := range map[string]bool{"255.255.255.255": true, "224.0.0.251": true, "ff02::fb": true, "192.0.2.15": false} {
		a := incident()
		a.Sends[0].Destination, a.Sends[0].DestIP = telltale.Text{}, netip.MustParseAddr(ip)
		say := Findings(a, telltale.NewMasker(false))[0].Sentence
		if strings.Contains(say, " to everyone in the network 15 times") != group {
			t.Errorf("%s: %s", ip, say)
		}
	}
}

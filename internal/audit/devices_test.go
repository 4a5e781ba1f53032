package audit_test

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/device"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/report"
)

const tabletMAC = "02:00:5e:10:7a:c5"

func itoa(n int) string { return strconv.Itoa(n) }

// TestDevices tells whose flow a flow is, and whether the device spoke, by
// what the capture and the device file give away.
func TestDevices(t *testing.T) {
	abroad := at("198.51.100.7", gateway[:]...)
	phone6, far6 := at("2001:db8:7::23", phone.MAC[:]...), at("2001:db8:113::10", gateway[:]...)
	for _, c := range []struct {
		name     string
		from, to lab.Host
		link     packet.Link
		declared []string
		how      string
		sentBy   string
	}{
		{"by its MAC in the network", phone, far, packet.LinkEthernet, nil, "lan_mac", "device"},
		{"called from outside", far, phone, packet.LinkEthernet, nil, "lan_mac", "peer"},
		{"by a declared MAC", phone, far, packet.LinkEthernet, []string{"02:00:5E:10:7A:C4"}, "declared", "device"},
		{"by a declared address", phone, far, packet.LinkRaw, []string{"192.168.7.23"}, "declared", "device"},
		{"by a declared address, called", far, phone, packet.LinkRaw, []string{"192.168.7.23"}, "declared", "peer"},
		{"declared with a public address", abroad, far, packet.LinkRaw, []string{"198.51.100.7"}, "declared", "device"},
		{"by the only private address", phone, far, packet.LinkRaw, nil, "only_private_address", "device"},
		{"the only private address, called", far, phone, packet.LinkRaw, nil, "only_private_address", "peer"},
		{"between strangers", abroad, far, packet.LinkEthernet, nil, "unknown", "unknown"},
		{"by its MAC, with a public address", phone6, far6, packet.LinkEthernet, nil, "lan_mac", "device"},
		{"to a neighbour", phone, tablet, packet.LinkEthernet, nil, "lan_mac", "device"},
	} {
		t.Run(c.name, func(t *testing.T) {
			caught := lab.NewCapture(1)
			sends(caught, 0, c.from, c.to, post("plant.example", "imei="+imei))
			o := audit.Options{Devices: []*device.File{owned(c.declared, imei)}}
			_, lines := listen(t, o, write(t, caught, c.link))
			dev, tx := ofType(lines, "device"), ofType(lines, "transmission")
			if len(dev) != 1 || dev[0].How != c.how {
				t.Fatalf("devices %+v, want one known by %s", dev, c.how)
			}
			if len(tx) != 1 || tx[0].SentBy != c.sentBy || tx[0].Device != dev[0].Device {
				t.Errorf("transmissions %+v, want one by %s", tx, c.sentBy)
			}
		})
	}
}

// TestMulticast has a phone call into a group: the phone is the device, and
// the local network can read it.
func TestMulticast(t *testing.T) {
	c := lab.NewCapture(1)
	c.Datagrams(begins, phone, group, 4000).Send(telltale.ToServer, []byte("\x01imei="+imei+" "))
	_, lines := listen(t, audit.Options{}, write(t, c, packet.LinkEthernet))
	tx := ofType(lines, "transmission")
	if len(tx) != 1 || tx[0].SentBy != "device" || tx[0].ReadableBy != "local_network" {
		t.Errorf("%+v", tx)
	}
}

// TestSeveralPrivate has two private addresses without hardware addresses:
// neither is told to be the device.
func TestSeveralPrivate(t *testing.T) {
	c := lab.NewCapture(1)
	sends(c, 0, phone, far, post("plant.example", "imei="+imei))
	sends(c, second, tablet, far, post("plant.example", "imei="+imei2))
	_, lines := listen(t, audit.Options{}, write(t, c, packet.LinkRaw))
	dev := ofType(lines, "device")
	if len(dev) != 2 || dev[0].How != "unknown" || dev[1].How != "unknown" {
		t.Errorf("%+v", dev)
	}
}

// TestLabel has the device that sends an IMEI of the device file be the one
// that the file declares, and no other.
func TestLabel(t *testing.T) {
	c := lab.NewCapture(1)
	sends(c, 0, phone, far, post("plant.example", "imei="+imei))
	sends(c, second, tablet, far, post("plant.example", "hello"))
	_, lines := listen(t, audit.Options{Devices: []*device.File{owned(nil, imei)}, Everyone: true}, write(t, c, packet.LinkEthernet))
	dev := ofType(lines, "device")
	if len(dev) != 2 || dev[0].Label != "my phone" || dev[1].Label != "" {
		t.Errorf("%+v", dev)
	}
}

// TestStrangersAreCounted has a tablet that no device file declares send an IMEI
// beside the phone that one does, to a far end of its own and to the phone's: of
// the tablet nothing is told but counts. Without the phone, or a device file, or if
// asked to, all is told.
func TestStrangersAreCounted(t *testing.T) {
	both, alone := lab.NewCapture(1), lab.NewCapture(1)
	for i, c := range []*lab.Capture{both, alone} {
		if i == 0 {
			sends(c, 0, phone, far, post("plant.example", "imei="+imei))
		}
		sends(c, second, tablet, far, post("plant.example", "imei="+imei2+"&iccid=89999001234567890125"))
		sends(c, 2*second, tablet, router, post("theirs.example", "hello"))
	}
	mine := []*device.File{owned([]string{"02:00:5e:10:7a:c4"}, imei)}
	for name, x := range map[string]struct {
		caught *lab.Capture
		how    audit.Options
		counts string // of undeclared devices, flows, sightings, destinations
	}{
		"beside the phone": {both, audit.Options{Devices: mine}, "1 2 2 1"},
		"by its number":    {both, audit.Options{Devices: []*device.File{owned(nil, imei)}}, "1 2 2 1"},
		"asked for":        {both, audit.Options{Devices: mine, Everyone: true}, "0 0 0 0"},
		"alone":            {alone, audit.Options{Devices: mine}, "0 0 0 0"},
		"no device file":   {both, audit.Options{}, "0 0 0 0"},
	} {
		x.how.Reveal = true
		result, raw := listenRaw(t, x.how, write(t, x.caught, packet.LinkEthernet))
		told := string(bytes.Join(raw, nil))
		page := new(bytes.Buffer)
		if err := report.HTML(page, result.Report, result.Masker); err != nil {
			t.Fatal(err)
		}
		hidden := x.counts != "0 0 0 0"
		for what, trace := range map[string]string{
			"its IMEI": imei2, "its far end": "theirs.example", "its hardware address": tabletMAC, "its address": tablet.Addr.String(),
		} {
			if strings.Contains(told, trace) == hidden {
				t.Errorf("%s: %s in the records: %t", name, what, !hidden)
			}
			if hidden && strings.Contains(page.String(), trace) {
				t.Errorf("%s: %s stands on the page", name, what)
			}
		}
		n := map[string]int64{}
		for _, s := range result.Report.Coverage.Suppressed {
			n[s.Rule] = s.Count
		}
		got := fmt.Sprint(n["undeclared_devices"], n["undeclared_flows"], n["undeclared_sightings"], n["undeclared_destinations"])
		if got != x.counts {
			t.Errorf("%s: counted %s, want %s", name, got, x.counts)
		}
		if contacts := result.Report.Contacts; hidden && (len(contacts) != 1 || contacts[0].Flows != 1 || len(result.Report.Sends) != 1) {
			t.Errorf("%s: %d contacts, %d sends, want the phone's", name, len(contacts), len(result.Report.Sends))
		}
	}
}

// TestContactsOfSeveral adds up what several devices did at one far end, in the
// order of their flows.
func TestContactsOfSeveral(t *testing.T) {
	c := lab.NewCapture(1)
	sends(c, 2*second, phone, far, post("plant.example", "imei="+imei))
	sends(c, 0, tablet, far, post("plant.example", "hello"))
	sends(c, 4*second, tablet, far, post("plant.example", "hello"))
	file := write(t, c, packet.LinkEthernet)
	one, _ := listen(t, audit.Options{}, file)
	several, _ := listen(t, audit.Options{Devices: []*device.File{owned(nil, imei), owned([]string{tabletMAC})}}, file)
	if a, b := fmt.Sprint(one.Report.Contacts), fmt.Sprint(several.Report.Contacts); a != b || len(one.Report.Contacts) != 1 {
		t.Errorf("%s\nwant %s", b, a)
	}
}

package audit_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/device"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
)

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
	_, lines := listen(t, audit.Options{Devices: []*device.File{owned(nil, imei)}}, write(t, c, packet.LinkEthernet))
	dev := ofType(lines, "device")
	if len(dev) != 2 || dev[0].Label != "my phone" || dev[1].Label != "" {
		t.Errorf("%+v", dev)
	}
}

// TestStrangersAreCounted has a tablet that no device file declares send an IMEI
// beside the phone that one does: its IMEI is counted and told nowhere; without
// the phone, or a device file, it is told.
func TestStrangersAreCounted(t *testing.T) {
	both, alone := lab.NewCapture(1), lab.NewCapture(1)
	for i, c := range []*lab.Capture{both, alone} {
		if i == 0 {
			sends(c, 0, phone, far, post("plant.example", "imei="+imei))
		}
		sends(c, second, tablet, far, post("plant.example", "imei="+imei2+"&iccid=89999001234567890125"))
	}
	mine := []*device.File{owned([]string{"02:00:5e:10:7a:c4"}, imei)}
	for name, x := range map[string]struct {
		caught *lab.Capture
		files  []*device.File
		told   bool
	}{
		"beside the phone": {both, mine, false},
		"alone":            {alone, mine, true},
		"no device file":   {both, nil, true},
	} {
		result, raw := listenRaw(t, audit.Options{Devices: x.files, Reveal: true}, write(t, x.caught, packet.LinkEthernet))
		told := false
		for _, l := range raw {
			told = told || strings.Contains(string(l), imei2)
		}
		for _, id := range result.Report.Identifiers {
			told = told || id.Value.Raw() == imei2
		}
		var counts int64
		for _, s := range result.Report.Coverage.Suppressed {
			if s.Rule == "undeclared_devices" {
				counts += s.Count
			}
		}
		if told != x.told || (counts == 2) == x.told {
			t.Errorf("%s: told %t, want %t; %d counted", name, told, x.told, counts)
		}
		if name == "beside the phone" && len(result.Report.Sends) != 1 {
			t.Errorf("%d sends, want the phone's", len(result.Report.Sends))
		}
	}
}

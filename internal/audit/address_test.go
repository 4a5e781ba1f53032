package audit_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/device"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
)

// Addresses of a provider's (made up: in a block that nobody has) and of a far
// end, both such as leave the local network.
var (
	built    = at("2a00:ffff:1:2:0:5eff:fe10:7ac4", 2, 0, 0x5e, 0x10, 0x7a, 0xc4)
	made     = at("2a00:ffff:1:2:1234:5678:9abc:def0", 2, 0, 0x5e, 0x10, 0x7a, 0xc4)
	link     = at("fe80::5eff:fe10:7ac4", 2, 0, 0x5e, 0x10, 0x7a, 0xc4)
	abroad   = at("2a00:fffe::10", gateway[:]...)
	abroad2  = at("2a00:fffe::11", gateway[:]...)
	everyone = at("ff02::1", 0x33, 0x33, 0, 0, 0, 1)
)

// TestOwnAddress has an address that holds the hardware address be told, once
// to each far end, where it leaves the local network.
func TestOwnAddress(t *testing.T) {
	declared, err := device.Parse("phone.yaml", []byte("label: phone\nmac: 02:00:5e:10:7a:c4\n"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		from lab.Host
		to   []lab.Host
		o    audit.Options
		want string
	}{
		"built from it":     {built, []lab.Host{abroad, abroad, abroad2}, audit.Options{}, "probable 2a00:ffff:1:2:0:5eff:fe··:····, probable 2a00:ffff:1:2:0:5eff:fe··:····"},
		"declared":          {built, []lab.Host{abroad}, audit.Options{Devices: []*device.File{declared}}, "confirmed 2a00:ffff:1:2:0:5eff:fe··:····"},
		"made up":           {made, []lab.Host{abroad}, audit.Options{}, ""},
		"of the link":       {link, []lab.Host{abroad}, audit.Options{}, ""},
		"to all neighbours": {built, []lab.Host{everyone}, audit.Options{}, ""},
	} {
		capture := lab.NewCapture(1)
		for i, h := range c.to {
			capture.Datagrams(begins+int64(i)*second, c.from, h, 9999).Send(0, []byte("x"))
		}
		_, lines := listen(t, c.o, write(t, capture, packet.LinkEthernet))
		var got []string
		for _, s := range ofType(lines, "sighting") {
			got = append(got, fmt.Sprint(s.Level, " ", s.Value))
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %s, want %s", name, s, c.want)
		}
	}
}

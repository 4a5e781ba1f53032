package lab

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// TestRequests holds the requests of the other clients to what public sources
// say of them.
func TestRequests(t *testing.T) {
	for client, c := range map[string]struct {
		head  []string
		lines bool // Base64 is cut at 76 letters
		json  []string
	}{
		"qc2014":  {[]string{"Content-Type: application/encrypted-json"}, true, []string{`"REGVER":"1.0"`, `"MEID":"001012704839210"`, `"SID":"0"`}},
		"qc2017":  {[]string{"User-Agent: Apache-HttpClient/UNAVAILABLE (java 1.4)"}, true, []string{`"REGVER":"5.0"`, `"IMEI2":"001012704839392"`}},
		"mtk":     {[]string{"Content-type:application/encrypted-json"}, true, []string{`"UETYPE":1`, `"SIM1CELLID":56260609`, `EX2.V1.3\/user`}},
		"samsung": {[]string{"Dalvik/2.1.0 (Linux; U; Android 8.0.0; EX-G9000 Build/R16NW)"}, true, []string{`"MEID":"LABK7P4839201765"`, `02:00:5E:10:7A:C4`, `111111111111111`}},
		"kaios":   {[]string{"KAIOS/"}, false, []string{`"REGVER":"8.0"`, `"MEID":"00000000000000"`}},
		"nordic":  {[]string{"User-Agent: zzhc/1.0.0", "Host: zzhc.vnet.cn:9999"}, false, []string{`"SIM1ICCID":"8999900123456789012"`, `"MEID":"001012704839210"`}},
		"xinyi":   {[]string{"X-forwarded-for: 117.61.5.70"}, false, []string{`"UETYPE":"23"`}},
		"robot":   {[]string{"Host: zzhc.vnet.cn:9998"}, false, []string{`"REGVER":"7.0"`, "}\x00"}},
	} {
		s := incident(t, Options{Client: client, Seed: 1, Boots: 1})
		var request []byte
		for _, b := range streams(t, s.Packets) {
			if bytes.HasPrefix(b, []byte("POST / ")) {
				request = b
			}
		}
		head, body, _ := strings.Cut(string(request), "\r\n\r\n")
		for _, want := range c.head {
			if !strings.Contains(head, want) {
				t.Errorf("%s: no %q in %q", client, want, head)
			}
		}
		if cut := strings.Contains(body, "\n"); cut != c.lines {
			t.Errorf("%s: lines %t in %q", client, cut, body)
		}
		text, err := base64.StdEncoding.DecodeString(body)
		if err != nil {
			t.Errorf("%s: %v", client, err)
		}
		for _, want := range c.json {
			if !bytes.Contains(text, []byte(want)) {
				t.Errorf("%s: no %q in %q", client, want, text)
			}
		}
	}
}

// TestFallback holds that the client with an address written into it asks for no
// name, by IPv6 neither, with a positive control.
func TestFallback(t *testing.T) {
	host := []byte("\x04zzhc\x04vnet\x02cn")
	for client, asks := range map[string]bool{"xinyi": false, "nordic": true} {
		for addr, v6 := range map[string]bool{"42.99.2.15": false, "64:ff9b::2a63:20f": true} {
			s := incident(t, Options{Client: client, Seed: 1, Boots: 1, IPv6: v6})
			asked := false
			for _, p := range s.Packets {
				asked = asked || bytes.Contains(p.Data, host)
			}
			if asked != asks || len(s.Truth.Sends) == 0 || (s.Truth.Sends[0].Destination == addr) == asks {
				t.Errorf("%s: the name is asked for: %t; %d sends, to %s", client, asked, len(s.Truth.Sends), s.Truth.Sends[0].Destination)
			}
		}
	}
}

// TestServerModes holds that a client stops once the server is content, and
// goes on otherwise.
func TestServerModes(t *testing.T) {
	for _, client := range []*Client{&qc2014, &qc2017, &qc2018, &mtk, &samsung, &kaios, &nordic, &xinyi, &coap} {
		for _, server := range Servers() {
			sends := incident(t, Options{Client: client.Name, Server: server}).Truth.Sends
			if n := len(sends); n == 0 || (n == 1) != (server == "success") {
				t.Errorf("%s, %s: %d sends", client.Name, server, n)
			}
			for i, s := range sends {
				if s.Response != servers[server].answer || i > 0 && s.Time < sends[i-1].Time {
					t.Errorf("%s, %s: send %d of %d is answered %q at %d", client.Name, server, i, len(sends), s.Response, s.Time)
				}
			}
		}
	}
}

// TestSiblingsTell holds that a sibling tells something, unless all it says is
// sealed, and that what the truth names is in the device file.
func TestSiblingsTell(t *testing.T) {
	for _, c := range Siblings {
		s := incident(t, short(Options{Client: c.Name, Seed: 2}))
		silent := c.Name == "adups" || c.Name == "oneplus" || c.Name == "xiaomi" || c.Name == "telemetry" || c.Name == "supl"
		if (len(s.Truth.Sends) == 0) != silent {
			t.Errorf("%s: %d sends", c.Name, len(s.Truth.Sends))
		}
		for _, send := range s.Truth.Sends {
			for _, sg := range send.Sightings {
				known := false
				for _, v := range s.Device.Values {
					known = known || v == telltale.NewValue(sg.Kind, sg.Value)
				}
				if !known || len(sg.Packets) == 0 {
					t.Errorf("%s: %s is not in the device file, or in no packet", c.Name, sg.Field)
				}
			}
		}
	}
}

package report

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/telltale-audit/telltale"
)

// All identifiers, names and addresses here are made up.

func at(clock string) telltale.Time {
	t, err := time.Parse("2006-01-02 15:04:05", "2026-11-14 "+clock)
	if err != nil {
		panic(err)
	}
	return telltale.Time(t.UnixNano())
}

func every(start string, step time.Duration, n int) []telltale.Time {
	var out []telltale.Time
	for i := range n {
		out = append(out, at(start)+telltale.Time(step)*telltale.Time(i))
	}
	return out
}

// origins are what number plans tell of made-up identifiers.
var origins = map[telltale.Kind]string{
	telltale.ICCID: "issued in Norway", telltale.IMSI: "network Telenor, Norway", telltale.MAC: "made up by the device or its network",
}

func identifier(n int, k telltale.Kind, raw string, level telltale.Level) telltale.Identifier {
	return telltale.Identifier{
		ID: fmt.Sprintf("i%d", n), Device: "d1", Origin: origins[k], Kind: k, Value: telltale.NewValue(k, raw), Tag: fmt.Sprintf("t%d", n),
		Level: level, Confidence: 0.999, Count: 15, First: at("09:01:12"), Last: at("12:31:12"),
	}
}

// incident is an audit like that of the phone of 2019.
func incident() *Audit {
	return &Audit{
		Info:    telltale.Audit{Version: "0.1", Inputs: []string{"nokia-7-plus.pcapng"}, Options: telltale.Options{Devices: []string{"nokia.yaml"}}},
		Inputs:  []telltale.Input{{Input: 1, Name: "nokia-7-plus.pcapng", Size: 31402118, Format: "pcapng", Packets: 48212}},
		Devices: []telltale.Device{{ID: "d1", Label: "Nokia 7 Plus", How: "declared", Facts: map[string]string{"build": "00WW_3_22C"}}},
		Identifiers: []telltale.Identifier{
			identifier(1, telltale.ICCID, "89999001234567890125", telltale.Confirmed),
			identifier(2, telltale.IMSI, "001010123456789", telltale.Confirmed),
			identifier(3, telltale.IMEI, "001012704839210", telltale.Confirmed),
			identifier(4, telltale.IMEI, "001012704839392", telltale.Confirmed),
			identifier(5, telltale.MEID, "A0000049D1C3E7", telltale.Confirmed),
			identifier(6, telltale.MAC, "02:00:5e:10:7a:c4", telltale.Confirmed),
			identifier(7, telltale.Cell, "56260609", telltale.Probable),
		},
		Destinations: []telltale.Destination{claimedEnd()},
		Sends:        []Send{incidentSend()},
		Contacts:     incidentContacts(),
		Exhibit:      incidentExhibit(),
		Coverage: telltale.Coverage{
			Packets:  telltale.PacketCoverage{In: 48212, Decoded: 48212},
			Payload:  telltale.PayloadCoverage{In: 31402118, Scanned: 2871406, Opaque: map[string]int64{"quic": 8530712, "tls": 20000000}},
			Complete: true, Verdict: telltale.Findings,
		},
		Start: at("09:00:00"), End: at("12:40:00"), Packets: 48212, Bytes: 31402118,
	}
}

// claimedEnd is the far end of the incident, with claims of every sort.
func claimedEnd() telltale.Destination {
	d := telltale.Destination{
		ID: "d1", Name: telltale.NewText("zzhc.vnet.cn"), Domain: telltale.NewText("vnet.cn"), DestIP: []netip.Addr{netip.MustParseAddr("192.0.2.15")},
	}
	for _, c := range [][4]string{
		{"organisation", "China Telecom (state-owned operator)", "a newspaper", "2019-03-21"},
		{"organisation", "HMD Global", "one site, which gives this as the maker's word", "2019-03"},
		{"registrant", "the registry itself, as contact", "a look-up of the registry", "2019-03"},
		{"category", "self-registration of phones", "two owners", "2019-03-21"},
		{"tracker", "measurement of use", "a list", "2026"},
		{"served_via", "edge.cdn.example", "DNS, in this capture", ""},
		{"asn", "AS64500", "a table of networks", "2026-06-17"},
		{"as_organisation", "Example Telecom", "a table of networks", "2026-06-17"},
		{"country_address", "CN", "a table of addresses", "2026-06-17"},
		{"country_operator", "HK", "a table of operators", "2026-06-17"},
		{"country_registrant", "CN", "the registry", "2019-03"},
	} {
		d.Claims = append(d.Claims, telltale.Claim{
			Subject: d.Domain, Predicate: c[0], Object: telltale.NewText(c[1]), Source: c[2], Date: c[3], Confidence: 0.5,
		})
	}
	return d
}

func incidentSend() Send {
	return Send{
		Destination: telltale.NewText("zzhc.vnet.cn"), DestIP: netip.MustParseAddr("192.0.2.15"), Device: "d1",
		Kinds:       []telltale.Kind{telltale.ICCID, telltale.IMSI, telltale.IMEI, telltale.MEID, telltale.MAC, telltale.Cell},
		Identifiers: []string{"i1", "i2", "i3", "i4", "i5", "i6", "i7"},
		Count:       15, First: at("09:01:12"), Last: at("12:31:12"), Times: every("09:01:12", 15*time.Minute, 15),
		Protection: telltale.Open, ReadableBy: telltale.AnyoneOnPath, Level: telltale.Confirmed,
		Forms: []string{"base64>json"}, Answered: "response",
		Response: telltale.NewText(`200 {"resultCode":"1","resultDesc":"Check error"}`),
		Packets:  telltale.Packets{21904, 21905}, FlowID: "1-21899",
	}
}

func incidentContacts() []Contact {
	contact := func(name, app string, n int, p telltale.Protection, step time.Duration, sent, received int64) Contact {
		return Contact{
			Name: telltale.NewText(name), DestIP: netip.MustParseAddr("198.51.100.7"), AppProto: app, Flows: int64(n),
			Sent: sent, Received: received, Protection: p, First: at("09:00:30"), Last: at("12:30:00"), Times: every("09:00:30", step, n),
		}
	}
	return []Contact{
		contact("zzhc.vnet.cn", "http", 15, telltale.Open, 15*time.Minute, 17190, 9210),
		contact("connect.example", "http", 15, telltale.Open, 15*time.Minute, 5600, 4210),
		contact("push.example", "tls", 25, telltale.Sealed, 8*time.Minute, 1204998, 8530712),
		contact("apps.example", "quic", 29, telltale.Sealed, 7*time.Minute, 304998, 18530712),
		contact("weather.example", "tls", 4, telltale.Sealed, 52*time.Minute, 80998, 1200500),
	}
}

func incidentExhibit() *Exhibit {
	wire := "IlNJTTFJQ0NJRCI6Ijg5OTk5MDAxMjM0NTY3ODkwMTI1IiwiTUVJRCI6I"
	decoded := `"SIM1ICCID":"89999001234567890125","MEID":"`
	wireMark := telltale.Range{Start: 17, End: 45}
	value := telltale.NewValue(telltale.ICCID, "89999001234567890125")
	decodedMark := telltale.Range{Start: 13, End: 33}
	return &Exhibit{
		Input: 1, Packets: telltale.Packets{21904, 21905}, FlowID: "1-21899", Message: 10, Of: 15, Kind: telltale.ICCID,
		Wire: telltale.Excerpt{
			Data: []byte(wire), Mark: wireMark, Value: value, Encoded: true,
			Blank: []telltale.Range{{Start: 26, End: 45}},
		},
		Decoded:  telltale.Excerpt{Data: []byte(decoded), Mark: decodedMark, Value: value, Blank: []telltale.Range{decodedMark}},
		Chain:    telltale.NewText("http.body > base64 (line feed every 76) > json > $.SIM1ICCID"),
		Response: telltale.NewText(`200 {"resultCode":"1","resultDesc":"Check error"}`),
	}
}

// unknownDevice is the incident without a device file: nothing is confirmed.
func unknownDevice() *Audit {
	a := incident()
	a.Info.Options.Devices = nil
	a.Devices = []telltale.Device{{ID: "d1", How: "only_private_address"}}
	for i := range a.Identifiers {
		a.Identifiers[i].Level = telltale.Probable
	}
	a.Identifiers[4].Level = telltale.Possible
	a.Identifiers[6].Level = telltale.Possible
	return a
}

func simulated() *Audit {
	a := incident()
	a.Info.Simulated = true
	return a
}

// nothingSeen is the common case.
func nothingSeen() *Audit {
	a := incident()
	a.Sends, a.Identifiers, a.Exhibit = nil, nil, nil
	a.Contacts = a.Contacts[1:]
	a.Coverage.Verdict = telltale.NothingSeen
	a.Joins = 15
	return a
}

// onlyPerhaps has values that are possible and no more.
func onlyPerhaps() *Audit {
	a := unknownDevice()
	for i := range a.Identifiers {
		a.Identifiers[i].Level = telltale.Possible
	}
	a.Exhibit = nil
	a.Coverage.Verdict = telltale.NothingSeen
	return a
}

func inconclusive() *Audit {
	a := nothingSeen()
	a.Info.Options.Devices, a.Devices = nil, nil
	a.Inputs[0].Damage = []telltale.Damage{{Offset: 812, Reason: "block length"}}
	a.Coverage = telltale.Coverage{
		Packets:  telltale.PacketCoverage{In: 812, Decoded: 800, Undecodable: map[string]int64{"truncated": 9, "unsupported_link": 3}},
		Payload:  telltale.PayloadCoverage{In: 61402, Opaque: map[string]int64{"tls": 51402}, Skipped: map[telltale.SkipReason]int64{telltale.SkipCorruptBlock: 10000}},
		Missing:  telltale.Missing{Gap: 912, Snaplen: 12, Drops: map[string]int64{"interface": 4}},
		Complete: false, Verdict: telltale.Inconclusive,
	}
	a.Packets, a.Bytes = 812, 70120
	a.Contacts = a.Contacts[1:]
	return a
}

func empty() *Audit {
	return &Audit{
		Info:     telltale.Audit{Version: "0.1", Inputs: []string{"empty.pcap"}},
		Inputs:   []telltale.Input{{Input: 1, Name: "empty.pcap", Size: 24, Format: "pcap"}},
		Coverage: telltale.Coverage{Complete: true, Verdict: telltale.Inconclusive},
		Bytes:    24,
	}
}

// manyDestinations folds what a screen has no room for.
func manyDestinations() *Audit {
	a := incident()
	for i := range 12 {
		s := incidentSend()
		s.Destination = telltale.NewText(fmt.Sprintf("collector-%c.example", 'a'+i))
		s.Count, s.Identifiers = 12-i, s.Identifiers[:1+i%3]
		if i%4 == 3 {
			s.Protection, s.ReadableBy = telltale.Sealed, telltale.DestinationOnly
		}
		if i == 4 {
			s.Forms, s.ReadableBy = []string{"plain"}, telltale.LocalNetwork
		}
		a.Sends = append(a.Sends, s)
	}
	for i := range 14 {
		c := a.Contacts[2+i%3]
		c.Name = telltale.NewText(fmt.Sprintf("cdn-%c.example", 'a'+i))
		a.Contacts = append(a.Contacts, c)
	}
	for i := range 10 {
		a.Identifiers = append(a.Identifiers, identifier(20+i, telltale.AndroidID, fmt.Sprintf("9a%014x", i*7919), telltale.Probable))
		a.Sends[0].Identifiers = append(a.Sends[0].Identifiers, fmt.Sprintf("i%d", 20+i))
	}
	return a
}

// hostile has captured strings that attack the terminal, the reader or the
// layout.
func hostile() *Audit {
	a := incident()
	a.Sends[0].Destination = telltale.NewText("evil\x1b[2J\x1b]0;title\a\u202egnp.exe\u2066." + string(make([]byte, 300)) + "example\r\nVERDICT")
	a.Exhibit.Response = telltale.NewText("200 \x1b[31mred\x9b31m \xff\xfe e\u0301\u0301\u0301\u0301\u0301 漢字漢字 {\"a\":1}\n\n\t")
	a.Exhibit.Chain = telltale.NewText("http.body > json > $.\x1b[0m\u202eabc")
	a.Inputs[0].Name = "x'; rm -rf ~ #\x1b[2J.pcap"
	a.Devices[0].Label = "My\x1b[5m phone \u202e漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字"
	a.Info.Inputs = []string{"\x1b[2J.pcap"}
	a.Coverage.BlindSpots = []string{"\x1b[8mhidden", "a very long blind spot that goes on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on"}
	for i := range a.Contacts {
		a.Contacts[i].Name = telltale.NewText(fmt.Sprintf("\x1b[%dm漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字%d", i, i))
	}
	return a
}

package numbering

import (
	"strings"

	"github.com/telltale-audit/telltale"
)

// Origin says in a few words what an identifier tells by itself, from the
// plan that its digits follow: "network Telenor, Norway". It names no digit
// that a mask hides, and is "" where the plan tells nothing.
func Origin(k telltale.Kind, value string) string {
	switch k {
	case telltale.IMSI:
		return network(value)
	case telltale.ICCID:
		return card(value)
	case telltale.IMEI, telltale.IMEISV:
		return body(value)
	case telltale.MSISDN:
		country, _ := CallingCountry(strings.TrimPrefix(value, "+"))
		return country
	case telltale.MAC, telltale.BSSID:
		return hardware(value)
	}
	return ""
}

func network(imsi string) string {
	if MCC(imsi) == "TEST" {
		return "a test network"
	}
	brand, _ := Network(imsi)
	country := ""
	if letters := MCC(imsi); letters != "" && letters != "XX" {
		country = Country(letters)
	}
	switch {
	case brand == "" && country == "":
		return ""
	case brand == "":
		return "a network of " + country
	case country == "":
		return "network " + brand + ", of no one country"
	}
	return "network " + brand + ", " + country
}

func card(iccid string) string {
	if len(iccid) < 5 {
		return ""
	}
	if state, _ := CountryCode(iccid[2:]); state == CodeTest {
		return "a test range"
	}
	country, issuer := Issuer(iccid)
	switch {
	case country == "":
		return ""
	case issuer == "":
		return "issued in " + country
	}
	return "issued by " + issuer + ", " + country
}

// bodies name who gives out IMEIs that begin with two digits (GSMA TS.06).
var bodies = map[string]string{
	"01": "registered through CTIA and PTCRB, North America",
	"35": "registered through TÜV SÜD (BABT), Europe",
	"86": "registered through TAF, China",
	"91": "registered through MSAI, India",
	"99": "registered through the global body for phones of several systems",
}

func body(imei string) string {
	if ReportingBody(imei) == BodyTest {
		return "a test range"
	}
	return bodies[imei[:min(len(imei), 2)]]
}

func hardware(value string) string {
	m, ok := ParseMAC(value)
	switch {
	case !ok:
		return ""
	case m.Local():
		return "made up by the device or its network"
	case m.Maker() == "":
		return ""
	}
	return "made by " + m.Maker()
}

package detect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var mac = &Detector{
	Kind:  telltale.MAC,
	Judge: judgeMAC,
	Least: 12,
	Finds: []string{
		`{"MACID":"02:00:5e:10:7a:c4"}`,
		"mac=02-00-5E-10-7A-C4",
		`{"wifiMac":"00005e10AAc4"}`,
		"00:00:5e:10:7a:c4",
		"X-Mac: 0000.5e10.7ac4",
		`{"wifi":{"mac":"02:00:5e:10:7a:c4"}}`,
	},
	Ignores: []string{
		"00005e107ac4", // any 12 hexadecimal digits
		`{"mac":"02:00:00:00:00:00"}`,
		`{"mac":"01:00:5e:00:00:fb"}`, // a group, not a station
		`{"mac":"ff:ff:ff:ff:ff:ff"}`,
		"00:00:5e:10:7a:c4:11:22",              // a fingerprint
		"550e8400-e29b-41d4-a716-446655440000", // a UUID
		`{"bssid":"none"}`,
		"2026-11-22 02:43:14",
	},
}

var bssid = &Detector{
	Kind:  telltale.BSSID,
	Judge: judgeBSSID,
	Least: 12,
	ByKey: true,
	Finds: []string{
		`{"bssid":"00:00:5e:10:7a:c4"}`,
		"wifi_bssid=02-00-5E-10-7A-C4&ssid=home",
		`{"wifiAccessPoints":[{"macAddress":"00:00:5e:10:7a:c4","signalStrength":-65}]}`,
		`{"wifi_networks":[{"mac":"00:00:5e:10:7a:c4"}]}`,
	},
	Ignores: []string{
		"00:00:5e:10:7a:c4",
		`{"bssid":"02:00:00:00:00:00"}`,
		`{"mac":"00:00:5e:10:7a:c4"}`,
	},
}

// judgeMAC reads six pairs of hexadecimal digits: with separators, or bare
// where a key names them (IEEE 802).
func judgeMAC(token []byte, keyed bool, r *Reading) bool {
	m, ok := numbering.ParseMAC(token)
	if !ok || m.Multicast() || m.Placeholder() || len(token) == 12 && !keyed {
		return false
	}
	*r = Reading{Value: m.String(), Prior: 0.01}
	if len(token) > 12 {
		r.shape("written as six pairs with separators", 100)
	}
	if m.Local() {
		r.note(noteLocal)
	} else {
		r.shape("has the bits of a maker's address", 4)
	}
	return true
}

// judgeBSSID reads the address of an access point, which only its key tells
// from a device's own.
func judgeBSSID(token []byte, keyed bool, r *Reading) bool {
	if !keyed {
		return false
	}
	return judgeMAC(token, keyed, r)
}

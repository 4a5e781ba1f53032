package detect

import (
	"bytes"
	"unicode/utf8"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var ssid = &Detector{
	Kind:  telltale.SSID,
	Judge: judgeSSID,
	Least: 2,
	ByKey: true,
	Finds: []string{
		`{"ssid":"Example Home"}`,
		"wifi_ssid=ExampleHome5G&x=1",
	},
	Ignores: []string{
		"Example Home",
		`{"ssid":"<unknown ssid>"}`,
		`{"ssid":"unknown"}`,
		`{"ssid":"null"}`,
		`{"ssid":""}`,
		`{"ssid":"----"}`,
		`{"bssid":"Example Home"}`,
	},
}

// judgeSSID reads the name of a Wi-Fi network: up to 32 bytes of any text (IEEE
// 802.11, 9.4.2.2), which a key names. What is still encoded is none.
func judgeSSID(token []byte, keyed bool, r *Reading) bool {
	if !keyed || len(token) > 32 || numbering.AllEqual(token) || !utf8.Valid(token) || bytes.ContainsAny(token, "%<=\"") || placeholderName(token) {
		return false
	}
	*r = Reading{Value: string(token), Prior: 0.02}
	return true
}

// placeholderName reports whether a name says that there is none.
func placeholderName(token []byte) bool {
	for _, name := range []string{"unknown", "null", "none", "nil", "undefined", "true", "false", "N/A", "unknown ssid", "<unknown ssid>", "0x"} {
		if bytes.EqualFold(token, []byte(name)) {
			return true
		}
	}
	return false
}

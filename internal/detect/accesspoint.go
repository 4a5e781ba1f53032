package detect

import (
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
)

// accessPoints are how lists of the access points in reach are called, in small letters
// and without separators: wifiAccessPoints in the reference of Google's geolocation, the
// others as services of that sort and programs that scan are commonly known to have it.
// Their entries call an address mac or macAddress, as others call a phone's own.
var accessPoints = []string{
	"wifiaccesspoints", "accesspoints", "wifi", "wifis", "wlan", "wlans", "wifinetworks", "wifilist", "aplist", "aps", "wifiscan", "wifiscans", "wifiscanresults", "scanresults",
	"nearbywifi", "nearbywifis", "neighborwifi", "hotspots",
}

// listsAccessPoints reports whether the way to a value goes through such a list.
func listsAccessPoints(path string) bool {
	for part := range strings.SplitSeq(path, ".") {
		if name, _, list := strings.Cut(part, "["); list && name != "" {
			if slices.Contains(accessPoints, noSeparators.Replace(strings.ToLower(name))) {
				return true
			}
		}
	}
	return false
}

var noSeparators = strings.NewReplacer("_", "", "-", "")

// isAccessPoint makes c, an address, that of an access point.
func (c *candidate) isAccessPoint() {
	c.hit.Kind = telltale.BSSID
	clue := Clue{Format: "stands in a list of access points", LR: lrKey}
	for i := range c.why[:c.whys] {
		if c.why[i].About[0] == string(telltale.MAC) {
			c.why[i], c.lr[groupKey] = clue, clue.LR
			return
		}
	}
	c.take(groupKey, clue)
}

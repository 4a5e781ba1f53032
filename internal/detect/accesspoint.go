package detect

import (
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
)

// accessPoints are how lists of the access points in reach are called, in small letters
// and without separators, as services that tell a place by them take these (the
// geolocation services of Google, Mozilla, Yandex and HERE, by their references). Their
// entries call an address mac or macAddress, as others call a phone's own.
var accessPoints = []string{
	"wifiaccesspoints", "accesspoints", "wifi", "wifis", "wlan", "wlans", "wifinetworks", "wifilist", "aplist", "aps", "wifiscan", "wifiscans", "wifiscanresults", "scanresults",
	"nearbywifi", "nearbywifis", "neighborwifi", "hotspots",
}

// listsAccessPoints reports whether the way to a value goes through such a list.
func listsAccessPoints(path string) bool {
	for part := range strings.SplitSeq(path, ".") {
		if name, _, list := strings.Cut(part, "["); list && name != "" {
			plain := strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name))
			if slices.Contains(accessPoints, plain) {
				return true
			}
		}
	}
	return false
}

// isAccessPoint makes c, an address, that of an access point.
func (c *candidate) isAccessPoint() {
	c.hit.Kind = telltale.BSSID
	clue := Clue{Format: "stands in a list of access points", LR: lrKey}
	for i := range c.why[:c.whys] {
		if c.why[i].About[0] == string(telltale.MAC) {
			c.why[i] = clue
			return
		}
	}
	c.take(groupKey, clue)
}

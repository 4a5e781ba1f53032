package dissect

import "github.com/telltale-audit/telltale/internal/wire"

// ntp reads how a clock is set (RFC 5905, section 7.3).
var ntp = datagrams("ntp", []uint16{123}, false, soundNTP, readNTP)

func soundNTP(b []byte) bool {
	version, mode := uint8(0), uint8(0)
	if len(b) >= 48 {
		version, mode = b[0]>>3&7, b[0]&7
	}
	return 1 <= version && version <= 4 && 1 <= mode && mode <= 5
}

func readNTP(c *wire.Cursor, x *spans) bool {
	b := c.Rest()
	if !soundNTP(b) {
		return false
	}
	x.fact("version", []byte{'0' + b[0]>>3&7})
	x.fact("mode", []byte([6]string{1: "active", 2: "passive", 3: "client", 4: "server", 5: "broadcast"}[b[0]&7]))
	return true
}

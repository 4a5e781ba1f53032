package dissect

import (
	"bytes"

	"github.com/telltale-audit/telltale/internal/wire"
)

// ssdp reads how devices look for each other (UPnP Device Architecture 2.0,
// section 1): heads like those of HTTP.
var ssdp = datagrams("ssdp", []uint16{1900}, true, soundSSDP, readSSDP)

func soundSSDP(b []byte) bool {
	for _, start := range []string{"M-SEARCH * HTTP/1.", "NOTIFY * HTTP/1."} {
		if bytes.HasPrefix(b, []byte(start)) {
			return true
		}
	}
	return bytes.HasPrefix(b, []byte("HTTP/1.1 200 OK\r\n"))
}

func readSSDP(c *wire.Cursor, x *spans) bool {
	b := c.Rest()
	line, fields, ok := bytes.Cut(b, []byte("\n"))
	if !ok || !soundSSDP(b) {
		return false
	}
	x.fact("line", trim(line))
	for len(fields) > 0 {
		var name, value []byte
		name, value, fields = nextField(fields)
		for _, known := range []string{"st", "nt", "nts", "usn", "server", "location", "user-agent", "cpfn.upnp.org"} {
			if isName(name, known) {
				x.fact(known, value)
			}
		}
	}
	return true
}

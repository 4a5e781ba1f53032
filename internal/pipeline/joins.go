package pipeline

import (
	"bytes"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/dissect"
)

// checks are what the URLs end with by which phones and computers find out, as they
// join a network, whether the internet is behind it: of Android, iOS, Windows,
// Firefox and NetworkManager.
var checks = [][]byte{
	[]byte("/generate_204"), []byte("/gen_204"), []byte("/hotspot-detect.html"), []byte("/connecttest.txt"), []byte("/ncsi.txt"),
	[]byte("/success.txt"), []byte("/nm"), []byte("/check_network_status.txt"),
}

// joins reports whether m is what a device sends as it joins a network: a question
// for an address, who it is, or a check for the internet.
func joins(m *dissect.Message) bool {
	switch {
	case m.Dir != telltale.ToServer:
		return false
	case m.HTTP == nil:
		return m.Proto == "dhcp" || m.Proto == "dhcpv6" || m.Proto == "eapol"
	case m.HTTP.Status != 0 || !bytes.Equal(m.HTTP.Method, []byte("GET")):
		return false
	}
	for _, c := range checks {
		if bytes.HasSuffix(m.HTTP.URL, c) {
			return true
		}
	}
	return false
}

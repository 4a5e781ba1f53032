package dissect

import (
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// packetOf is one datagram up, as bytes.
func packetOf(name string, of *Dissector, port uint16, b string) sample {
	return sample{name, of, port, []turn{up(b)}}
}

// dhcpPacket returns a message of a client with a made-up MAC address.
func dhcpPacket(options string) string {
	return "\x01\x01\x06\x00" + strings.Repeat("\x00", 24) + "\x02\x00\x5e\x10\x7a\xc4" + strings.Repeat("\x00", 202) + dhcpCookie + options
}

var datagramSamples = []sample{
	packetOf("DHCP request", dhcp, 67, dhcpPacket("\x35\x01\x03\x3d\x07\x01\x02\x00\x5e\x10\x7a\xc4\x32\x04\xc0\x00\x02\x0a\x0c\x08my-phone\x3c\x0fandroid-dhcp-14\x00\xff")),
	packetOf("DHCP renewal", dhcp, 67, strings.Replace(dhcpPacket("\x35\x01\x03\x0c\x08my-phone\xff"), "\x06\x00"+strings.Repeat("\x00", 24), "\x06\x00"+strings.Repeat("\x00", 8)+"\xc0\xa8\x07\x17"+strings.Repeat("\x00", 12), 1)),
	packetOf("DHCP that lies", dhcp, 67, dhcpPacket("\x0c\xffshort")),
	packetOf("DHCPv6", dhcpv6, 547, "\x01\x00\x00\x01\x00\x01\x00\x0a\x00\x03\x00\x01\x02\x00\x5e\x10\x7a\xc4\x00\x27\x00\x09\x00my-phone\x00\x10\x00\x0b\x00\x00\x01\x37\x00\x05class"),
	packetOf("SSDP", ssdp, 1900, "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nST: ssdp:all\r\nUSER-AGENT: made-up/1\r\n\r\n"),
	packetOf("STUN", stun, 3478, "\x01\x01\x00\x18\x21\x12\xa4\x42idididididid\x00\x20\x00\x08\x00\x01\x00\x00\xe1\x12\xa6\x48\x80\x22\x00\x06maker1\x00\x00"),
	packetOf("NTP", ntp, 123, "\x23"+strings.Repeat("\x00", 47)),
	packetOf("CoAP", coap, 5683, "\x41\x02\x00\x01t\x39made-up.x\x88register\x44id=1\xff{\"imei\":\"001012704839210\"}"),
	packetOf("NetBIOS name", nbns, 137, "\x00\x01\x01\x10\x00\x01\x00\x00\x00\x00\x00\x00\x20ENFJCACACACACACACACACACACACACACA\x00\x00\x20\x00\x01"),
	packetOf("NetBIOS registration", nbns, 137, "\x00\x01\x29\x10\x00\x01\x00\x00\x00\x00\x00\x01\x20ENFJCACACACACACACACACACACACACAAA\x00\x00\x20\x00\x01\xc0\x0c\x00\x20\x00\x01\x00\x04\x93\xe0\x00\x06\x00\x00\xc0\xa8\x07\x17"),
	packetOf("NetBIOS answer", nbns, 137, "\x00\x01\x85\x00\x00\x00\x00\x01\x00\x00\x00\x00\x20ENFJCACACACACACACACACACACACACACA\x00\x00\x20\x00\x01\x00\x04\x93\xe0\x00\x06\x00\x00\xc0\xa8\x07\x17"),
	packetOf("NetBIOS name of a group", nbns, 137, "\x00\x01\x29\x10\x00\x01\x00\x00\x00\x00\x00\x01\x20ENFJCACACACACACACACACACACACACAAA\x00\x00\x20\x00\x01\xc0\x0c\x00\x20\x00\x01\x00\x04\x93\xe0\x00\x06\x80\x00\xc0\xa8\x07\x17"),
	packetOf("RADIUS", radius, 1812, "\x01\x07\x00\x54"+strings.Repeat("a", 16)+"\x01\x07alice\x1f\x1302-00-5E-10-7A-C4\x4f\x0c\x02\x01\x00\x0a\x01a@x.y\x1a\x17\x00\x00\x28\xaf\x01\x11001010123456789"+"\x20\x03n"),
	packetOf("WireGuard", wireGuard, 51820, "\x01\x00\x00\x00"+strings.Repeat("w", 144)),
}

// TestDatagramsElsewhere expects what is no such datagram to be nobody's.
func TestDatagramsElsewhere(t *testing.T) {
	for name, c := range map[string]struct {
		of   *Dissector
		port uint16
		b    string
	}{
		"NTP elsewhere":       {ntp, 9999, "\x23" + strings.Repeat("\x00", 47)},
		"NTP too short":       {ntp, 123, "\x23" + strings.Repeat("\x00", 46)},
		"DHCP without cookie": {dhcp, 67, strings.Repeat("\x01", 300)},
		"STUN with a tail":    {stun, 3478, "\x00\x01\x00\x00\x21\x12\xa4\x42idididididid1234"},
		"WireGuard's length":  {wireGuard, 51820, "\x01\x00\x00\x00" + strings.Repeat("w", 143)},
		"data elsewhere":      {wireGuard, 9999, "\x04\x00\x00\x00" + strings.Repeat("w", 60)},
		"no NetBIOS name":     {nbns, 137, strings.Repeat("\x20", 60)},
	} {
		if v := c.of.Probe(telltale.ToServer, []byte(c.b), c.port); v != No {
			t.Errorf("%s: verdict %d", name, v)
		}
	}
}

package destination

import (
	"net/netip"
	"strings"
	"sync"
)

// knownText lists addresses that have had one name for years, by those who
// assign or run them, and that nobody looks up: a device brings them along.
// Groups have names from the registries of IANA for multicast addresses, the
// root servers of DNS those of IANA's root hints, open resolvers those that
// their operators publish. A name of several words is none of a host.
const knownText = `
broadcast              255.255.255.255
all systems            224.0.0.1 ff01::1 ff02::1
all routers            224.0.0.2 ff01::2 ff02::2 ff05::2
OSPF routers           224.0.0.5 224.0.0.6 ff02::5 ff02::6
RIP routers            224.0.0.9 ff02::9
EIGRP routers          224.0.0.10 ff02::a
PIM routers            224.0.0.13 ff02::d
VRRP routers           224.0.0.18 ff02::12
multicast routers      224.0.0.22 ff02::16
HSRP routers           224.0.0.102
multicast DNS          224.0.0.251 ff02::fb ff05::fb
local name resolution  224.0.0.252 ff02::1:3
network time           224.0.1.1 ff02::101 ff05::101
service location       239.255.255.253
SSDP                   239.255.255.250 ff02::c ff05::c ff08::c
DHCP servers           ff02::1:2 ff05::1:3
CoAP nodes             224.0.1.187 ff02::fd ff05::fd

a.root-servers.net     198.41.0.4 2001:503:ba3e::2:30
b.root-servers.net     170.247.170.2 2801:1b8:10::b 199.9.14.201
c.root-servers.net     192.33.4.12 2001:500:2::c
d.root-servers.net     199.7.91.13 2001:500:2d::d
e.root-servers.net     192.203.230.10 2001:500:a8::e
f.root-servers.net     192.5.5.241 2001:500:2f::f
g.root-servers.net     192.112.36.4 2001:500:12::d0d
h.root-servers.net     198.97.190.53 2001:500:1::53
i.root-servers.net     192.36.148.17 2001:7fe::53
j.root-servers.net     192.58.128.30 2001:503:c27::2:30
k.root-servers.net     193.0.14.129 2001:7fd::1
l.root-servers.net     199.7.83.42 2001:500:9f::42
m.root-servers.net     202.12.27.33 2001:dc3::35

dns.google             8.8.8.8 8.8.4.4 2001:4860:4860::8888 2001:4860:4860::8844
one.one.one.one        1.1.1.1 1.0.0.1 2606:4700:4700::1111 2606:4700:4700::1001
dns.quad9.net          9.9.9.9 149.112.112.112 2620:fe::fe 2620:fe::9
dns.opendns.com        208.67.222.222 208.67.220.220 2620:119:35::35 2620:119:53::53
dns.adguard-dns.com    94.140.14.14 94.140.15.15 2a10:50c0::ad1:ff 2a10:50c0::ad2:ff
cdns01.comcast.net     75.75.75.75 2001:558:feed::1
cdns02.comcast.net     75.75.76.76 2001:558:feed::2
`

// knownNames is what knownText says, read when it is first needed.
var knownNames = sync.OnceValue(func() map[netip.Addr]string {
	names := map[netip.Addr]string{}
	for line := range strings.Lines(knownText) {
		f := strings.Fields(line)
		at := 0
		for ; at < len(f); at++ {
			if _, err := netip.ParseAddr(f[at]); err == nil {
				break
			}
		}
		name := strings.Join(f[:at], " ")
		for _, a := range f[at:] {
			names[netip.MustParseAddr(a)] = name
		}
	}
	return names
})

// solicited are the groups in which a machine is looked for by its address
// (RFC 4291, section 2.7.1).
var solicited = netip.MustParsePrefix("ff02::1:ff00:0/104")

// wellKnown returns the name of an address that has one everywhere, or "".
func wellKnown(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if solicited.Contains(a) {
		return "neighbour search"
	}
	return knownNames()[a]
}

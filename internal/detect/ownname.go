package detect

import (
	"bytes"

	"github.com/telltale-audit/telltale"
)

// ownName looks at fields that are made to hold the name of who sends them: a
// device tells it to everyone in its network.
func (s *Search) ownName() {
	b := s.view.Data
	switch s.field.Name {
	case "dhcp.hostname": // RFC 2132, 3.14
		s.host(0, firstLabel(b), "sent as its own name in DHCP")
	case "dhcp.fqdn", "dhcpv6.fqdn": // RFC 4702, RFC 4704: as DNS writes names, or as text
		if n := int(leading(b)); n > 0 && n < len(b) && n < ' ' {
			s.host(1, 1+n, "sent as its own name in DHCP")
		} else {
			s.host(0, firstLabel(b), "sent as its own name in DHCP")
		}
	case "nbns":
		s.netbios(b)
	case "dns.rest":
		s.announced(b)
	case "mqtt.password":
		s.own(telltale.Credential, judgePassword, 0, len(b), "sent as the password to sign on with")
	case "auth.authorize_as", "auth.user_name", "auth.password", "auth.bearer":
		s.signOn(b)
	case "mqtt.user_name", "radius.user_name":
		s.own(telltale.Account, judgeAccount, 0, len(b), "sent as the name to sign on with")
	}
}

func leading(b []byte) byte {
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

// firstLabel returns where the first label of a name written as text ends.
func firstLabel(b []byte) int {
	if i := bytes.IndexByte(b, '.'); i >= 0 {
		return i
	}
	return len(bytes.TrimRight(b, "\x00"))
}

// host takes b[start:end] as the name of a device.
func (s *Search) host(start, end int, why string) {
	s.own(telltale.Hostname, judgeHostname, start, end, why)
}

// own takes b[start:end] as one of a kind, because of where it stands.
func (s *Search) own(k telltale.Kind, judge func([]byte, bool, *Reading) bool, start, end int, why string) {
	if start >= end || !judge(s.view.Data[start:end], true, &s.reading) {
		return
	}
	s.reading.shape(why, 10)
	s.takeOwn(k, start, end, "")
}

// takeOwn takes what the reading at hand says of b[start:end], written in a form.
func (s *Search) takeOwn(k telltale.Kind, start, end int, form string) {
	c := s.draft
	c.set(s.reading.Prior, k, s.reading.Value)
	c.own = form != ""
	s.weighSeed(c)
	c.read(&s.reading)
	c.take(groupKey, Clue{Format: "stands where nothing else belongs", LR: lrKey})
	s.keep(start, end, form, 0, 0)
}

// Of a NetBIOS name service packet (RFC 1002, 4.2): where its first name begins,
// in half bytes, and how many it has.
const (
	netbiosName  = 13
	netbiosHalfs = 32
	netbiosFlags = 62 // of the record that says of what the name is (4.2.13)
)

// netbios takes the name that a computer registers, refreshes or gives up: its
// own. What it asks for is another's.
func (s *Search) netbios(b []byte) {
	const registration, release, refresh, refreshToo = 5, 6, 8, 9
	if len(b) <= netbiosFlags || b[netbiosName-1] != netbiosHalfs || b[netbiosFlags]&0x80 != 0 { // a group's
		return
	}
	switch b[2] >> 3 & 15 {
	case registration, release, refresh, refreshToo:
	default:
		return
	}
	var name [netbiosHalfs / 2]byte
	for i := range name {
		high, low := b[netbiosName+2*i]-'A', b[netbiosName+2*i+1]-'A'
		if high > 15 || low > 15 {
			return
		}
		name[i] = high<<4 | low
	}
	const workstation, fileServer = 0x00, 0x20 // what the last byte says the name is of; others are of groups and users
	if suffix := name[len(name)-1]; suffix != workstation && suffix != fileServer || b[2]&0x80 != 0 {
		return
	}
	r := &s.reading
	if !judgeHostname(bytes.TrimRight(name[:len(name)-1], " \x00"), true, r) {
		return
	}
	r.shape("registered as its own name", 10)
	s.takeOwn(telltale.Hostname, netbiosName, netbiosName+netbiosHalfs, "netbios")
}

// local is the domain of names that hold in one network only, as DNS writes it
// (RFC 6762, 3).
var local = []byte("\x05local\x00")

// announced takes the names in an mDNS message that stand before an address: who
// answers for an address has the name. They end in .local, or in a pointer to
// where that stands.
func (s *Search) announced(b []byte) {
	for at := 0; ; {
		n := bytes.Index(b[at:], local)
		if n < 0 {
			break
		}
		end := at + n
		at = end + len(local)
		if isAddressRecord(b[at:]) {
			s.label(b, end)
		}
	}
	for at := 2; at < len(b); at++ { // with a pointer
		n := bytes.IndexByte(b[at:], 0x80) // the class of what only one host may say (RFC 6762, 10.2)
		if n < 0 {
			return
		}
		at += n
		if end := at - 4; end > 1 && b[end] >= 0xC0 && isAddressRecord(b[at-2:]) {
			s.label(b, end)
		}
	}
}

// isAddressRecord reports whether b goes on as a record of an address does, with
// the sign that no other host may have the name.
func isAddressRecord(b []byte) bool {
	return len(b) >= 4 && b[0] == 0 && (b[1] == 1 || b[1] == 28) && b[2] == 0x80 && b[3] == 1
}

// label takes the label that ends at end as the name of a device.
func (s *Search) label(b []byte, end int) {
	for start := end - 1; start > 0 && end-start <= maxHostname; start-- {
		if int(b[start-1]) == end-start {
			s.host(start, end, "answers for an address under this name")
			return
		}
	}
}

package destination

import (
	"cmp"
	"math"
	"net/netip"
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
)

// The sources of a name, most trusted first, with how much each is trusted.
const (
	fromHost    = "host"        // Host or :authority of a request
	fromSNI     = "sni"         // server_name of a TLS or QUIC hello
	fromDNS     = "dns"         // DNS told the same device, not long ago
	fromCert    = "cert"        // the server's certificate
	fromExpired = "dns_expired" // DNS told the same device, and its time is over
	fromOther   = "dns_other"   // DNS told another device
	fromFlow    = "other_flow"  // another flow to the address said so
	fromLocal   = "local"       // what the machine calls itself in its own network
	fromKnown   = "well_known"  // a registry or its operator says so of the address
	fromPTR     = "ptr"         // what the address's operator calls it
	fromNetwork = "network"     // a table says whose network announces the address

	trustHost     = 0.99
	trustSNI      = 0.98
	trustOuter    = 0.5 // an SNI that stands in front of an encrypted one
	trustDNS      = 0.95
	trustCert     = 0.8
	trustWildcard = 0.5 // a certificate for all names below one
	trustExpired  = 0.7
	trustOld      = 0.5 // expired for more than a day
	trustOther    = 0.4
	trustFlow     = 0.4
	trustLocal    = 0.6
	trustKnown    = 0.6
	trustPTR      = 0.2
	trustNetwork  = 0.1
)

// Stands reports whether a name may stand for the far end. That which an
// address's operator gave it tells of the operator, as does whose network it is
// in; what a machine calls itself may be anything, and an address may serve many
// names.
func Stands(n telltale.Name) bool {
	switch n.Source {
	case fromPTR, fromLocal, fromKnown, fromFlow, fromNetwork:
		return false
	}
	return true
}

// outerNames stand in the clear part of a hello whose real name is encrypted
// (draft-ietf-tls-esni). That a hello offers encryption says nothing: many do
// so to look alike.
var outerNames = []string{"cloudflare-ech.com"}

// Bounds of what is remembered.
const (
	maxNames   = 1 << 16  // addresses; the oldest go
	maxAnswers = 8        // of one address; the oldest go
	maxHeld    = 24 << 20 // bytes of answers; the oldest addresses go
	maxTold    = 2        // of one flow, from DNS
	maxSaid    = 1 << 14  // addresses that a flow gave a name; no more come
	maxNets    = 1 << 12  // networks whose name is kept ready
)

// Names remembers what DNS answered, in the order of the capture.
type Names struct {
	Translator
	byAddr map[netip.Addr][]answer
	said   map[netip.Addr]string // by the flows themselves, the last
	nets   map[uint32]string     // what networks are called, by the numbers of their systems
	order  []netip.Addr          // ring of the addresses, in the order they came
	first  int                   // how many left the ring; the oldest stands at first modulo its length
	end    int                   // how many came
	held   int                   // bytes of all answers
	list   []telltale.Name       // reused
}

// answer is a name that an address was given for.
type answer struct {
	client string // who was told, or Everyone
	name   string
	via    string // the alias that has the address; "" if name itself has
	at     telltale.Time
	ttl    uint32 // seconds
	kind   AnswerKind
}

// An Answer is an address that goes with a name.
type Answer struct {
	Addr netip.Addr
	Name string // as asked
	Via  string // the name that has the address, where aliases led to it; else ""
	TTL  uint32 // seconds
	Kind AnswerKind
}

// AnswerKind says how an answer came.
type AnswerKind uint8

// The kinds of answers.
const (
	Asked   AnswerKind = iota // DNS gave the address for the name
	Reverse                   // the address was asked for, and the name was the answer
	Own                       // the machine itself says that it has the address, in DHCP or NetBIOS
)

// Everyone is told what is sent to a group, as multicast DNS is.
const Everyone = "*"

// Told is what a flow itself calls its server.
type Told struct{ Host, SNI, Cert string }

// NewNames returns a memory that knows nothing yet.
func NewNames() *Names {
	return &Names{byAddr: map[netip.Addr][]answer{}, said: map[netip.Addr]string{}, nets: map[uint32]string{}}
}

// told reports whether the answer reached client.
func (a *answer) told(client string) bool { return a.client == client || a.client == Everyone }

// Learn takes what DNS told a device at a time. client is whatever tells
// devices apart.
func (n *Names) Learn(client string, at telltale.Time, a Answer) {
	name := HostName(a.Name)
	if name == "" || !a.Addr.IsValid() {
		return
	}
	n.Translator.Learn(name, a.Addr)
	addr := n.Unmap(a.Addr)
	list, known := n.byAddr[addr]
	if !known {
		n.remember(addr)
	}
	via := HostName(a.Via)
	if via == name {
		via = ""
	}
	list = n.without(list, client, name, a.Kind)
	list = append(list, answer{client, name, via, at, a.TTL, a.Kind})
	n.byAddr[addr] = list
	n.held += list[len(list)-1].size()
	for n.held > maxHeld && n.first < n.end-1 {
		n.forget()
	}
}

// Say takes what a flow called its server. An address is no name, and that
// which stands in front of an encrypted one is none of the server's.
func (n *Names) Say(server netip.Addr, told Told) {
	name := HostName(cmp.Or(told.Host, told.SNI))
	if name == "" || slices.Contains(outerNames, name) {
		return
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return
	}
	server = n.Unmap(server)
	if old, ok := n.said[server]; old != name && (ok || len(n.said) < maxSaid) {
		n.said[server] = name
	}
}

// without drops the answer that a new one replaces, or the oldest where the
// list is full.
func (n *Names) without(list []answer, client, name string, kind AnswerKind) []answer {
	i := slices.IndexFunc(list, func(o answer) bool { return o.client == client && o.name == name && o.kind == kind })
	if i < 0 && len(list) >= maxAnswers {
		i = 0
	}
	if i < 0 {
		return list
	}
	n.held -= list[i].size()
	return slices.Delete(list, i, i+1)
}

// size is about what an answer takes, in bytes.
func (a *answer) size() int { return 96 + len(a.name) + len(a.via) }

// remember notes that an address came, at the cost of the oldest.
func (n *Names) remember(addr netip.Addr) {
	if len(n.order) < maxNames {
		n.order = append(n.order, addr)
	} else {
		if n.end-n.first == maxNames {
			n.forget()
		}
		n.order[n.end%maxNames] = addr
	}
	n.end++
}

// forget drops the oldest address.
func (n *Names) forget() {
	addr := n.order[n.first%maxNames]
	n.first++
	for _, a := range n.byAddr[addr] {
		n.held -= a.size()
	}
	delete(n.byAddr, addr)
}

// Of returns the names of a server that a device's flow reached at a time,
// most trusted first, valid until the next call; and the alias that DNS gave
// for the first of them, or "".
func (n *Names) Of(client string, server netip.Addr, at telltale.Time, told Told) (names []telltale.Name, via string) {
	n.list = n.list[:0]
	n.add(HostName(told.Host), fromHost, trustHost)
	if sni := HostName(told.SNI); slices.Contains(outerNames, sni) {
		n.add(sni, fromSNI, trustOuter)
	} else {
		n.add(sni, fromSNI, trustSNI)
	}
	cert := HostName(told.Cert)
	if strings.HasPrefix(cert, "*.") {
		n.add(cert, fromCert, trustWildcard)
	} else {
		n.add(cert, fromCert, trustCert)
	}
	list := n.byAddr[n.Unmap(server)]
	if len(list) > 0 {
		n.answered(list, client, at)
	}
	if len(n.list) == 0 {
		n.add(n.said[n.Unmap(server)], fromFlow, trustFlow)
	}
	if len(n.list) == 0 {
		n.add(wellKnown(n.Unmap(server)), fromKnown, trustKnown)
	}
	if len(n.list) == 0 {
		n.add(n.network(n.Unmap(server)), fromNetwork, trustNetwork)
	}
	if len(n.list) == 0 {
		return nil, ""
	}
	if len(n.list) > 1 {
		slices.SortStableFunc(n.list, func(a, b telltale.Name) int { return cmp.Compare(b.Confidence, a.Confidence) })
	}
	first := n.list[0].Name.Raw()
	for _, a := range list {
		if a.name == first && a.via != "" {
			via = a.via
		}
	}
	return n.list, via
}

// answered adds what DNS told this device of an address, the latest first.
// What it told another, or what the address's operator calls it, is added only
// where there is nothing better.
func (n *Names) answered(list []answer, client string, at telltale.Time) {
	sum, own := 0.0, 0
	for i := range list {
		if list[i].told(client) && list[i].kind == Asked {
			own++
			sum += list[i].weight(at)
		}
	}
	known := len(n.list)
	for i := len(list) - 1; i >= 0 && own > 0 && len(n.list)-known < maxTold; i-- {
		a := &list[i]
		switch {
		case a.kind != Asked || !a.told(client):
		case a.expired(at):
			n.add(a.name, fromExpired, a.trustAfter(at)*a.share(at, sum))
		default:
			n.add(a.name, fromDNS, trustDNS*a.share(at, sum))
		}
	}
	if len(n.list) == 0 {
		n.hearsay(list)
	}
}

// hearsay adds the latest of what the machine calls itself, or else of what
// another device was told, or else the reverse name.
func (n *Names) hearsay(list []answer) {
	for _, h := range [...]struct {
		kind   AnswerKind
		source string
		trust  float64
	}{{Own, fromLocal, trustLocal}, {Asked, fromOther, trustOther}, {Reverse, fromPTR, trustPTR}} {
		for i := len(list) - 1; i >= 0 && len(n.list) == 0; i-- {
			if list[i].kind == h.kind {
				n.add(list[i].name, h.source, h.trust)
			}
		}
	}
}

// network says whose network announces an address, or "" where no table does. Who
// runs a network need not be who runs the machine: it is what is left to call a
// far end that the capture names nowhere.
func (n *Names) network(addr netip.Addr) string {
	asn, owner := System(addr.Unmap())
	if owner == "" {
		return ""
	}
	name, known := n.nets[asn]
	if !known {
		name = "network of " + owner
		if len(n.nets) < maxNets {
			n.nets[asn] = name
		}
	}
	return name
}

// expired says that the answer's time was over.
func (a *answer) expired(at telltale.Time) bool { return at > a.until() }

func (a *answer) until() telltale.Time { return a.at + telltale.Time(a.ttl)*second }

const (
	second = telltale.Time(1e9)
	day    = 24 * 3600 * second
)

// trustAfter is the trust in an answer whose time is over: clients keep
// answers longer than they may.
func (a *answer) trustAfter(at telltale.Time) float64 {
	if at > a.until()+day {
		return trustOld
	}
	return trustExpired
}

// weight falls with the answer's age, measured by how long it was good for.
func (a *answer) weight(at telltale.Time) float64 {
	age := math.Abs(float64(at-a.at)) / float64(second)
	return math.Exp(-age / max(float64(a.ttl), 60))
}

// share is the part of the trust in all names of an address that falls to this
// one: the last asked for is the likeliest.
func (a *answer) share(at telltale.Time, sum float64) float64 {
	w := a.weight(at)
	if w >= sum || sum <= 0 {
		return 1
	}
	return w / sum
}

// add adds a name that is not there yet.
func (n *Names) add(name, source string, trust float64) {
	if name == "" {
		return
	}
	for i := range n.list {
		if n.list[i].Name.Raw() == name {
			return
		}
	}
	n.list = append(n.list, telltale.Name{Name: telltale.NewText(name), Source: source, Confidence: trust})
}

// maxHostName is the length of the longest name, in bytes (RFC 1035 2.3.4):
// what is longer names no host, and is not kept.
const maxHostName = 255

// HostName brings a Host header, an SNI or a DNS name to one form: lower case,
// no port, no final dot. It returns "" for what is no name of a host.
func HostName(s string) string {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "[") {
		if i := strings.IndexByte(s, ']'); i > 0 {
			return s[1:i]
		}
	}
	if i := strings.LastIndexByte(s, ':'); i >= 0 && strings.Count(s, ":") == 1 {
		s = s[:i]
	}
	if len(s) > maxHostName {
		return ""
	}
	return strings.ToLower(strings.TrimSuffix(s, "."))
}

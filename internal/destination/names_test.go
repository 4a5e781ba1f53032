package destination

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

var server = netip.MustParseAddr("198.51.100.7")

// shown writes names with their source and confidence.
func shown(names []telltale.Name) string {
	var out []string
	m := telltale.NewMasker(false)
	for _, n := range names {
		out = append(out, fmt.Sprintf("%s %s %.2f", m.Text(n.Name), n.Source, n.Confidence))
	}
	return strings.Join(out, ", ")
}

// Each rank of evidence, alone and beside others.
func TestNamesAreRanked(t *testing.T) {
	for name, c := range map[string]struct {
		learn func(n *Names)
		at    telltale.Time
		told  Told
		want  string
	}{
		"nothing":           {},
		"host before hello": {told: Told{Host: "A.example:80", SNI: "b.example", Cert: "c.example"}, want: "a.example host 0.99, b.example sni 0.98, c.example cert 0.80"},
		"one name once":     {told: Told{Host: "a.example", SNI: "a.example."}, want: "a.example host 0.99"},
		"any name below":    {told: Told{Cert: "*.c.example"}, want: "*.c.example cert 0.50"},
		"outer name":        {told: Told{SNI: "cloudflare-ech.com"}, want: "cloudflare-ech.com sni 0.50"},
		"in time":           {learn: learn("me", 0, "a.example", 300), at: 10 * second, want: "a.example dns 0.95"},
		"over":              {learn: learn("me", 0, "a.example", 300), at: 400 * second, want: "a.example dns_expired 0.70"},
		"long over":         {learn: learn("me", 0, "a.example", 300), at: 2 * day, want: "a.example dns_expired 0.50"},
		"told another":      {learn: learn("you", 0, "a.example", 300), at: 10 * second, want: "a.example dns_other 0.40"},
		"told everyone":     {learn: learn(Everyone, 0, "a.local", 300), at: 10 * second, want: "·.local dns 0.95"},
		"certificate before an old answer": {
			learn: learn("me", 0, "a.example", 300), at: 400 * second, told: Told{Cert: "c.example"},
			want: "c.example cert 0.80, a.example dns_expired 0.70",
		},
		"reverse name": {
			learn: func(n *Names) {
				n.Learn("me", 0, Answer{Addr: server, Name: "host7.isp.example", TTL: 60, Kind: Reverse})
			}, want: "host7.isp.example ptr 0.20",
		},
		"the later of two": {
			learn: func(n *Names) { learn("me", 0, "old.example", 60)(n); learn("me", 50*second, "new.example", 60)(n) }, at: 50 * second,
			want: "new.example dns 0.66, old.example dns 0.29",
		},
		"asked again": {
			learn: func(n *Names) { learn("me", 0, "a.example", 60)(n); learn("me", 90*second, "a.example", 60)(n) }, at: 91 * second, want: "a.example dns 0.95",
		},
	} {
		n := NewNames()
		if c.learn != nil {
			c.learn(n)
		}
		names, _ := n.Of("me", server, c.at, c.told)
		if got := shown(names); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func learn(client string, at telltale.Time, name string, ttl uint32) func(*Names) {
	return func(n *Names) { n.Learn(client, at, Answer{Addr: server, Name: name, TTL: ttl}) }
}

// What the device asked for is the name; the end of the chain serves it.
func TestAliasBelongsToItsName(t *testing.T) {
	n := NewNames()
	n.Learn("me", 0, Answer{Addr: server, Name: "www.example.com", Via: "edge.cdn.example", TTL: 60})
	if names, via := n.Of("me", server, 0, Told{}); shown(names) != "www.example.com dns 0.95" || via != "edge.cdn.example" {
		t.Errorf("%s via %q", shown(names), via)
	}
	if _, via := n.Of("me", server, 0, Told{SNI: "other.example"}); via != "" {
		t.Errorf("another name is served via %q", via)
	}
	n.Learn("me", 0, Answer{Addr: server, Name: "www.example.com", Via: "WWW.example.com.", TTL: 60})
	if _, via := n.Of("me", server, 0, Told{}); via != "" {
		t.Errorf("a name is its own alias %q", via)
	}
}

// An address behind a translator has the name of the one it stands for.
func TestNamesThroughNAT64(t *testing.T) {
	n := NewNames()
	n.Learn("me", 0, Answer{Addr: netip.MustParseAddr("64:ff9b::c633:6407"), Name: "a.example", TTL: 60})
	if names, _ := n.Of("me", server, 0, Told{}); shown(names) != "a.example dns 0.95" {
		t.Errorf("%s", shown(names))
	}
}

func TestTooManyNames(t *testing.T) {
	n := NewNames()
	numbered := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{203, byte(i >> 16), byte(i >> 8), byte(i)}) }
	for i := range maxNames + 1 {
		n.Learn("me", 0, Answer{Addr: numbered(i), Name: "a.example", TTL: 60})
	}
	named := func(i int) int { names, _ := n.Of("me", numbered(i), 0, Told{}); return len(names) }
	if len(n.byAddr) != maxNames || named(0) != 0 || named(1) != 1 || named(maxNames) != 1 {
		t.Errorf("%d addresses, %d names of the first", len(n.byAddr), named(0))
	}
	for i := range 3 * maxAnswers {
		n.Learn("me", telltale.Time(i), Answer{Addr: server, Name: fmt.Sprint("n", i, ".example"), TTL: 60})
	}
	if got := len(n.byAddr[server]); got != maxAnswers {
		t.Errorf("%d names of one address", got)
	}
	if names, _ := n.Of("me", server, 0, Told{}); len(names) != maxTold {
		t.Errorf("%d names are told", len(names))
	}
}

// Long names take room from the oldest, never more than there is.
func TestNamesAreBounded(t *testing.T) {
	n := NewNames()
	long := strings.Repeat("a.", 120)
	for i := range 3 * maxHeld / 500 {
		a := netip.AddrFrom4([4]byte{203, byte(i >> 16), byte(i >> 8), byte(i)})
		n.Learn("me", 0, Answer{Addr: a, Name: long + "example", Via: long + "via", TTL: 60})
		n.Learn("me", 0, Answer{Addr: a, Name: "b.example", TTL: 60})
	}
	sum := 0
	for _, list := range n.byAddr {
		for i := range list {
			sum += list[i].size()
		}
	}
	if sum != n.held || sum > maxHeld || sum < maxHeld/2 || len(n.byAddr) != n.end-n.first {
		t.Errorf("%d bytes held, %d counted, %d addresses of %d", sum, n.held, len(n.byAddr), n.end-n.first)
	}
}

// A far end that nothing names is called by whose network it is in; one that anything
// names is not.
func TestNetworkIsTheLastName(t *testing.T) {
	n := NewNames()
	far := netip.MustParseAddr("64.71.255.204")
	for range 2 {
		names, _ := n.Of("me", far, 0, Told{})
		if len(names) != 1 || names[0].Source != fromNetwork || Stands(names[0]) || !strings.HasPrefix(names[0].Name.Raw(), "network of ") {
			t.Errorf("%s", shown(names))
		}
	}
	n.Learn("you", 0, Answer{Addr: far, Name: "a.example", TTL: 60})
	if names, _ := n.Of("me", far, 0, Told{}); shown(names) != "a.example dns_other 0.40" {
		t.Errorf("%s", shown(names))
	}
	for _, none := range []string{"198.51.100.7", "192.168.7.1", "fe80::1", "127.0.0.1"} {
		if names, _ := n.Of("me", netip.MustParseAddr(none), 0, Told{}); len(names) > 0 {
			t.Errorf("%s: %s", none, shown(names))
		}
	}
}

// There are some 80,000 networks: the names of most are made when they are asked for.
func TestNetworksAreBounded(t *testing.T) {
	n, called := NewNames(), map[string]bool{}
	for i := range uint32(1 << 17) {
		a := i << 15
		names, _ := n.Of("me", netip.AddrFrom4([4]byte{byte(a >> 24), byte(a >> 16), byte(a >> 8), 1}), 0, Told{})
		for _, name := range names {
			called[name.Name.Raw()] = true
		}
	}
	if len(called) <= maxNets || len(n.nets) != maxNets {
		t.Errorf("%d names told, %d kept, want %d", len(called), len(n.nets), maxNets)
	}
}

// Names that are known take no memory to tell.
func TestOfDoesNotAllocate(t *testing.T) {
	n := NewNames()
	learn("me", 0, "a.example", 60)(n)
	told := Told{SNI: "b.example"}
	far := netip.MustParseAddr("64.71.255.204")
	if allocs := testing.AllocsPerRun(100, func() { _, _ = n.Of("me", server, 0, told); _, _ = n.Of("me", far, 0, Told{}) }); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func TestHostName(t *testing.T) {
	for in, want := range map[string]string{
		"Plant.Example.:8080": "plant.example", "[2001:db8::1]:443": "2001:db8::1", "a.b.": "a.b", "\tx.y": "x.y",
		strings.Repeat("a.", 300): "", "": "",
	} {
		if got := HostName(in); got != want {
			t.Errorf("%.40q: %q, want %q", in, got, want)
		}
	}
}

func TestReverseAddr(t *testing.T) {
	for name, want := range map[string]string{
		"7.100.51.198.in-addr.arpa":  "198.51.100.7",
		"7.100.51.198.IN-ADDR.ARPA.": "198.51.100.7",
		"b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa": "4321:0:1:2:3:4:567:89ab",
		"100.51.198.in-addr.arpa":               "",
		"1.7.100.51.198.in-addr.arpa":           "",
		"256.100.51.198.in-addr.arpa":           "",
		"x.ip6.arpa":                            "",
		strings.Repeat("00", 31) + "0.ip6.arpa": "",
		"_dosvc._tcp.local":                     "",
		"in-addr.arpa":                          "",
	} {
		a, ok := ReverseAddr(name)
		if ok != (want != "") || ok && a.String() != want {
			t.Errorf("%s: %s, %v", name, a, ok)
		}
	}
}

func FuzzNames(f *testing.F) {
	f.Add("a.example", "b.example", "7.100.51.198.in-addr.arpa", int64(5), uint32(60))
	f.Fuzz(func(t *testing.T, name, via, reverse string, at int64, ttl uint32) {
		n := NewNames()
		n.Learn("me", telltale.Time(at), Answer{Addr: server, Name: name, Via: via, TTL: ttl})
		if a, ok := ReverseAddr(reverse); ok {
			n.Learn("me", telltale.Time(at), Answer{Addr: a, Name: name, TTL: ttl, Kind: Reverse})
		}
		names, _ := n.Of("me", server, 0, Told{Host: via, SNI: reverse})
		if !slices.IsSortedFunc(names, func(a, b telltale.Name) int { return int(1e6 * (b.Confidence - a.Confidence)) }) {
			t.Errorf("%s", shown(names))
		}
		for _, x := range names {
			if x.Confidence < 0 || x.Confidence > 1 || x.Source == "" {
				t.Errorf("%s", shown(names))
			}
		}
	})
}

package audit

import (
	"net/netip"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/pipeline"
)

// maxNames bounds the addresses whose names are remembered; the oldest go.
const maxNames = 1 << 16

// names remembers what DNS answered, in the order of the capture.
type names struct {
	byAddr map[netip.Addr]resolved
	order  []netip.Addr // ring of the addresses, oldest at next
	next   int
	list   []telltale.Name // reused
}

// resolved is the name an address was last given for.
type resolved struct {
	name string
	at   telltale.Time
	ttl  uint32 // seconds
}

func newNames() *names { return &names{byAddr: map[netip.Addr]resolved{}} }

func (n *names) learn(at telltale.Time, answers []pipeline.Answer) {
	for _, a := range answers {
		addr := a.Addr.Unmap()
		if _, ok := n.byAddr[addr]; !ok {
			n.remember(addr)
		}
		n.byAddr[addr] = resolved{hostName(a.Name), at, a.TTL}
	}
}

func (n *names) remember(addr netip.Addr) {
	if len(n.order) < maxNames {
		n.order = append(n.order, addr)
		return
	}
	delete(n.byAddr, n.order[n.next])
	n.order[n.next] = addr
	n.next = (n.next + 1) % maxNames
}

// of returns the names of a flow's server, most trusted first, valid until the
// next call. told is what the flow itself calls it.
func (n *names) of(f *pipeline.FlowInfo, told pipeline.Names) []telltale.Name {
	n.list = n.list[:0]
	n.add(hostName(told.Host), "host")
	n.add(hostName(told.SNI), "sni")
	if r, ok := n.byAddr[f.Key.Dst.Netip()]; ok {
		source := "dns"
		if f.Start > r.at+telltale.Time(r.ttl)*1e9 {
			source = "dns_expired"
		}
		n.add(r.name, source)
	}
	return n.list
}

func (n *names) add(name, source string) {
	if name != "" {
		n.list = append(n.list, telltale.Name{Name: telltale.NewText(name), Source: source})
	}
}

// maxHostName is the length of the longest name, in bytes (RFC 1035 2.3.4):
// what is longer names no host, and is not kept.
const maxHostName = 255

// hostName brings a Host header, an SNI or a DNS name to one form: lower
// case, no port, no final dot.
func hostName(s string) string {
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

package signature

import (
	"net/netip"
	"slices"
	"strings"
)

// holds reports whether all conditions of r hold for what was seen.
func (r *Rule) holds(s *Seen) bool {
	switch {
	case len(r.Hosts) > 0 && !matchHost(r.Hosts, s),
		len(r.Ports) > 0 && !slices.Contains(r.Ports, s.Port),
		len(r.ContentType) > 0 && !slices.ContainsFunc(r.ContentType, func(t string) bool { return mediaType(s.ContentType) == t }),
		len(r.UserAgent) > 0 && !slices.ContainsFunc(r.UserAgent, func(t string) bool { return strings.Contains(s.UserAgent, t) }),
		len(r.ForwardedFor) > 0 && !slices.Contains(r.ForwardedFor, strings.TrimSpace(s.ForwardedFor)),
		len(r.Path) > 0 && !slices.ContainsFunc(r.Path, func(p string) bool { return strings.HasPrefix(s.Path, p) }):
		return false
	}
	return len(r.Keys) == 0 || r.known(s.Keys) >= r.Least
}

// known counts the different keys of r among keys.
func (r *Rule) known(keys []string) int {
	n := 0
	for i, k := range keys {
		if slices.Contains(r.Keys, k) && !slices.Contains(keys[:i], k) {
			n++
		}
	}
	return n
}

// mediaType returns a content type without its parameters, in lower case (RFC
// 9110, 8.3.1).
func mediaType(t string) string {
	t, _, _ = strings.Cut(t, ";")
	return strings.ToLower(strings.TrimSpace(t))
}

// matchHost reports whether one of the names or addresses is the far end's.
func matchHost(hosts []string, s *Seen) bool {
	return slices.ContainsFunc(hosts, func(h string) bool {
		if below, ok := strings.CutPrefix(h, "*."); ok {
			return s.Host == below || strings.HasSuffix(s.Host, "."+below)
		}
		if a, err := netip.ParseAddr(h); err == nil {
			return s.Addr == a
		}
		return s.Host == h
	})
}

// hints say in a few look-ups that no rule can hold for most messages.
type hints struct {
	names map[string]bool // hosts, and the names below which all are meant
	addrs map[netip.Addr]bool
	types map[string]bool
	keys  int  // the least number of keys that a rule by keys alone wants; 0: none has
	sent  bool // some rule asks for whom the sender says it asks
	loose bool // some rule asks for none of these
}

func newHints(all []*Signature) hints {
	h := hints{names: map[string]bool{}, addrs: map[netip.Addr]bool{}, types: map[string]bool{}}
	for _, sig := range all {
		h.host(sig.Hosts)
		for i := range sig.Any {
			h.rule(&sig.Any[i])
		}
	}
	return h
}

func (h *hints) rule(r *Rule) {
	switch {
	case len(r.Hosts) > 0:
		h.host(r.Hosts)
	case len(r.ContentType) > 0:
		for _, t := range r.ContentType {
			h.types[t] = true
		}
	case len(r.Keys) > 0:
		if h.keys == 0 || r.Least < h.keys {
			h.keys = r.Least
		}
	case len(r.ForwardedFor) > 0:
		h.sent = true
	default:
		h.loose = true
	}
}

func (h *hints) host(hosts []string) {
	for _, host := range hosts {
		if a, err := netip.ParseAddr(host); err == nil {
			h.addrs[a] = true
			continue
		}
		h.names[strings.TrimPrefix(host, "*.")] = true
	}
}

// may reports whether a rule may hold for what was seen.
func (h *hints) may(s *Seen) bool {
	return h.loose || h.sent && s.ForwardedFor != "" || h.keys > 0 && len(s.Keys) >= h.keys || s.ContentType != "" && h.types[mediaType(s.ContentType)] || h.knowsHost(s)
}

// knowsHost reports whether an entry names the far end, or a name above its own.
func (h *hints) knowsHost(s *Seen) bool {
	if h.addrs[s.Addr] {
		return true
	}
	for name := s.Host; name != ""; {
		if h.names[name] {
			return true
		}
		_, name, _ = strings.Cut(name, ".")
	}
	return false
}

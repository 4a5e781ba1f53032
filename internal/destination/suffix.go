package destination

import (
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/telltale-audit/telltale"
)

// A Domain is what a name is part of. There are two sections of the Public
// Suffix List: names that registries hand out (ICANN), and names below which
// a company lets its customers have their own, such as "github.io".
type Domain struct {
	Registrable string // who registered this answers for the name: "vnet.cn"
	Suffix      string // what it was registered under: "cn"
	// Tenant is what a customer of Registrable has: "someone.github.io". It is
	// empty where the private section says nothing of the name.
	Tenant string
}

// DomainOf returns what name, in lower case without a final dot, is part of.
// It reports false for an address, a single label, and a name that is itself a
// suffix: nobody has registered these.
func DomainOf(name string) (Domain, bool) {
	if !isName(name) {
		return Domain{}, false
	}
	suffix, icann := publicsuffix.PublicSuffix(name)
	var d Domain
	if !icann && strings.Contains(suffix, ".") {
		d.Tenant = below(name, suffix)
	}
	for !icann && strings.Contains(suffix, ".") {
		suffix, icann = publicsuffix.PublicSuffix(suffix[strings.IndexByte(suffix, '.')+1:])
	}
	d.Suffix, d.Registrable = suffix, below(name, suffix)
	return d, d.Registrable != ""
}

// below returns suffix and the label of name before it, or "" if there is none.
func below(name, suffix string) string {
	rest, ok := strings.CutSuffix(name, "."+suffix)
	if !ok {
		return ""
	}
	return rest[strings.LastIndexByte(rest, '.')+1:] + "." + suffix
}

// isName reports whether s can be a name of the DNS that someone registered:
// two labels or more, none empty, none longer than 63 bytes (RFC 1035 2.3.4),
// the last no number.
func isName(s string) bool {
	if len(s) > 253 || !strings.Contains(s, ".") || strings.ContainsAny(s, ": /\\") {
		return false
	}
	last := ""
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		last = label
	}
	return strings.Trim(last, "0123456789") != ""
}

// suffixTable names the state of the list that the module carries.
func suffixTable() telltale.Table {
	text := publicsuffix.List.String() // "... git revision HASH (TIME)"
	_, text, _ = strings.Cut(text, "revision ")
	version, date, _ := strings.Cut(text, " (")
	return telltale.Table{Name: "public-suffix-list", Version: version, Date: date[:min(len(date), len("2006-01-02"))]}
}

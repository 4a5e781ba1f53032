package destination

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
)

// The predicates of claims, in the order they are told.
const (
	Organisation    = "organisation"       // who is said to stand behind the name or address
	Registrant      = "registrant"         // who is said to have registered the domain
	Category        = "category"           // what is said to be done there
	Tracker         = "tracker"            // that a party measures there what people do, and how
	ServedVia       = "served_via"         // the name that DNS says the asked one is an alias of
	ASN             = "asn"                // number of the network that announces the address
	ASOrganisation  = "as_organisation"    // who runs that network
	AddressCountry  = "country_address"    // of the block of addresses, by its holder
	OperatorCountry = "country_operator"   // of the network that announces it
	OwnerCountry    = "country_registrant" // of who registered the domain
)

// Predicates are all of them, in the order they are told.
var Predicates = []string{
	Organisation, Registrant, Category, Tracker, ServedVia, ASN, ASOrganisation, AddressCountry, OperatorCountry, OwnerCountry,
}

// How much claims are trusted: one source alone, two that agree, three or
// more; and one that another contradicts, whoever is right.
const (
	oneSource    = 0.6
	twoSources   = 0.85
	threeSources = 0.95
	contested    = 0.5
)

// A Book is what is known of far ends: the tables of this package and the
// claims that its user added. Its methods may be called from anywhere; it
// does not change.
type Book struct{ added *ledger }

// NewBook returns a book with the claims of the files added to it.
func NewBook(files ...*File) *Book {
	b := &Book{added: &ledger{domains: map[string][]statement{}}}
	for _, f := range files {
		for i := range f.says {
			b.added.add(&f.says[i])
		}
	}
	return b
}

// A Far is a far end as the traffic shows it.
type Far struct {
	Name  string       // what the device asked for or told; lower case, no final dot; or ""
	Via   string       // the end of the chain of aliases that DNS gave for it; or ""
	Addrs []netip.Addr // as on the wire; a translator's addresses already undone
}

// maxLooked is how many addresses of a far end are looked up: those of one
// service are mostly of one network.
const maxLooked = 8

// Claims returns what is known of a far end and of its first eight addresses,
// in the order of [Predicates]. Claims that differ all stay, each with its
// source; several addresses of one network are told once.
func (b *Book) Claims(f Far) []telltale.Claim {
	var says []statement
	if isName(f.Name) {
		says = builtIn().ofName(b.added.ofName(says, f.Name), f.Name)
		says = b.via(says, f)
	}
	for _, a := range f.Addrs[:min(len(f.Addrs), maxLooked)] {
		says = builtIn().ofAddr(b.added.ofAddr(says, a), a)
		says = ofTables(says, a)
	}
	return weigh(tidyStatements(says))
}

// via appends the alias, and whose it is where that is another domain: what
// looks like the owner's own server may be a tracker's.
func (b *Book) via(says []statement, f Far) []statement {
	if f.Via == "" || f.Via == f.Name || !isName(f.Via) {
		return says
	}
	says = append(says, statement{subject: f.Name, predicate: ServedVia, object: f.Via, source: "DNS, in this capture", confidence: servedConfidence})
	own, _ := DomainOf(f.Name)
	if other, ok := DomainOf(f.Via); !ok || other.Registrable == own.Registrable {
		return says
	}
	for _, s := range builtIn().ofName(b.added.ofName(nil, f.Via), f.Via) {
		if s.predicate == Tracker || s.predicate == Category {
			says = append(says, s)
		}
	}
	return says
}

// servedConfidence is that of a DNS answer: it may be forged on its way.
const servedConfidence = 0.95

// ofTables appends what the tables of addresses say of a.
func ofTables(says []statement, a netip.Addr) []statement {
	if !IsPublic(a) {
		return says
	}
	subject := a.String()
	add := func(predicate, object, source string) {
		if object != "" {
			says = append(says, statement{subject: subject, predicate: predicate, object: object, source: source, date: tablesDate})
		}
	}
	if asn, name := System(a); asn != 0 {
		add(ASN, fmt.Sprintf("AS%d", asn), asnSource)
		add(ASOrganisation, name, asnSource)
	}
	add(AddressCountry, CountryOfAddress(a), countrySource)
	add(OperatorCountry, CountryOfOperator(a), operatorSource)
	return says
}

// tidyStatements keeps the first of those that say the same from the same
// source, and sorts by predicate.
func tidyStatements(says []statement) []statement {
	out := says[:0]
	for _, s := range says {
		same := func(o statement) bool {
			return o.predicate == s.predicate && o.object == s.object && o.source == s.source && o.date == s.date
		}
		if !slices.ContainsFunc(out, same) {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b statement) int {
		return cmp.Compare(slices.Index(Predicates, a.predicate), slices.Index(Predicates, b.predicate))
	})
	return out
}

// weigh turns statements into claims with a confidence.
func weigh(says []statement) []telltale.Claim {
	var out []telltale.Claim
	for _, s := range says {
		c := telltale.Claim{
			Subject: telltale.NewText(s.subject), Predicate: s.predicate, Object: telltale.NewText(s.object),
			Source: s.source, Date: s.date, Confidence: s.confidence,
		}
		if c.Confidence == 0 {
			c.Confidence = agreement(&s, says)
		}
		out = append(out, c)
	}
	return out
}

// agreement says how much a claim is trusted for what others say.
func agreement(s *statement, says []statement) float64 {
	rival := rivals[s.predicate]
	var sources []string
	for _, o := range says {
		switch {
		case o.predicate != s.predicate && (rival == "" || o.predicate != rival):
		case !sameObject(o.object, s.object):
			if exclusive[s.predicate] && (o.subject == s.subject || rival != "") {
				return contested
			}
		case !slices.Contains(sources, o.source):
			sources = append(sources, o.source)
		}
	}
	switch len(sources) {
	case 0, 1:
		return oneSource
	case 2:
		return twoSources
	}
	return threeSources
}

// exclusive are the predicates of which only one object can be true of a
// subject.
var exclusive = map[string]bool{Organisation: true, Registrant: true, AddressCountry: true, OperatorCountry: true, OwnerCountry: true}

// rivals are two readings of one question: where they differ, neither is sure.
var rivals = map[string]string{AddressCountry: OperatorCountry, OperatorCountry: AddressCountry}

// sameObject compares what claims say, without what stands in brackets to
// explain it.
func sameObject(a, b string) bool {
	a, _, _ = strings.Cut(a, " (")
	b, _, _ = strings.Cut(b, " (")
	return strings.EqualFold(a, b)
}

// Disagree reports whether claims of the predicate contradict each other; for
// a country, those of address and of operator count as one question.
func Disagree(claims []telltale.Claim, predicate string) bool {
	first := ""
	for _, c := range claims {
		if c.Predicate != predicate && c.Predicate != rivals[predicate] {
			continue
		}
		if first != "" && !sameObject(first, c.Object.Raw()) {
			return true
		}
		first = cmp.Or(first, c.Object.Raw())
	}
	return false
}

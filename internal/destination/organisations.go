package destination

import (
	_ "embed"
	"net/netip"
	"strings"
	"sync"

	"github.com/telltale-audit/telltale"
)

//go:embed organisations.txt
var organisationsText string

// organisationsTable names the state of the hand-made table.
func organisationsTable() telltale.Table {
	return telltale.Table{Name: "organisations", Version: "1", Date: "2026-11-25", SHA256: sum(organisationsText)}
}

// A statement is what one source says of a subject: a domain with all names
// below it, or a block of addresses.
type statement struct {
	subject, predicate, object, source, date string

	// confidence is how much the source is trusted with this alone; 0 where
	// only its agreement with others says.
	confidence float64
}

// A ledger holds statements by subject; a subject may have several, which are
// told in the order they were written.
type ledger struct {
	domains  map[string][]statement
	prefixes []block
}

type block struct {
	prefix netip.Prefix
	says   []statement
}

// builtIn is the hand-made table, read when it is first needed.
var builtIn = sync.OnceValue(func() *ledger {
	l := &ledger{domains: map[string][]statement{}}
	sources := map[string][2]string{} // date and title, by key
	for line := range strings.Lines(organisationsText) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, " | ")
		if key, ok := strings.CutPrefix(f[0], "@ "); ok {
			sources[key] = [2]string{f[1], f[2]}
			continue
		}
		s := statement{subject: f[0], predicate: f[1], object: f[2], source: sources[f[3]][1], date: sources[f[3]][0]}
		if f[3] == "known" {
			s.confidence = generalKnowledge
		}
		l.add(&s)
	}
	return l
})

// generalKnowledge is how much a line is trusted that cites no document.
const generalKnowledge = 0.5

// add files a statement under its subject.
func (l *ledger) add(s *statement) {
	p, err := netip.ParsePrefix(s.subject)
	if err != nil {
		l.domains[s.subject] = append(l.domains[s.subject], *s)
		return
	}
	for i := range l.prefixes {
		if l.prefixes[i].prefix == p {
			l.prefixes[i].says = append(l.prefixes[i].says, *s)
			return
		}
	}
	l.prefixes = append(l.prefixes, block{p, []statement{*s}})
}

// ofName appends what is said of name and of every domain it is part of, the
// narrowest first.
func (l *ledger) ofName(dst []statement, name string) []statement {
	for name != "" && len(l.domains) > 0 {
		dst = append(dst, l.domains[name]...)
		_, name, _ = strings.Cut(name, ".")
	}
	return dst
}

// ofAddr appends what is said of the blocks that hold a.
func (l *ledger) ofAddr(dst []statement, a netip.Addr) []statement {
	for _, b := range l.prefixes {
		if b.prefix.Contains(a) {
			dst = append(dst, b.says...)
		}
	}
	return dst
}

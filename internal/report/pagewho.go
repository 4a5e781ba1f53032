package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/destination"
)

// dossier is what is claimed of a far end that got identifiers.
type dossier struct {
	Name      string
	Addresses string
	Claims    []claimRow
	Conflict  bool
}

type claimRow struct {
	What, Says, Of, Source, Date, Confidence string
	Conflict                                 bool
}

// claimWords are plain words for predicates.
var claimWords = map[string]string{
	destination.Organisation: "Organisation", destination.Registrant: "Registrant of the domain", destination.Category: "What is done there",
	destination.Tracker: "Measures people", destination.ServedVia: "Served by way of", destination.ASN: "Network (AS number)",
	destination.ASOrganisation: "Who runs the network", destination.AddressCountry: "Country of the address",
	destination.OperatorCountry: "Country of the network", destination.OwnerCountry: "Country of the registrant",
}

// maxAddressesShown is how many addresses of a far end a page lists.
const maxAddressesShown = 6

// dossiers are those of the findings' far ends, each once.
func (v *view) dossiers() []dossier {
	var out []dossier
	seen := map[string]bool{}
	for _, p := range v.findings() {
		if seen[p.name] || len(out) == maxProofs {
			continue
		}
		seen[p.name] = true
		out = append(out, v.dossier(p))
	}
	return out
}

func (v *view) dossier(p *party) dossier {
	out := dossier{Name: p.name}
	d := v.destination(p)
	if d == nil {
		out.Addresses = v.m.Addr(p.ip)
		return out
	}
	var addrs []string
	for _, a := range d.DestIP[:min(len(d.DestIP), maxAddressesShown)] {
		addrs = append(addrs, v.m.Addr(a))
	}
	if n := len(d.DestIP) - len(addrs); n > 0 {
		addrs = append(addrs, thousands(int64(n))+" more")
	}
	out.Addresses = listed(addrs)
	for _, c := range d.Claims {
		row := v.claim(c)
		row.Conflict = destination.Disagree(d.Claims, c.Predicate)
		out.Conflict = out.Conflict || row.Conflict
		out.Claims = append(out.Claims, row)
	}
	return out
}

func (v *view) claim(c telltale.Claim) claimRow {
	what := claimWords[c.Predicate]
	if what == "" {
		what = strings.ReplaceAll(harmless(c.Predicate), "_", " ")
	}
	row := claimRow{What: what, Says: v.m.Text(c.Object), Of: v.m.Text(c.Subject), Source: harmless(c.Source), Date: harmless(c.Date)}
	if row.Date == "" {
		row.Date = "this capture"
	}
	if c.Confidence > 0 {
		row.Confidence = fmt.Sprintf("%.2f", c.Confidence)
	}
	return row
}

// metRow is a far end in the table of all of them.
type metRow struct {
	Name, Class, Word, Protocol, Flows, Sent, Received, Found string
}

// maxMet is how many far ends the page lists.
const maxMet = 40

// met lists everyone the capture shows, those with findings first.
func (v *view) met() (rows []metRow, more string) {
	for _, p := range v.parties {
		class, word := protectionClass(p.protection)
		if p.class() == "near" {
			class = "near"
		}
		row := metRow{Name: p.name, Class: class, Word: word, Found: kindList(p)}
		if c := v.contactOf(p); c != nil {
			row.Protocol, row.Flows, row.Sent, row.Received = c.AppProto, thousands(c.Flows), thousands(c.Sent), thousands(c.Received)
		}
		rows = append(rows, row)
	}
	for _, fs := range [...][]far{v.open, v.sealed, v.unknown, v.local, v.lookups} {
		for _, c := range fs {
			rows = append(rows, metOf(c))
		}
	}
	if n := len(rows) - maxMet; n > 0 {
		rows, more = rows[:maxMet], "and "+counted(int64(n), "more")+"; telltale flows lists all."
		more = strings.Replace(more, "mores", "more", 1)
	}
	return rows, more
}

func metOf(c far) metRow {
	class, word := protectionClass(c.Protection)
	found := "none"
	switch {
	case c.Protection == telltale.Sealed:
		found = "contents not visible"
	case class == "open" && (c.local() || c.AppProto == "dns" && c.local()):
		class = "near"
	}
	return metRow{c.called(), class, word, c.AppProto, thousands(c.Flows), thousands(c.Sent), thousands(c.Received), found}
}

func (v *view) metCount() int {
	return len(v.parties) + len(v.open) + len(v.sealed) + len(v.unknown) + len(v.local) + len(v.lookups)
}

func (v *view) contactOf(p *party) *Contact {
	for i := range v.Contacts {
		c := &v.Contacts[i]
		if v.name(c.Name, c.DestIP) == p.name && c.Protection == p.protection {
			return c
		}
	}
	return nil
}

// kindList names what a party got.
func kindList(p *party) string {
	var parts []string
	for i := 0; i < len(p.ids); {
		j := i
		for j < len(p.ids) && p.ids[j].Kind == p.ids[i].Kind {
			j++
		}
		part := wordsOf(p.ids[i].Kind).one
		if j-i > 1 {
			part = fmt.Sprintf("%s ×%d", part, j-i)
		}
		parts = append(parts, part)
		i = j
	}
	return strings.Join(parts, ", ")
}

// sureRow says of one identifier how sure it is, and why.
type sureRow struct {
	Name, Value, Origin, Level, Confidence, Count, When, Mine string
	Why                                                       []string
}

// maxSure is how many identifiers the page weighs one by one.
const maxSure = 40

// sureRows weighs the identifiers, those that say most first.
func (v *view) sureRows() []sureRow {
	var ids []*telltale.Identifier
	for i := range v.Identifiers {
		ids = append(ids, &v.Identifiers[i])
	}
	slices.SortStableFunc(ids, func(a, b *telltale.Identifier) int {
		if a.Level.AtLeast(telltale.Probable) != b.Level.AtLeast(telltale.Probable) {
			if a.Level.AtLeast(telltale.Probable) {
				return -1
			}
			return 1
		}
		return byRank(a, b)
	})
	var rows []sureRow
	for _, id := range ids[:min(len(ids), maxSure)] {
		row := sureRow{
			Name: wordsOf(id.Kind).label, Value: v.shown(id), Origin: harmless(id.Origin), Level: string(id.Level), Confidence: sureness(id.Confidence),
			Count: times(int(id.Count)), When: v.clock(id.First), Mine: v.mine(id),
		}
		for _, e := range id.Why {
			row.Why = append(row.Why, harmless(e.Evidence)+" (×"+ratio(e.LR)+")")
		}
		rows = append(rows, row)
	}
	return rows
}

// mine says whether the value is known to be the owner's.
func (v *view) mine(id *telltale.Identifier) string {
	switch {
	case !isOwn(id):
		return "many phones share it"
	case id.Level == telltale.Confirmed:
		return "yes: your device file holds it"
	case len(v.Info.Options.Devices) == 0:
		return "not known: no device file"
	case slices.ContainsFunc(id.Why, func(e telltale.Evidence) bool { return strings.Contains(e.Evidence, "device file") && e.LR > 1 }):
		return "in part: see the grounds"
	}
	return "not in your device file"
}

// sureness writes a confidence so that it never looks like certainty.
func sureness(c float64) string {
	if c > 0.999 {
		return "over 0.999"
	}
	return fmt.Sprintf("%.3g", c)
}

func ratio(lr float64) string {
	if lr >= 1 {
		return thousands(int64(lr + 0.5))
	}
	return fmt.Sprintf("%.2g", lr)
}

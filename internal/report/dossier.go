package report

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/destination"
	"github.com/telltale-audit/telltale/internal/numbering"
)

// Dossier is what is known of one far end without asking the network.
type Dossier struct {
	Destination telltale.Destination
	Tables      []telltale.Table // that were looked into
}

// Terminal writes the dossier as text to w: first what can be said at all,
// then each claim with its source and date, then how sure that is.
func (d *Dossier) Terminal(w io.Writer, m *telltale.Masker, s Style) error {
	scr := newScreen(s)
	c := claims{m, d.Destination.Claims}
	scr.line(span{d.title(m), bold})
	scr.blank()
	scr.prose(2, 2, span{d.answer(c), bold})
	if len(c.list) > 0 || !d.Destination.Domain.IsZero() {
		scr.heading("WHO IS THAT")
	}
	if !d.Destination.Domain.IsZero() && m.Text(d.Destination.Domain) != d.title(m) {
		scr.labelled(claimColumn, "part of", plain, span{m.Text(d.Destination.Domain) + ", which somebody registered", plain})
	}
	c.rows(scr, true)
	c.certainty(scr)
	scr.blank()
	scr.prose(0, 2, span{"Nothing was asked on the network. Tables: " + tableDates(d.Tables), dim})
	return scr.writeTo(w)
}

// answer is the sentence that can be signed.
func (d *Dossier) answer(c claims) string {
	inside := len(d.Destination.DestIP) > 0
	for _, a := range d.Destination.DestIP {
		inside = inside && !destination.IsPublic(a)
	}
	if inside && len(c.list) == 0 {
		return "It is an address inside a network or of a group: nobody on the internet answers for it."
	}
	return c.answer()
}

func (d *Dossier) title(m *telltale.Masker) string {
	switch {
	case !d.Destination.Name.IsZero():
		return m.Text(d.Destination.Name)
	case len(d.Destination.DestIP) > 0:
		return m.Addr(d.Destination.DestIP[0])
	}
	return "a far end without a name"
}

// tableDates lists tables with their dates.
func tableDates(tables []telltale.Table) string {
	var parts []string
	for _, t := range tables {
		if text := strings.ReplaceAll(t.Name, "-", " ") + " of " + t.Date; !slices.Contains(parts, text) {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ", ") + "."
}

// claimColumn is where what is claimed begins; its label stands before it.
const claimColumn = 18

// claims are told of one far end.
type claims struct {
	m    *telltale.Masker
	list []telltale.Claim
}

// of returns the claims of a predicate.
func (c claims) of(predicate string) (out []telltale.Claim) {
	for _, x := range c.list {
		if x.Predicate == predicate {
			out = append(out, x)
		}
	}
	return out
}

// objects returns what is claimed under a predicate, each once.
func (c claims) objects(predicate string) (out []string) {
	for _, x := range c.of(predicate) {
		if text := c.m.Text(x.Object); !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

// answer says what the claims come to.
func (c claims) answer() string {
	owners := c.objects(destination.Organisation)
	switch {
	case destination.Disagree(c.list, destination.Organisation):
		return "Sources disagree on who is behind it, and nothing here chooses between them."
	case len(owners) > 0:
		return "It is said to belong to " + owners[0] + "."
	}
	if networks := c.objects(destination.ASOrganisation); len(networks) > 0 {
		return "Who is behind it is not known here; its address is in the network of " + networks[0] + "."
	}
	if uses := c.objects(destination.Category); len(uses) > 0 {
		return "It is said to be used for this: " + uses[0] + "."
	}
	return "Nothing is known of it here. That says nothing about it."
}

// What claims are called in text, in the order they are shown. Networks and
// countries are shown together, after these.
var claimLabels = []struct{ predicate, label string }{
	{destination.Organisation, "said to own it"},
	{destination.Registrant, "registered by"},
	{destination.Category, "used for"},
	{destination.Tracker, "measures there"},
	{destination.ServedVia, "served via"},
	{destination.OwnerCountry, "owner's country"},
}

// rows writes the claims, each with its source under it; weighed has their
// confidence beside them.
func (c claims) rows(s *screen, weighed bool) {
	for _, l := range claimLabels {
		label := l.label
		for _, x := range c.of(l.predicate) {
			text := c.m.Text(x.Object)
			if l.predicate == destination.OwnerCountry {
				text = numbering.Country(text)
			}
			c.row(s, label, text, x, weighed)
			label = ""
		}
		if l.predicate == destination.Organisation && !weighed && destination.Disagree(c.list, l.predicate) {
			s.labelled(claimColumn, "", plain, span{"Sources disagree, and this report does not choose between them.", plain})
		}
	}
	c.networks(s, weighed)
	c.countries(s, weighed)
}

// row writes one claim and, in the faintest ink, whose it is.
func (c claims) row(s *screen, label, text string, x telltale.Claim, weighed bool) {
	if !weighed || cells(text) > s.width-claimColumn-6 {
		s.labelled(claimColumn, label, plain, span{text, plain})
	} else {
		r := &row{}
		r.at(2, label, plain)
		r.at(claimColumn, text, plain)
		r.right(s.width, weight(x.Confidence), dim)
		s.row(r)
	}
	s.prose(claimColumn+2, claimColumn+2, span{cited(x), dim})
}

// cited is where a claim is from.
func cited(x telltale.Claim) string {
	if x.Date == "" {
		return x.Source
	}
	return x.Source + " · " + x.Date
}

// maxListed is how many networks or countries of one far end are named.
const maxListed = 4

func (c claims) networks(s *screen, weighed bool) {
	numbers, names := c.of(destination.ASN), c.of(destination.ASOrganisation)
	for i, x := range numbers[:min(len(numbers), maxListed)] {
		label, text := "", c.m.Text(x.Object)
		if i == 0 {
			label = "network"
		}
		if i < len(names) {
			text += " " + c.m.Text(names[i].Object)
		}
		c.row(s, label, text, x, weighed)
	}
}

// countries writes what each table says, and whether they agree.
func (c claims) countries(s *screen, weighed bool) {
	label := "country"
	for _, t := range []struct{ predicate, what string }{
		{destination.AddressCountry, ", where the address is registered"},
		{destination.OperatorCountry, ", where the network is registered that announces it"},
	} {
		list := c.of(t.predicate)
		for _, x := range list[:min(len(list), maxListed)] {
			c.row(s, label, numbering.Country(c.m.Text(x.Object))+t.what, x, weighed)
			label = ""
		}
	}
	if label != "" {
		return
	}
	text := "The tables agree."
	if destination.Disagree(c.list, destination.AddressCountry) {
		text = "The tables differ, and both are shown."
	}
	s.labelled(claimColumn, "", plain, span{text + " Neither says where data are kept.", plain})
}

// certainty writes the links of the chain and names the weakest.
func (c claims) certainty(s *screen) {
	var links []destination.Link
	for _, l := range []struct{ what, predicate string }{
		{"owner", destination.Organisation}, {"network", destination.ASN}, {"country", destination.AddressCountry},
	} {
		best := 0.0
		for _, x := range c.of(l.predicate) {
			best = max(best, x.Confidence)
		}
		if best > 0 {
			links = append(links, destination.Link{What: l.what, Confidence: best})
		}
	}
	least, ok := destination.Weakest(links...)
	if !ok {
		return
	}
	s.heading("HOW SURE")
	for _, l := range links {
		s.labelled(claimColumn, l.What, plain, span{weight(l.Confidence), plain})
	}
	s.labelled(claimColumn, "weakest link", plain, span{least.What + ", " + weight(least.Confidence) + ": a chain is no surer than that", bold})
}

// weight writes a confidence.
func weight(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }

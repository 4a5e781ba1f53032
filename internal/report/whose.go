package report

import (
	"fmt"
	"slices"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/destination"
	"github.com/telltale-audit/telltale/internal/numbering"
)

// destinationOf returns the record of a party's far end, or nil.
func (v *view) destinationOf(p *party) *telltale.Destination {
	for i := range v.Destinations {
		d := &v.Destinations[i]
		if p.text.IsZero() && d.Name.IsZero() && slices.Contains(d.DestIP, p.ip) || !p.text.IsZero() && !d.Name.IsZero() && v.m.Text(d.Name) == p.name {
			return d
		}
	}
	return nil
}

// whose says in a few words who is behind a party and in which country its
// address is registered.
func (v *view) whose(p *party) (notes []string) {
	d := v.destinationOf(p)
	if d == nil {
		return nil
	}
	c := claims{v.m, d.Claims}
	if text := c.country(); text != "" {
		notes = append(notes, text)
	}
	owners := c.of(destination.Organisation)
	switch {
	case len(owners) == 0:
	case destination.Disagree(d.Claims, destination.Organisation):
		notes = append(notes, fmt.Sprintf("owner: %d claims in conflict", len(owners)))
	default:
		notes = append(notes, "owner: "+v.m.Text(owners[0].Object))
	}
	return notes
}

// country says what the tables say of the first address.
func (c claims) country() string {
	address, operator := c.objects(destination.AddressCountry), c.objects(destination.OperatorCountry)
	switch {
	case len(address) == 0 && len(operator) == 0:
		return ""
	case len(address) == 0:
		return numbering.Country(operator[0]) + ", by 1 of 2 tables"
	case len(operator) == 0:
		return numbering.Country(address[0]) + ", by 1 of 2 tables"
	case slices.Equal(address, operator) && len(address) == 1:
		return numbering.Country(address[0]) + ", by 2 of 2 tables"
	}
	return numbering.Country(address[0]) + " or " + numbering.Country(operator[0]) + ": 2 tables"
}

// maxWhose is how many far ends are told of at length.
const maxWhose = 3

// whoIsThat lists, for those who were sent most, every claim with its source.
func (v *view) whoIsThat(s *screen) {
	told := 0
	for _, p := range v.parties {
		d := v.destinationOf(p)
		if d == nil || len(d.Claims) == 0 || told >= maxWhose {
			continue
		}
		if told == 0 {
			s.heading("WHO IS THAT")
		} else {
			s.blank()
		}
		told++
		s.prose(2, 4, span{p.name, bold})
		claims{v.m, d.Claims}.rows(s, false)
	}
}

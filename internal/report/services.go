package report

import (
	"fmt"
	"slices"

	"github.com/telltale-audit/telltale"
)

// maxServices is how many services the verdict names.
const maxServices = 2

// service returns the service of that id, or nil.
func (v *view) service(id string) *Service {
	if i := slices.IndexFunc(v.Services, func(s Service) bool { return s.ID == id }); id != "" && i >= 0 {
		return &v.Services[i]
	}
	return nil
}

// services says which services' form the messages have that parties got: "This is
// how ..., as NRKbeta, 2019-03-21 describes it".
func (v *view) services(s *screen, told []*party) {
	var known []*Service
	all := true
	for _, p := range told {
		for _, snd := range p.sends {
			svc := v.service(snd.Service)
			if svc == nil || svc.Says == "" {
				all = false
			} else if !slices.Contains(known, svc) {
				known = append(known, svc)
			}
		}
	}
	for _, svc := range known[:min(len(known), maxServices)] {
		subject := "This is"
		if !all || len(known) > 1 {
			subject = "Some of it is"
		}
		s.prose(2, 2, span{fmt.Sprintf("%s %s (%s).", subject, svc.Says, svc.Source), plain})
	}
}

// servicesTalkedTo names services that were talked to where no identifier was
// seen, and says no more than that.
func (v *view) servicesTalkedTo(s *screen) {
	var named []*Service
	for i := range v.Contacts {
		c := &v.Contacts[i]
		svc := v.service(c.Service)
		if svc == nil || svc.Contact == "" || slices.Contains(named, svc) || len(named) == maxServices {
			continue
		}
		named = append(named, svc)
		end := "no identifier was seen on the way to it"
		if c.Protection == telltale.Sealed {
			end = "what was said is sealed, and not visible"
		}
		s.prose(2, 2, span{fmt.Sprintf("It talked to %s, %s (%s); %s.", v.name(c.Name, c.DestIP), svc.Contact, svc.Source, end), plain})
	}
}

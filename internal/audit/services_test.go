package audit_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/telltale-audit/telltale/internal/audit"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
)

// TestRegistrationKnownAnyway has registrations without the host that tells them:
// by the address that a client falls back to, and by the address that two of them
// say they ask for.
func TestRegistrationKnownAnyway(t *testing.T) {
	fallback := at("42.99.2.15", gateway[:]...)
	body := []byte(`{"MEID":"001012704839210","SIM1ICCID":"89999001234567890125"}`)
	ask := func(headers ...string) []byte {
		headers = append(headers, "Content-Type: text/plain", fmt.Sprint("Content-Length: ", len(body)))
		return lab.HTTP("POST / HTTP/1.1", headers, body)
	}
	for _, c := range []struct {
		name    string
		to      lab.Host
		request []byte
		known   bool
	}{
		{"the fallback address", fallback, ask("Host: 42.99.2.15:9999"), true},
		{"another address", far, ask("Host: 203.0.113.10:9999"), false},
		{"for whom all ask", far, ask("Host: register.example", "X-forwarded-for: 117.61.5.70"), true},
		{"for another", far, ask("Host: register.example", "X-Forwarded-For: 203.0.113.7"), false},
	} {
		x := new(lab.Capture)
		sends(x, 0, phone, c.to, c.request)
		_, raw := listenRaw(t, audit.Options{}, write(t, x, packet.LinkEthernet))
		known, told := false, 0
		for _, l := range raw {
			if regexp.MustCompile(`"event_type":"transmission"`).Match(l) {
				told++
				known = regexp.MustCompile(`"signature":"china-telecom-registration"`).Match(l)
			}
		}
		if told == 0 || known != c.known {
			t.Errorf("%s: known %t, want %t; %d transmissions", c.name, known, c.known, told)
		}
	}
}

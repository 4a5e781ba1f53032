package detect

import (
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// Every header of the table gives its kinds, in any case, and nothing where it
// holds no value of them; without the header the value is nothing.
func TestHeaders(t *testing.T) {
	values := map[telltale.Kind]string{
		telltale.MSISDN: "4799900123", telltale.IMSI: "001010123456789", telltale.Other: "EX0aB1cD2eF3gH4iJ5kL",
	}
	headers := Headers()
	if len(headers) < 23 {
		t.Fatalf("only %d headers", len(headers))
	}
	for _, h := range headers {
		for _, k := range h.Kinds {
			for _, name := range []string{h.Name, strings.ToUpper(h.Name)} {
				text := []byte("GET / HTTP/1.1\r\nHost: x.example\r\n" + name + ": " + values[k] + "\r\n\r\n")
				if len(ofKind(search(New(nil), text), k)) != 1 {
					t.Errorf("%s: %s not found", name, k)
				}
			}
		}
		for _, nothing := range []string{"unknown", "true", "", "1", "0000000000", "a b c d e f g h"} {
			text := []byte("GET / HTTP/1.1\r\nHost: x.example\r\n" + h.Name + ": " + nothing + "\r\n\r\n")
			if hits := search(New(nil), text); len(hits) > 0 {
				t.Errorf("%s: %q is %s", h.Name, nothing, hits[0].Kind)
			}
		}
		if !strings.Contains(headersText, "# ["+h.Source+"]") {
			t.Errorf("%s: source %s is not named", h.Name, h.Source)
		}
	}
	for k, v := range values {
		if hits := search(New(nil), []byte("GET / HTTP/1.1\r\nX-Page: "+v+"\r\n\r\n")); k != telltale.IMSI && len(hits) > 0 {
			t.Errorf("%s found without its header", hits[0].Kind)
		}
	}
}

package detect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var msisdn = &Detector{
	Kind:  telltale.MSISDN,
	Judge: judgeMSISDN,
	Least: 8,
	ByKey: true,
	Finds: []string{
		`{"msisdn":"+4799900123"}`,
		`{"phoneNumber":"+999 555 01 42"}`,
		"X-MDN: 9995550142\r\n",
		"x-up-calling-line-id: 4799900123\r\n",
		`{"line1Number":"004799900123"}`,
	},
	Ignores: []string{
		"+4799900123",
		`{"phone":"0799900123"}`, // nobody knows in which country
		`{"phone":"+0123456789"}`,
		`{"phone":"Example One"}`,
		`{"phone":"2222222222"}`,
		`{"tel":"+47"}`,
		`{"mobile":"210123456"}`, // begins with a code that no country has
	},
}

// judgeMSISDN reads 8 to 15 digits, country code first, which a key names: they
// have no other form (ITU-T E.164, 6.2).
func judgeMSISDN(token []byte, keyed bool, r *Reading) bool {
	if !keyed {
		return false
	}
	plus := token[0] == '+'
	if plus {
		token = token[1:]
	}
	var d digits
	if !d.set(token, 17) || numbering.AllEqual(d.bytes()) {
		return false
	}
	number := d.bytes()
	if !plus && len(number) > 2 && number[0] == '0' && number[1] == '0' {
		number, plus = number[2:], true
	}
	code, n := numbering.CountryCode(number)
	if len(number) < 8 || len(number) > 15 || number[0] == '0' || code == numbering.CodeUnassigned {
		return false
	}
	*r = Reading{Value: "+" + string(number), Prior: 0.02}
	if plus {
		r.shape("written as an international number", 10)
	}
	if code == numbering.CodeTest {
		r.note(noteTestRange)
	} else {
		r.shape("country code %s is assigned", 1.25, string(number[:n]))
	}
	return true
}

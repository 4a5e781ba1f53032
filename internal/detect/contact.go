package detect

import (
	"bytes"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var contact = &Detector{
	Kind:  telltale.Contact,
	Judge: judgeContact,
	Least: 5,
	ByKey: true,
	Finds: []string{
		`{"contactName":"Ola Example"}`,
		`{"contact":"+47 999 00 124"}`,
		"phonebook=%2B4799900124&x=1",
		`{"callerNumber":"99900124"}`,
		`{"contactEmail":"other.one@mail.example"}`,
	},
	Ignores: []string{
		"Ola Example",
		`{"contact":"Support"}`, // a word alone is as much a heading
		`{"contact":"contact us"}`,
		`{"contacts":"true"}`,
		`{"contact":"2024"}`,
		`{"contactName":"null"}`,
		`{"contact":"1111111111"}`,
		`{"phoneName":"Ola Example"}`,
	},
}

// judgeContact reads what a key names as an entry of an address book or a list of
// calls: a number, an address or a name.
func judgeContact(token []byte, keyed bool, r *Reading) bool {
	if !keyed {
		return false
	}
	if judgeMSISDN(token, true, r) {
		return true
	}
	if bytes.IndexByte(token, '@') > 0 {
		return judgeEmail(token, true, r)
	}
	var d digits
	if d.set(bytes.TrimPrefix(token, []byte("+")), 15) {
		if d.n < 7 || numbering.AllEqual(d.bytes()) {
			return false
		}
		*r = Reading{Value: string(d.bytes()), Prior: 0.02}
		return true
	}
	if nameWords(token) < 2 && (token[0] < 0x80 || nameWords(token) == 0) {
		return false
	}
	*r = Reading{Value: string(token), Prior: 0.02}
	return true
}

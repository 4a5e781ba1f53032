package detect

import (
	"bytes"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var iccid = &Detector{
	Kind:  telltale.ICCID,
	Judge: judgeICCID,
	Least: 18,
	Finds: []string{
		`{"SIM1ICCID":"89999001234567890125"}`,
		`{"SIM1ICCID":"8999900123456789012"}`, // cut to 19 digits, so that the check digit is gone
		`iccid=8947020000123456782`,
		`8947020000123456782`,
		`89999001234567890125`,
		`{"simSerial":"898603A1B2C3D4E5F607"}`, // Chinese cards may have letters
		`{"iccid":"8947020000123456782F"}`,     // as it stands on the card
		`{"cards":"89999001234567890125,8947020000123456782"}`,
	},
	Ignores: []string{
		"89999001234567890126", // wrong check digit
		`{"ns":"1763779394123456789"}`,
		`{"iccid":"8888888888888888888"}`,
		`{"iccid":"89470200001234567829F"}`,
		`898603A1B2C3D4E5F607`,
	},
}

// judgeICCID reads 18 to 22 digits that begin with 89 (ITU-T E.118), or a
// Chinese card's number with letters where a key names it.
func judgeICCID(token []byte, keyed bool, r *Reading) bool {
	if keyed && !numbering.IsDigits(token) && numbering.ChineseICCID(token) {
		*r = Reading{Value: string(bytes.ToUpper(token)), Prior: 0.2}
		r.shape("issuer is Chinese", 10)
		return true
	}
	if n := len(token) - 1; keyed && n > 0 && n%2 == 1 && lower(token[n]) == 'f' {
		token = token[:n] // which fills up the last byte on the card (ETSI TS 102 221, clause 13.2)
	}
	var d digits
	if !d.set(token, 22) || !numbering.ICCID(d.bytes()) {
		return false
	}
	*r = Reading{Value: string(d.bytes()), Prior: 0.2}
	switch {
	case numbering.Luhn(d.bytes()):
		r.shape("check digit holds", 10)
	case d.n == 20:
		r.shape("check digit does not hold", 0.02)
	default:
		r.shape("no check digit", 0.3) // some clients cut it off
	}
	switch code, n := numbering.CountryCode(d.bytes()[2:]); code {
	case numbering.CodeAssigned:
		r.shape("country code %s is assigned", 1.25, r.Value[2:2+n])
	case numbering.CodeTest:
		r.note(noteTestRange)
	default:
		r.shape("no country has this code", 0.1)
	}
	return true
}

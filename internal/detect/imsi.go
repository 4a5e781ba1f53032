package detect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var imsi = &Detector{
	Kind:  telltale.IMSI,
	Judge: judgeIMSI,
	Least: 14,
	Finds: []string{
		`{"SIM1LTEIMSI":"001010123456789"}`,
		`imsi=242011234567890`,
		`{"subscriberId":"24201123456789"}`,
	},
	Ignores: []string{
		"242011234567890",            // any 15 digits
		`{"date":"20261122024314"}`,  // a date and time
		`{"imsi":"111111111111111"}`, // what some clients send instead
		`{"imsi":"000101234567890"}`, // no such country
	},
}

// judgeIMSI reads 15 digits, or 14 where a key names them, that begin with a
// country's code (3GPP TS 23.003 2.2, ITU-T E.212).
func judgeIMSI(token []byte, keyed bool, r *Reading) bool {
	var d digits
	if !d.set(token, 15) || !numbering.IMSI(d.bytes()) || placeholderDigits(d.bytes()) || d.n == 14 && !keyed {
		return false
	}
	*r = Reading{Value: string(d.bytes()), Prior: 0.02}
	if country := numbering.MCC(d.bytes()); country == "TEST" {
		r.note(noteTestRange)
	} else {
		r.shape("country code %s is assigned (%s)", 4.2, r.Value[:3], country)
	}
	r.epoch(d.bytes())
	return true
}

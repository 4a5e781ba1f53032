package detect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var imei = &Detector{
	Kind:  telltale.IMEI,
	Judge: judgeIMEI,
	Least: 14,
	Finds: []string{
		`{"imei":"001012704839210"}`,
		`{"MEID":"001012704839392"}`, // the name of the field lies
		`device=352099001761481&x=1`,
		"IMEI: 00-101270-483921-0\r\n",
		`{"IMEI1":"00101270483921"}`, // without its check digit
	},
	Ignores: []string{
		"",
		"001012704839210",               // a test number and nothing that says IMEI
		`{"orderId":"352099001761481"}`, // the check digit holds by chance in one of ten
		`{"imei":"000000000000000"}`,    // placeholders
		`{"imei":"012345678912345"}`,    //
		`{"imei":"none"}`,               //
		`{"x":0.352099001761481}`,       // a fraction
		`{"x":"1352099001761481352"}`,   // part of a longer number
		`{"x":"a352099001761481"}`,      // part of a word
	},
}

// judgeIMEI reads 15 digits, or where a key names them the 14 without check
// digit, separators tolerated (3GPP TS 23.003 6.2.1).
func judgeIMEI(token []byte, keyed bool, r *Reading) bool {
	var d digits
	if !d.set(token, 15) || placeholderDigits(d.bytes()) {
		return false
	}
	switch {
	case d.n == 14 && keyed:
		*r = Reading{Value: string(d.bytes()) + string(numbering.LuhnDigit(d.bytes())), Prior: 0.02}
		r.note(noteDigitAbsent)
		r.reportingBody()
		return true
	case d.n != 15:
		return false
	}
	luhn := numbering.Luhn(d.bytes())
	if !luhn && numbering.ReportingBody(d.bytes()) == numbering.BodyUnknown {
		return false // whatever a key says
	}
	*r = Reading{Value: string(d.bytes()), Prior: 0.02}
	if luhn {
		r.shape("check digit holds", 10)
	} else {
		r.shape("check digit does not hold", 0.02) // not 0: signalling sends a 0 in its place
	}
	r.reportingBody()
	return true
}

// reportingBody adds what the first two digits of an IMEI tell.
func (r *Reading) reportingBody() {
	switch digits := r.Value[:2]; numbering.ReportingBody(r.Value) {
	case numbering.BodyAllocating:
		r.shape("reporting body %s is allocating", 25, digits)
	case numbering.BodyHistorical:
		r.shape("reporting body %s gave out numbers once", 3, digits)
	case numbering.BodyTest:
		r.note(noteTestRange)
	default:
		r.shape("no reporting body is %s", 0.02, digits)
	}
}

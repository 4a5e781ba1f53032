package detect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var imeisv = &Detector{
	Kind:  telltale.IMEISV,
	Judge: judgeIMEISV,
	Least: 16,
	Finds: []string{
		`{"imeisv":"3520990017614823"}`,
		"imei=3520990017614801",
	},
	Ignores: []string{
		"3520990017614823",            // nothing to check it by
		`{"ts":"1763779394123456"}`,   // microseconds since 1970
		`{"card":"4111111111111111"}`, // a payment card
		`{"imeisv":"1111111111111111"}`,
	},
}

// judgeIMEISV reads 16 digits, which carry no check digit (3GPP TS 23.003
// 6.2.2). What a payment card could be is left alone.
func judgeIMEISV(token []byte, keyed bool, r *Reading) bool {
	var d digits
	if !d.set(token, 16) || !numbering.IMEISV(d.bytes()) || placeholderDigits(d.bytes()) {
		return false
	}
	body := numbering.ReportingBody(d.bytes())
	if numbering.CardLike(d.bytes()) || !keyed && body != numbering.BodyAllocating {
		return false
	}
	*r = Reading{Value: string(d.bytes()), Prior: 0.02}
	r.reportingBody()
	r.epoch(d.bytes())
	return true
}

package detect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var eid = &Detector{
	Kind:  telltale.EID,
	Judge: judgeEID,
	Least: 32,
	ByKey: true,
	Finds: []string{
		`{"eid":"89034011560010000000000000000121"}`,
		`{"EID":"8904 4011 1122 3344 1122 3344 1122 3321"}`,
		"euiccid=89044011112233441122334411223321",
	},
	Ignores: []string{
		"89034011560010000000000000000121",
		`{"eid":"89034011560010000000000000000122"}`, // its check digits do not fit
		`{"eid":"4711"}`,
	},
}

// judgeEID reads the 32 digits of an eSIM's number, which carry two check digits
// (GSMA SGP.29).
func judgeEID(token []byte, keyed bool, r *Reading) bool {
	var d digits
	if !keyed || !d.set(token, 32) || !numbering.EID(d.bytes()) {
		return false
	}
	*r = Reading{Value: string(d.bytes()), Prior: 0.02}
	r.shape("check digits hold", 97)
	return true
}

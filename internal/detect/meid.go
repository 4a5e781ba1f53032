package detect

import (
	"bytes"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var meid = &Detector{
	Kind:  telltale.MEID,
	Judge: judgeMEID,
	Least: 14,
	ByKey: true,
	Finds: []string{
		`{"MEID":"A0000049D1C3E7"}`,
		`{"deviceId":"a0000049d1c3e72"}`, // with its check digit
		"meid=268435463313747175",        // decimal
	},
	Ignores: []string{
		"A0000049D1C3E7", // any 14 hexadecimal digits
		`{"hash":"A0000049D1C3E7"}`,
		`{"MEID":"AAAAAAAAAAAAAA"}`,
	},
}

// judgeMEID reads what a key names: 14 hexadecimal digits from A0..., with or
// without check digit, or the 18 decimal ones (3GPP2 S.R0048).
func judgeMEID(token []byte, keyed bool, r *Reading) bool {
	if !keyed || len(token) < 14 || len(token) > 18 || numbering.AllEqual(token) {
		return false
	}
	*r = Reading{Prior: 0.02}
	switch {
	case len(token) == 18 && numbering.IsDigits(token):
		r.Value = numbering.MEIDFromDecimal(string(token))
		r.shape("decimal form of a MEID", 10)
	case numbering.MEID(token):
		r.Value = string(bytes.ToUpper(token[:14]))
		r.shape("first digit of a MEID", 2.7)
		if len(token) == 15 {
			r.shape("check digit holds", 16)
		}
	}
	return r.Value != ""
}

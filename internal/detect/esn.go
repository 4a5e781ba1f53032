package detect

import (
	"bytes"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var esn = &Detector{
	Kind:  telltale.ESN,
	Judge: judgeESN,
	Least: 8,
	ByKey: true,
	Finds: []string{
		`{"esn":"8016B128"}`,
		"pesn=80a1b2c3",
	},
	Ignores: []string{
		"8016B128",
		`{"esn":"00000000"}`,
		`{"esn":"80A1B2"}`,
		`{"crc":"8016B128"}`,
	},
}

// judgeESN reads the 8 hexadecimal digits that a key names. Those that a phone
// computes from its MEID begin with 80 (3GPP2 C.S0072).
func judgeESN(token []byte, keyed bool, r *Reading) bool {
	if !keyed || len(token) != 8 || !numbering.IsHex(token) || numbering.AllEqual(token) {
		return false
	}
	*r = Reading{Value: string(bytes.ToUpper(token)), Prior: 0.02}
	if token[0] == '8' && token[1] == '0' {
		r.shape("begins as one computed from a MEID", 10)
	}
	return true
}

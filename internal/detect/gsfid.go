package detect

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var gsfID = &Detector{
	Kind:  telltale.GSFID,
	Judge: judgeGSFID,
	Least: 14,
	ByKey: true,
	Finds: []string{
		`{"gsf_id":"3a1b2c3d4e5f6071"}`,
		`{"gsfId":"4187092817465293937"}`, // the same, decimal
	},
	Ignores: []string{
		"3a1b2c3d4e5f6071",
		`{"gsfid":"0000000000000000"}`,
		`{"gsfid":"99999999999999999999"}`, // over 64 bits
		`{"android_id":"4187092817465293937"}`,
	},
}

// judgeGSFID reads what a key names as the number under which Google's services
// know a device: 64 bits, as hexadecimal or decimal digits.
func judgeGSFID(token []byte, keyed bool, r *Reading) bool {
	if !keyed || len(token) > 20 || numbering.AllEqual(token) {
		return false
	}
	id := strings.ToLower(string(token))
	switch {
	case numbering.IsDigits(token) && len(token) >= 17:
		n, err := strconv.ParseUint(id, 10, 64)
		if err != nil {
			return false
		}
		id = fmt.Sprintf("%016x", n)
	case !numbering.IsHex(token) || len(token) > 16:
		return false
	}
	*r = Reading{Value: id, Prior: 0.02}
	return true
}

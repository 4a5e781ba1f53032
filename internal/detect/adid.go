package detect

import (
	"bytes"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var adID = &Detector{
	Kind:  telltale.AdID,
	Judge: judgeAdID,
	Least: 16,
	ByKey: true,
	Finds: []string{
		`{"gaid":"5a1e8c7d-2b3f-4c6a-9d8e-0f1a2b3c4d5e"}`,
		"x=1&idfa=5A1E8C7D-2B3F-4C6A-9D8E-0F1A2B3C4D5E&os=ios",
		`{"advertisingId":"5a1e8c7d2b3f4c6a9d8e0f1a2b3c4d5e"}`,
		`{"oaid":"1fe9a970efbb29e0"}`, // as some makers form theirs
	},
	Ignores: []string{
		"5a1e8c7d-2b3f-4c6a-9d8e-0f1a2b3c4d5e",
		`{"idfa":"00000000-0000-0000-0000-000000000000"}`, // its owner said no
		`{"requestId":"5a1e8c7d-2b3f-4c6a-9d8e-0f1a2b3c4d5e"}`,
		`{"gaid":"none"}`,
	},
}

var idfv = &Detector{
	Kind:  telltale.IDFV,
	Judge: judgeIDFV,
	Least: 32,
	ByKey: true,
	Finds: []string{
		`{"idfv":"5A1E8C7D-2B3F-4C6A-9D8E-0F1A2B3C4D5E"}`,
	},
	Ignores: []string{
		"5A1E8C7D-2B3F-4C6A-9D8E-0F1A2B3C4D5E",
		`{"idfv":"00000000-0000-0000-0000-000000000000"}`,
		`{"vendorName":"5A1E8C7D"}`,
	},
}

// judgeAdID reads the advertising id that a key names: a UUID on Android and iOS,
// on some makers' phones 16 to 64 hexadecimal digits.
func judgeAdID(token []byte, keyed bool, r *Reading) bool {
	if judgeIDFV(token, keyed, r) {
		return true
	}
	if !keyed || len(token) > 64 || len(token)%16 != 0 || !numbering.IsHex(token) || numbering.AllEqual(token) {
		return false
	}
	*r = Reading{Value: string(bytes.ToLower(token)), Prior: 0.02}
	return true
}

// judgeIDFV reads the UUID that a key names (RFC 9562, 4), with its hyphens or
// without.
func judgeIDFV(token []byte, keyed bool, r *Reading) bool {
	if !keyed {
		return false
	}
	id, hyphens := uuid(token)
	if id == "" {
		return false
	}
	*r = Reading{Value: id, Prior: 0.02}
	if hyphens {
		r.shape("written as a UUID", 10)
	}
	return true
}

// uuid returns token as a UUID in small letters, with hyphens, and whether it had
// them; "" if it is none, or one that says nothing.
func uuid(token []byte) (id string, hyphens bool) {
	var d [32]byte
	n := 0
	for i, c := range token {
		hyphen := len(token) == 36 && (i == 8 || i == 13 || i == 18 || i == 23)
		if hyphen != (c == '-') || !hyphen && n == len(d) {
			return "", false
		}
		if !hyphen {
			d[n] = lower(c)
			n++
		}
	}
	if n != len(d) || !numbering.IsHex(d[:]) || numbering.AllEqual(d[:]) {
		return "", false
	}
	b := d[:]
	return string(b[:8]) + "-" + string(b[8:12]) + "-" + string(b[12:16]) + "-" + string(b[16:20]) + "-" + string(b[20:]), len(token) == 36
}

package detect

import (
	"bytes"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var androidID = &Detector{
	Kind:  telltale.AndroidID,
	Judge: judgeAndroidID,
	Least: 14,
	ByKey: true,
	Finds: []string{
		`{"android_id":"a1b2c3d4e5f60718"}`,
		"androidid=A1B2C3D4E5F60718",
		`{"device_id":"a1b2c3d4e5f60718"}`, // as most programs call it
		`{"openudid":"1b2c3d4e5f60718"}`,   // old versions left out leading zeros
	},
	Ignores: []string{
		"a1b2c3d4e5f60718",
		`{"android_id":"9774d56d682e549c"}`, // that of a faulty version, which many phones share
		`{"android_id":"0000000000000000"}`,
		`{"android_id":"a1b2c3d4"}`,
		`{"hash":"a1b2c3d4e5f60718"}`,
		`{"device_id":"1234567890123456"}`,
	},
}

// judgeAndroidID reads the 14 to 16 hexadecimal digits that a key names
// (Settings.Secure.ANDROID_ID in Android's reference).
func judgeAndroidID(token []byte, keyed bool, r *Reading) bool {
	if !keyed || len(token) < 14 || len(token) > 16 || !numbering.IsHex(token) || numbering.IsDigits(token) || numbering.AllEqual(token) {
		return false
	}
	id := strings.Repeat("0", 16-len(token)) + string(bytes.ToLower(token))
	if id == "9774d56d682e549c" {
		return false
	}
	*r = Reading{Value: id, Prior: 0.02}
	return true
}

package detect

import (
	"encoding/base64"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var widevineID = &Detector{
	Kind:  telltale.WidevineID,
	Judge: judgeWidevineID,
	Least: 43,
	ByKey: true,
	Finds: []string{
		`{"widevineId":"00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210"}`,
		`{"drmId":"ABEiM0RVZneImaq7zN3u/wEjRWeJq83v/ty6mHZUMhA="}`,
	},
	Ignores: []string{
		"00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210",
		`{"drmId":"00112233"}`,
		`{"sha256":"00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210"}`,
	},
}

// judgeWidevineID reads what a key names as the device's number in a system for
// copy protection: 32 bytes, as hexadecimal digits or Base64 (MediaDrm's
// property deviceUniqueId in Android's reference).
func judgeWidevineID(token []byte, keyed bool, r *Reading) bool {
	if !keyed || numbering.AllEqual(token) || len(token) > 64 {
		return false
	}
	hex := len(token) == 64 && numbering.IsHex(token)
	if !hex && !base64Of32(token) {
		return false
	}
	*r = Reading{Value: string(token), Prior: 0.02}
	r.shape("32 bytes", 5)
	return true
}

func base64Of32(token []byte) bool {
	if len(token) != 44 || token[43] != '=' {
		return false
	}
	var out [33]byte
	n, err := base64.StdEncoding.Decode(out[:], token)
	return err == nil && n == 32
}

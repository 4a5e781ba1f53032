package detect

import (
	"bytes"
	"strings"

	"github.com/telltale-audit/telltale"
)

var installID = &Detector{
	Kind:  telltale.InstallID,
	Judge: judgeInstallID,
	Least: 16,
	ByKey: true,
	Finds: []string{
		`{"installationId":"5a1e8c7d-2b3f-4c6a-9d8e-0f1a2b3c4d5e"}`,
		`{"apnsToken":"00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210"}`,
		"firebase_instance_id=dQw4w9WgXcQaB3kZ7pLm2N",
		`{"fcmToken":"dQw4w9WgXcQ:APA91b` + strings.Repeat("A1b2-C3d4_", 13) + `"}`,
		`{"device_id":"5a1e8c7d-2b3f-4c6a-9d8e-0f1a2b3c4d5e"}`,
		`{"app.appSetId":"5a1e8c7d-2b3f-4c6a-9d8e-0f1a2b3c4d5e"}`,
	},
	Ignores: []string{
		"5a1e8c7d-2b3f-4c6a-9d8e-0f1a2b3c4d5e",
		`{"installId":"00000000-0000-0000-0000-000000000000"}`,
		`{"installId":"com.example.application"}`,
		`{"pushToken":"ABCDEFGHIJKLMNOPQRST"}`, // no digit
		`{"device_id":"02:00:5e:10:7a:c4"}`,
		`xmpMM:DocumentID="xmp.did:510F55D778AA11E3B073E299B3377DE0"`, // a picture's
	},
}

// judgeInstallID reads what a key names as the number of an app's installation,
// or of a device as it sees it, or as the token under which messages are pushed to it:
// a UUID, or letters and digits.
func judgeInstallID(token []byte, keyed bool, r *Reading) bool {
	if judgeIDFV(token, keyed, r) {
		return true
	}
	if !keyed || len(token) > maxValue || !bytes.ContainsAny(token, "0123456789") || bytes.Count(token, []byte(":")) > 1 {
		return false
	}
	first, same := token[0], true
	for _, c := range token {
		if !isWord(c) && c != '-' && c != '_' && c != ':' || c >= 0x80 {
			return false
		}
		same = same && (c == first || c == '-')
	}
	if same {
		return false // the UUID of nothing
	}
	*r = Reading{Value: string(token), Prior: 0.02}
	return true
}

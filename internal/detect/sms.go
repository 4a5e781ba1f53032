package detect

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/telltale-audit/telltale"
)

var sms = &Detector{
	Kind:  telltale.SMS,
	Judge: judgeSMS,
	Least: 8,
	ByKey: true,
	Finds: []string{
		`{"smsBody":"Your code is 471108, do not tell anyone"}`,
		`{"sms":"See you at eight, bring the keys"}`,
		"sms_text=See%20you%20at%20eight&x=1",
		`{"pdu":"07919999000000F0040B919999550142F10000910131213041800AE8329BFD4697D9EC37"}`,
		`{"smsPdu":"0001000B919999550142F1000814041F044004380432043504420020007500700021"}`,
	},
	Ignores: []string{
		"See you at eight, bring the keys",
		`{"message":"See you at eight, bring the keys"}`, // as often a program's own
		`{"sms":"true"}`,
		`{"sms":"0"}`,
		`{"smsBody":""}`,
		`{"pdu":"07919999000000F0040B919999550142F10000910131213041800BE8329BFD4697D9EC37"}`, // one letter is missing
		`{"pdu":"00112233445566778899aabbccddeeff0123456789abcdef"}`,
	},
}

// leastText is how many letters a text message has at least.
const leastText = 6

// judgeSMS reads what a key names as a text message: some words, or a message as
// the network carries it.
func judgeSMS(token []byte, keyed bool, r *Reading) bool {
	if !keyed {
		return false
	}
	if text, ok := readPDU(token); ok {
		*r = Reading{Value: text, Prior: 0.02}
		r.shape("laid out as the network carries text messages", 50)
		return true
	}
	if !utf8.Valid(token) || !isProse(token) {
		return false
	}
	*r = Reading{Value: string(token), Prior: 0.02}
	return true
}

// isProse reports whether b has at least two words and enough letters, or letters
// of a script that sets no spaces.
func isProse(b []byte) bool {
	letters, others := 0, 0
	for _, c := range string(b) {
		if unicode.IsLetter(c) {
			letters++
			if c >= 0x2E80 {
				others++
			}
		}
	}
	return letters >= leastText && bytes.IndexByte(b, ' ') > 0 || others >= leastText/2
}

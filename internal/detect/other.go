package detect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var other = &Detector{
	Kind:  telltale.Other,
	Judge: judgeOther,
	Least: 10,
	ByKey: true,
	Finds: []string{
		"X-UIDH: OTgxNTk2NDk0ADJVquRu5NS5rSbBAN\r\n",
		"X-ACR: T0123abcDEF4567890-1\r\n",
		"X-Up-Subno: ex0123456789_gw1\r\n",
	},
	Ignores: []string{
		"OTgxNTk2NDk0ADJVquRu5NS5rSbBAN",
		"X-UIDH: unknown\r\n",
		"X-UIDH: 1\r\n",
		"X-Request-Id: OTgxNTk2NDk0ADJVquRu5NS5rSbBAN\r\n",
		`{"acr":"urn:mace:incommon:iap:silver"}`, // how strongly somebody was asked for proof
		"X-ACR: a token of some kind 123\r\n",
	},
}

// judgeOther reads a token that an operator gave its subscriber, which a header
// names: letters and digits, and what Base64 and file names have between them. A
// number alone is a telephone's.
func judgeOther(token []byte, keyed bool, r *Reading) bool {
	if !keyed || len(token) < 10 || len(token) > 256 || numbering.AllEqual(token) || placeholderName(token) {
		return false
	}
	letters, numbers := 0, 0
	for _, c := range token {
		switch {
		case isDigit(c):
			numbers++
		case isWord(c) && c < 0x80:
			letters++
		case c != '+' && c != '/' && c != '=' && c != '-' && c != '_' && c != '.' && c != ':' && c != '|':
			return false
		}
	}
	if numbers == 0 || letters == 0 {
		return false
	}
	*r = Reading{Value: string(token), Prior: 0.02}
	r.shape("stands in a header that operators add", 10)
	return true
}

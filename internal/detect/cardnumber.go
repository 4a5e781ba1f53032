package detect

import (
	"slices"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var cardNumber = &Detector{
	Kind:  telltale.CardNumber,
	Judge: judgeCardNumber,
	Least: 13,
	ByKey: true,
	Finds: []string{
		`{"cardNumber":"4111 1111 1111 1111"}`,
		"card_no=5555555555554444&cvc=1",
		`{"pan":378282246310005}`,
	},
	Ignores: []string{
		"4111111111111111",
		`{"orderNumber":"4111111111111111"}`,
		`{"cardNumber":"4111111111111112"}`, // the check digit does not hold
		`{"cardNumber":"9111111111111111"}`,
		`{"cardNumber":"0000000000000000"}`,
		`{"cardNumber":"************1111"}`,
	},
}

// testCards are the numbers that payment services publish to try a form with.
var testCards = []string{
	"4111111111111111", "4242424242424242", "4012888888881881", "5555555555554444", "5105105105105100", "2223003122003222",
	"378282246310005", "371449635398431", "6011111111111117", "3530111333300000",
}

// judgeCardNumber reads a payment card's number that a key names (ISO/IEC
// 7812-1).
func judgeCardNumber(token []byte, keyed bool, r *Reading) bool {
	var d digits
	if !keyed || !d.set(token, 19) || numbering.AllEqual(d.bytes()) || !numbering.CardLike(d.bytes()) {
		return false
	}
	*r = Reading{Value: string(d.bytes()), Prior: 0.02}
	r.shape("check digit holds", 10)
	r.shape("begins as a card network's numbers do", 3)
	if slices.Contains(testCards, r.Value) {
		r.note(noteTestRange)
	}
	return true
}

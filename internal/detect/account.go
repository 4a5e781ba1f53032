package detect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var account = &Detector{
	Kind:  telltale.Account,
	Judge: judgeAccount,
	Least: 3,
	ByKey: true,
	Finds: []string{
		`{"username":"owner.one"}`,
		"login=owner_one47&x=1",
		`{"accountId":"4711081523"}`,
		`{"nickname":"owner-one"}`,
	},
	Ignores: []string{
		"owner.one",
		`{"user":"owner.one"}`, // as often a part of the program
		`{"username":"admin"}`,
		`{"userId":"0"}`,
		`{"userId":"-1"}`,
		`{"userId":"12"}`,
		`{"login":"true"}`,
		`{"login":"https://id.example/login"}`,
		`{"username":"owner.one@mail.example"}`, // an address
		`{"accountName":"********"}`,
		`{"account":"aaaaaaaa"}`,
	},
}

// notAccounts are what fields for account names hold that name none, and names
// that every machine knows.
var notAccounts = []string{
	"admin", "administrator", "root", "anonymous", "guest", "test", "user", "username", "login", "logon", "signin", "sign_in", "submit", "success",
	"failed", "yes", "required", "optional", "string", "text", "password", "default", "account", "nobody", "system", "number", "object", "void", "new",
}

// maxAccount is how many bytes the name of an account has at most.
const maxAccount = 64

// judgeAccount reads the name by which a service knows its user, which a key
// names: at least three letters, digits and marks, or a number of at least five
// digits.
func judgeAccount(token []byte, keyed bool, r *Reading) bool {
	if !keyed || len(token) > maxAccount || numbering.AllEqual(token) || placeholderName(token) || among(token, notAccounts) {
		return false
	}
	letters, numbers := 0, 0
	for i, c := range token {
		switch {
		case isDigit(c):
			numbers++
		case isWord(c):
			letters++
		case c != '.' && c != '_' && c != '-' || i == 0 || i == len(token)-1:
			return false
		}
	}
	if letters < 2 && letters+numbers < 5 {
		return false
	}
	*r = Reading{Value: string(token), Prior: 0.02}
	return true
}

package detect

import "github.com/telltale-audit/telltale"

var personName = &Detector{
	Kind:  telltale.PersonName,
	Judge: judgePersonName,
	Least: 2,
	ByKey: true,
	Finds: []string{
		`{"fullName":"Kari Example-Nordmann"}`,
		"first_name=Kari&last_name=Nordmann",
		`{"userRealName":"Ludwig van Example"}`,
		`{"lastName":"O'Example"}`,
	},
	Ignores: []string{
		"Kari Nordmann",
		`{"name":"Kari Nordmann"}`, // of whom or what, nothing says
		`{"hostName":"Kari Nordmann"}`,
		`{"firstName":"First Name"}`,
		`{"fullName":"full_name"}`,
		`{"fullName":"com.example.Application"}`,
		`{"lastName":"null"}`,
		`{"lastName":"required field"}`,
		`{"firstName":"K4r1"}`,
	},
}

// judgePersonName reads the name of a person, which a key names: names have no
// form of their own.
func judgePersonName(token []byte, keyed bool, r *Reading) bool {
	if !keyed || nameWords(token) == 0 {
		return false
	}
	*r = Reading{Value: string(token), Prior: 0.02}
	return true
}

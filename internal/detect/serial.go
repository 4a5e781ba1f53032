package detect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var serial = &Detector{
	Kind:  telltale.Serial,
	Judge: judgeSerial,
	Least: 6,
	ByKey: true,
	Finds: []string{
		`{"serialNo":"PL2GAR9831203749"}`,
		"ro.serialno=TT00A1B2C3",
		`{"MEID":"TT00A1B2C3"}`, // the name of the field lies
	},
	Ignores: []string{
		"PL2GAR9831203749",
		`{"serial":"unknown"}`,
		`{"serial":"0123456789ABCDEF"}`,
		`{"serial":"12"}`,
		`{"serial":"00000000"}`,
		`{"title":"PL2GAR9831203749"}`,
	},
}

// judgeSerial reads 6 to 20 letters and digits, of which one is a digit,
// where a key names them: serial numbers have no form of their own.
func judgeSerial(token []byte, keyed bool, r *Reading) bool {
	if !keyed || len(token) < 6 || len(token) > 20 || numbering.AllEqual(token) || string(token) == "0123456789ABCDEF" {
		return false
	}
	number := false
	for _, c := range token {
		if !isWord(c) || c >= 0x80 {
			return false
		}
		number = number || isDigit(c)
	}
	if !number {
		return false
	}
	*r = Reading{Value: string(token), Prior: 0.02}
	return true
}

package detect

import (
	"strconv"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var cell = &Detector{
	Kind:  telltale.Cell,
	Judge: judgeCell,
	Least: 1,
	ByKey: true,
	Finds: []string{
		`{"SIM1CELLID":"56260609"}`,
		`mcc=001&mnc=01&lac=4711&cid=56260609`,
		`{"BASEID":40231}`,
	},
	Ignores: []string{
		"56260609",
		`{"cellId":"0"}`,
		`{"cellId":"-1"}`,
		`{"cellId":"2147483647"}`, // what Android says when it does not know
		`{"cell":"A1"}`,
	},
}

// maxCell is the largest cell identity: 36 bits (3GPP TS 23.003 19.6A).
const maxCell = 1<<36 - 1

// judgeCell reads the number that a key names a cell's identity.
func judgeCell(token []byte, keyed bool, r *Reading) bool {
	if !keyed || len(token) > 11 || !numbering.IsDigits(token) {
		return false
	}
	n, _ := strconv.ParseInt(string(token), 10, 64)
	switch n {
	case 0, 65535, 1<<28 - 1, 1<<31 - 1, maxCell: // "unknown", in each generation
		return false
	}
	if n > maxCell {
		return false
	}
	*r = Reading{Value: string(token), Prior: 0.02}
	if n <= lowByte {
		r.shape("too short to name a cell", 0.2)
	}
	return true
}

// lowByte is the part of a cell's identity that one client of 2018 sent.
const lowByte = 0xFF

// lowByteOf reports whether value is the low byte of the cell whole.
func lowByteOf(value, whole string) bool {
	v, err := strconv.ParseUint(value, 10, 64)
	w, err2 := strconv.ParseUint(whole, 10, 64)
	return err == nil && err2 == nil && v <= lowByte && w > lowByte && w&lowByte == v
}

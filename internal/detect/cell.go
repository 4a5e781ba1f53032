package detect

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

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
		`{"cellId":"242-01-4711-56260609"}`,
		"cgi=24201,4711,56260609,-65&x=1",
		"cid=56260609,4711",
		`{"cgi":"001:01:4711:56260609"}`,
	},
	Ignores: []string{
		"56260609",
		`{"cellId":"0"}`,
		`{"cellId":"-1"}`,
		`{"cellId":"2147483647"}`, // what Android says when it does not know
		`{"cell":"A1"}`,
		`{"cell":"1-2-3-4"}`,
		`{"cell":"2026-11-27"}`,
		`{"cellId":"242-01-4711-2147483647"}`,
	},
}

// maxCell is the largest cell identity: 36 bits (3GPP TS 23.003 19.6A).
const maxCell = 1<<36 - 1

// judgeCell reads the number that a key names a cell's identity.
func judgeCell(token []byte, keyed bool, r *Reading) bool {
	identity, global := behindNetwork(token)
	if !keyed || len(identity) == 0 || len(identity) > 11 || !numbering.IsDigits(identity) {
		return false
	}
	n, _ := strconv.ParseInt(string(identity), 10, 64)
	switch n {
	case 0, 65535, 1<<28 - 1, 1<<31 - 1, maxCell: // "unknown", in each generation
		return false
	}
	if n > maxCell {
		return false
	}
	*r = Reading{Value: string(identity), Prior: 0.02}
	if global {
		r.shape("written behind its network and area", lrBeside)
	} else if n <= lowByte {
		r.shape("too short to name a cell", 0.2)
	}
	return true
}

// betweenCell is what stands between the parts of a cell's identity.
const betweenCell = "-,:_|."

// maxGlobal is how many bytes a cell's identity has behind its network and area.
const maxGlobal = 48

// behindNetwork returns the cell's identity in a token that tells its network and its area
// too (3GPP TS 23.003, 4.3.1): 242-01-4711-56260609, or with the codes of the network
// in one, and maybe how strong it is behind. It returns any other token as it is.
func behindNetwork(token []byte) (identity []byte, global bool) {
	if len(token) > maxGlobal || !bytes.ContainsAny(token, betweenCell) {
		return token, false
	}
	parts := bytes.FieldsFunc(token, func(c rune) bool { return strings.ContainsRune(betweenCell, c) })
	if len(parts) < 3 || len(parts) > 5 || slices.ContainsFunc(parts, func(p []byte) bool { return !numbering.IsDigits(p) }) {
		return token, false
	}
	switch codes := len(parts[0]); {
	case codes == 3 && len(parts) > 3 && len(parts[1]) <= 3:
		return parts[3], true
	case codes == 5 || codes == 6:
		return parts[2], true
	}
	return token, false
}

// cellEnd returns where the token ends that begins at start and with a number up to end,
// and may go on with others that make it a cell's identity behind its network.
func cellEnd(b []byte, start, end int) int {
	last := end
	for at := end; last-start <= maxGlobal && last > start && isDigit(b[last-1]) && at+1 < len(b) && strings.IndexByte(betweenCell, b[at]) >= 0 && isDigit(b[at+1]); at = last {
		last = numberEnd(b, at+1)
	}
	if _, global := behindNetwork(b[start:last]); global {
		return last
	}
	return end
}

// lowByte is the part of a cell's identity that one client of 2018 sent.
const lowByte = 0xFF

// lowByteOf reports whether value is the low byte of the cell whole.
func lowByteOf(value, whole string) bool {
	v, err := strconv.ParseUint(value, 10, 64)
	w, err2 := strconv.ParseUint(whole, 10, 64)
	return err == nil && err2 == nil && v <= lowByte && w > lowByte && w&lowByte == v
}

package detect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

// Notes that readings carry. They are no evidence against an identifier.
const (
	noteTestRange = "test_range"           // a range no device on sale has
	noteLocal     = "locally_administered" // an address that its device made up
)

// shape adds evidence of structure.
func (r *Reading) shape(evidence string, lr float64) {
	r.Shape = append(r.Shape, telltale.Evidence{Evidence: evidence, LR: lr})
}

// epoch adds the sign that digits look like a time: a date and time written
// out, or the microseconds since 1970 of the years that phones of today know.
func (r *Reading) epoch(d []byte) {
	const first, last = "2010", "2040" // fixed: no clock decides what a capture holds
	month, day, hour := "", "", ""
	if len(d) == 14 {
		month, day, hour = string(d[4:6]), string(d[6:8]), string(d[8:10])
	}
	date := len(d) == 14 && string(d[:4]) >= first && string(d[:4]) < last &&
		month >= "01" && month <= "12" && day >= "01" && day <= "31" && hour < "24"
	micros := len(d) == 16 && string(d[:4]) >= "1262" && string(d[:4]) < "2209" // 2010 to 2040
	if date || micros {
		r.Anti = &telltale.Evidence{Evidence: "looks like a time", LR: 0.02}
	}
}

// placeholderDigits reports whether d is what programs write that have no
// number to give.
func placeholderDigits(d []byte) bool {
	return numbering.AllEqual(d) || string(d) == "012345678912345"
}

// digits is a token's digits without separators, held without allocation.
type digits struct {
	buf [32]byte
	n   int
}

func (d *digits) bytes() []byte { return d.buf[:d.n] }

// set takes the digits of token and reports whether it holds nothing else but
// separators between them, and at most that many digits.
func (d *digits) set(token []byte, most int) bool {
	d.n = 0
	for i, c := range token {
		switch {
		case isDigit(c) && d.n < most:
			d.buf[d.n] = c
			d.n++
		case i == 0 || i == len(token)-1:
			return false
		case c != ' ' && c != '-' && c != '.' && c != ':' && c != '_':
			return false
		}
	}
	return d.n > 0
}

package detect

import (
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

// Notes that readings carry. They are no evidence against an identifier. None
// is ever changed, so that readings may share them.
var (
	noteTestRange   = []string{"test_range"}           // a range no device on sale has
	noteLocal       = []string{"locally_administered"} // an address that its device made up
	noteDigitAbsent = []string{"check_digit_missing"}
)

// note adds one of the notes.
func (r *Reading) note(note []string) {
	if r.Notes == nil {
		r.Notes = note
		return
	}
	r.Notes = slices.Concat(r.Notes, note)
}

// A Clue is a piece of evidence that is put in words only where it is shown.
// The zero Clue says nothing.
type Clue struct {
	Format string    // with a verb for each of About
	About  [2]string // what the words are about
	LR     float64   // likelihood ratio
}

// evidence puts c in words.
func (c *Clue) evidence() telltale.Evidence {
	words := c.Format
	for _, about := range c.About {
		if about != "" {
			words = strings.Replace(words, "%s", about, 1)
		}
	}
	return telltale.Evidence{Evidence: words, LR: c.LR}
}

// shape adds evidence of structure.
func (r *Reading) shape(format string, lr float64, about ...string) {
	for i := range r.Shape {
		if c := &r.Shape[i]; c.LR == 0 {
			c.Format, c.LR = format, lr
			copy(c.About[:], about)
			return
		}
	}
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
		r.Anti = Clue{Format: "looks like a time", LR: 0.02}
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

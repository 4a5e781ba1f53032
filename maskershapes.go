package telltale

import "unicode"

// The shapes of identifiers in usual encodings. A shape hides whole tokens
// (runs of ASCII letters and digits): half a token would still tell.
const (
	digitRun    = 7  // digits in a row
	digitGroup  = 10 // digits in groups with at most two characters between
	escapeRun   = 4  // numeric escapes in a row
	mixedRun    = 8  // letters and digits mixed, at least two digits
	hexRun      = 10 // hex digits of any sort
	singleRun   = 7  // single letters or digits, at most three characters between
	octetRun    = 5  // pairs of hex digits with the same character between
	octetOdd    = 6  // the same with leading zeros left out
	quadRun     = 3  // fours of hex digits with the same character between
	binaryNear  = 16 // three bytes that do not print, as near as this,
	binaryReach = 8  // hide as much as this on both sides
)

// hideShapes hides whatever may carry an identifier. Units that are hidden
// already part the text, so that a masked text masks to itself.
func hideShapes(us []unit) {
	var room [32]token
	ts := tokens(room[:0], us)
	hideEscapes(us)
	hideBinary(us)
	keepAddresses(us, ts)
	hideDigits(us, ts)
	hideGroups(us, ts)
	hideSpelt(us, ts)
	hideRandom(us, ts)
	for _, t := range ts {
		grow(us, t)
	}
	hideEUI64(us, ts)
	hideLocalParts(us) // last, for it reaches across what is hidden
}

// A token is a maximal run of ASCII letters and digits that are not hidden.
type token struct {
	start, end int // units
	digits     int
	hex        bool // hex digits only
	keep       bool // part of a network address
}

func (t token) len() int { return t.end - t.start }

// number reports whether t is digits only.
func (t token) number() bool { return t.digits == t.len() }

// tokens appends the tokens of us to dst.
func tokens(dst []token, us []unit) []token {
	for i := 0; i < len(us); i++ {
		if !us[i].alnum() {
			continue
		}
		t := token{start: i, hex: true}
		for ; i < len(us) && us[i].alnum(); i++ {
			if us[i].digit() {
				t.digits++
			} else if us[i].r|0x20 > 'f' {
				t.hex = false
			}
		}
		t.end = i
		dst = append(dst, t)
	}
	return dst
}

// digit reports whether u is a decimal digit of any script.
func (u unit) digit() bool {
	return '0' <= u.r && u.r <= '9' || u.r > unicode.MaxLatin1 && u.r < invalid && unicode.IsDigit(u.r)
}

// alnum reports whether u belongs to a token.
func (u unit) alnum() bool {
	return !u.hide && ('a' <= u.r|0x20 && u.r|0x20 <= 'z' || u.digit())
}

// grow hides a token of which a part is hidden.
func grow(us []unit, t token) {
	for _, u := range us[t.start:t.end] {
		if u.hide {
			hideUnits(us, t.start, t.end)
			return
		}
	}
}

func hideUnits(us []unit, from, to int) {
	for i := max(from, 0); i < to && i < len(us); i++ {
		us[i].hide = true
	}
}

// hideEscapes hides runs of numeric escapes. White space in a run neither
// ends it nor counts.
func hideEscapes(us []unit) {
	start, n := 0, 0
	for i := 0; i <= len(us); i++ {
		switch {
		case i < len(us) && !us[i].hide && us[i].escaped && !unicode.IsSpace(us[i].r):
			if n == 0 {
				start = i
			}
			n++
		case n > 0 && i < len(us) && !us[i].hide && unicode.IsSpace(us[i].r):
		default:
			if n >= escapeRun {
				hideUnits(us, start, i)
			}
			n = 0
		}
	}
}

// hideBinary hides what lies around bytes that do not print: it may be a
// number in BCD, the six bytes of a MAC or text in UTF-16.
func hideBinary(us []unit) {
	last, before := -1, -1 // the two binary units before this one
	done := 0
	for i, u := range us {
		if !u.binary {
			continue
		}
		if before >= 0 && i-before < binaryNear {
			hideUnits(us, max(before-binaryReach, done), i+binaryReach+1)
			done = i
		}
		before, last = last, i
	}
}

// hideLocalParts hides what stands before the @ of a mail address, or the
// user and password before a host.
func hideLocalParts(us []unit) {
	for i := 1; i+1 < len(us); i++ {
		if us[i].r != '@' || us[i].hide || !us[i+1].hide && us[i+1].r <= ' ' {
			continue
		}
		for j := i - 1; j >= 0 && (us[j].hide || local(us[j].r)); j-- {
			us[j].hide = true
		}
	}
}

// local reports whether r may stand in the local part of a mail address.
func local(r rune) bool {
	switch r {
	case '@', '/', '<', '>', '(', ')', '"', ',', ';', '\'', '&', '?':
		return false
	}
	return r > ' '
}

// between returns the single character between tokens i and i+1, else 0.
func between(us []unit, ts []token, i int) rune {
	if i+1 >= len(ts) || ts[i+1].start-ts[i].end != 1 || us[ts[i].end].hide {
		return 0
	}
	return us[ts[i].end].r
}

// hideSpelt hides words spelt in single letters or digits, such as the
// reversed name of an IPv6 address.
func hideSpelt(us []unit, ts []token) {
	run := 0
	for i, t := range ts {
		switch {
		case t.len() > 1 || t.keep:
			run = 0
			continue
		case run > 0 && near(us, ts[i-1], t, 3):
			run++
		default:
			run = 1
		}
		if run >= singleRun {
			hideUnits(us, ts[i-singleRun+1].start, t.end)
		}
	}
}

// hideGroups hides octets or fours of hex, such as a MAC, and UUIDs.
func hideGroups(us []unit, ts []token) {
	for i := 0; i < len(ts); {
		n := 1
		for sep := between(us, ts, i); sep != 0 && between(us, ts, i+n-1) == sep && alike(ts[i], ts[i+n]); {
			n++
		}
		if hidesGroup(us, ts[i:i+n]) {
			hideUnits(us, ts[i].start, ts[i+n-1].end)
		}
		if uuid(us, ts, i) {
			hideUnits(us, ts[i].start, ts[i+4].end)
		}
		i += max(n-1, 1) // the last one may begin the next group
	}
}

// alike reports whether a and b may be parts of one group.
func alike(a, b token) bool {
	return !a.keep && !b.keep && a.hex && b.hex && (a.len() == b.len() || max(a.len(), b.len()) <= 2)
}

func hidesGroup(us []unit, ts []token) bool {
	shortest, longest := ts[0].len(), 0
	for _, t := range ts {
		shortest, longest = min(shortest, t.len()), max(longest, t.len())
	}
	switch {
	case longest == 2 && shortest == 2:
		return len(ts) >= octetRun
	case longest == 2:
		return len(ts) >= octetOdd && us[ts[0].end].r != '.'
	}
	return longest == 4 && len(ts) >= quadRun
}

// uuid reports whether a UUID begins with token i.
func uuid(us []unit, ts []token, i int) bool {
	if i+5 > len(ts) {
		return false
	}
	for j, n := range [5]int{8, 4, 4, 4, 12} {
		if t := ts[i+j]; !t.hex || t.len() != n || j < 4 && between(us, ts, i+j) != '-' {
			return false
		}
	}
	return true
}

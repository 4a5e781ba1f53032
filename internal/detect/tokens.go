package detect

import (
	"slices"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/decode"
)

// A token is a run of bytes that may be an identifier.
type token struct {
	start, end int    // in the view's data
	key        []byte // the key that names it, nil if it was found by shape
	late       bool   // in what ended only in this view, so that none before judged it
	beside     int    // how many names of a cell's neighbours stand near
}

// Bounds of what is looked at around a key.
const (
	maxValue = 256     // bytes of a value
	maxText  = 4 << 10 // bytes of a value that may be words, or a token that a server gave
	nearby   = 256     // bytes between a cell's identity and what stands beside it
)

// Lengths of runs of digits that may be an identifier.
const (
	leastDigits = 14
	mostDigits  = 22
)

// digitRuns calls found for each maximal run of 14 to 22 digits that stands
// by itself: not in a word, and not in a number with a decimal point.
func digitRuns(b []byte, blocks []decode.Block, found func(start, end int)) {
	for at := 0; ; {
		start, end, ok := decode.NextRun(blocks, decode.Digits, at, leastDigits)
		if !ok {
			return
		}
		if end-start <= mostDigits && standsAlone(b, start, end) {
			found(start, end)
		}
		at = end
	}
}

// standsAlone reports whether the digits b[start:end] are neither part of a
// word nor of a decimal fraction, and do not begin within the escape of a URL.
func standsAlone(b []byte, start, end int) bool {
	if start > 0 && isWord(b[start-1]) || end < len(b) && isWord(b[end]) {
		return false
	}
	if start > 1 && b[start-1] == '.' && isDigit(b[start-2]) || start > 0 && b[start-1] == '%' {
		return false
	}
	return !(end+1 < len(b) && b[end] == '.' && isDigit(b[end+1]))
}

// A keyScan goes through text for keys that the dictionary knows. What it notes is
// bounded by the text: by the windows that fields and views are searched in.
type keyScan struct {
	joints  joints
	beside  []int // where keys of a cell's neighbours stand
	keyed   []token
	columns Columns // of the table at hand
	xml     bool
	axes    []axis
	agents  []stretch // what programs say of themselves
	open    stretch   // where no value without quotes ends
	prose   stretch   // where none of words does
	long    []stretch // values of more than maxText bytes, each up to where that was seen
	cut     int       // where the first value begins that the text ends in, -1 if none does
}

// A stretch is the part [start, end) of a text.
type stretch struct{ start, end int }

// at looks at the key that ends before and the value that begins after the
// separator at i.
func (k *keyScan) at(b []byte, i int) {
	if key, name := nameBefore(b, i, k.xml); name != nil {
		k.value(b, i, key, name)
	}
}

// value takes the value that begins after i, of which the dictionary says name.
func (k *keyScan) value(b []byte, i int, key []byte, name *keyName) {
	if name.beside {
		k.beside = append(k.beside, i)
	}
	if name.agent {
		k.agents = append(k.agents, agentAfter(b, i+1))
	}
	if name.axis != 0 {
		if start, end := k.valueAfter(b, i+1, false); start < end {
			k.axes = append(k.axes, axis{token{start: start, end: end}, name.axis, name.scale})
		}
	}
	if name.kinds == nil {
		return
	}
	at := i + 1
	if !name.announces(telltale.Location) {
		at = skip(b, at, " [") // the first of a list
	}
	start, end := k.valueAfter(b, at, name.text || k.xml && b[i] == '>')
	switch {
	case name.announces(telltale.Cell):
		end = cellEnd(b, start, end)
	case name.announces(telltale.Model):
		end = modelEnd(b, start, end)
	}
	if name.announces(telltale.Location) {
		k.place(b, start, end, key, name)
	} else if start < end {
		k.keyed = append(k.keyed, token{start: start, end: end, key: key})
	}
}

// countBeside says for each value how many names of a cell's neighbours stand
// within reach of it.
func (k *keyScan) countBeside() {
	slices.Sort(k.beside)
	for i := range k.keyed {
		t := &k.keyed[i]
		from, _ := slices.BinarySearch(k.beside, t.start-nearby)
		to, _ := slices.BinarySearch(k.beside, t.end+nearby)
		t.beside = to - from
	}
}

// keyBefore returns the bounds of the key that ends before i, with or without quotes or
// in brackets; they are the same if the dictionary cannot have it.
func keyBefore(b []byte, i int) (start, end int) {
	end = i
	for end > 0 && b[end-1] == ' ' && i-end < 4 {
		end--
	}
	switch {
	case end == 0:
	case b[end-1] == '"', b[end-1] == '\'':
		end--
	case b[end-1] == ']':
		end = bracketed(b[:end])
	}
	if !dictionary.ends.mayHave(b[:end]) {
		return 0, 0
	}
	return startOfKey(b, end), end
}

// bracketed returns where the key ends in b, which ends with a bracket, as forms write
// what is part of another value: device[imsi], or imsi[] and imsi[0] in a list.
func bracketed(b []byte) (end int) {
	end = len(b) - 1
	at := end
	for at > 0 && isDigit(b[at-1]) && end-at < 4 {
		at--
	}
	if at > 0 && b[at-1] == '[' {
		return at - 1
	}
	return end
}

// startOfKey returns where the key begins that ends at end; at end if it is too long.
func startOfKey(b []byte, end int) int {
	start := end
	for start > 0 && isKey(b[start-1]) {
		if end-start == maxKey {
			return end
		}
		start--
	}
	return start
}

// valueAfter returns the bounds of the value that begins at or after i; text
// says that it may be long and without quotes have spaces in it.
func (k *keyScan) valueAfter(b []byte, i int, text bool) (start, end int) {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t') {
		i++
	}
	ends, most, open := &endsValue, maxValue, &k.open
	if text {
		ends, most, open = &endsText, maxText, &k.prose
	}
	quote := byte(0)
	if i < len(b) && (b[i] == '"' || b[i] == '\'') {
		quote = b[i]
		i++
		ends = &endsQuoted
	}
	start, end = i, i
	if quote == 0 && open.start <= i && i < open.end {
		end = open.end // a key in what was looked at as another's value
	}
	for end < len(b) && end-start <= most {
		c := b[end]
		if text && c == '\\' && quote != 0 && end+1 < len(b) && end > start {
			end += 2 // what is escaped in a text is part of it
			continue
		}
		if c == quote || ends[c] {
			break
		}
		end++
	}
	if quote == 0 {
		*open = stretch{start, end}
	}
	if end-start > most {
		if text {
			k.tooLong(start, end)
		}
		return start, start
	}
	if end == len(b) {
		k.cutAt(start)
	}
	return trimSpaces(b, start, end)
}

// tooLong notes that what begins at start and goes on to end and beyond is more than
// is read of a value. In one such stretch the keys of others may stand.
func (k *keyScan) tooLong(start, end int) {
	if n := len(k.long); n == 0 || start >= k.long[n-1].end {
		k.long = append(k.long, stretch{start, end})
	}
}

// cutAt notes that the text ends in what begins at start.
func (k *keyScan) cutAt(start int) {
	if k.cut < 0 || start < k.cut {
		k.cut = start
	}
}

// maxAgent is how much is read of what a program says of itself, in bytes.
const maxAgent = 480

// agentAfter returns what begins after i and ends with the line, its quotes or the
// field of a form, at most maxAgent bytes.
func agentAfter(b []byte, i int) stretch {
	for i < len(b) && (b[i] == ' ' || b[i] == '"') {
		i++
	}
	end := i
	for end < len(b) && end-i < maxAgent && !endsAgent[b[end]] {
		end++
	}
	return stretch{i, end}
}

func trimSpaces(b []byte, start, end int) (int, int) {
	for start < end && b[start] == ' ' {
		start++
	}
	for start < end && b[end-1] == ' ' {
		end--
	}
	return start, end
}

// endsQuoted has the bytes that end a value in quotes, beside its quote,
// endsValue those that end one without, endsText those that end one of words
// without, and endsAgent those that end what a program says of itself.
var (
	endsQuoted = endings("\\")
	endsValue  = endings("\\,}]&;\"'<>){[ ")
	endsText   = endings("\\,}]&;\"<>{[")
	endsAgent  = endings("\"&<>{}")
)

// endings returns a table of the bytes of list and the control characters.
func endings(list string) (t [256]bool) {
	for c := range ' ' {
		t[c] = true
	}
	for _, c := range []byte(list) {
		t[c] = true
	}
	return t
}

// isKey reports whether c may be in a key.
func isKey(c byte) bool { return isWord(c) || c == '_' || c == '-' || c == '.' }

// isWord reports whether c is a letter, a digit or part of a letter in UTF-8.
func isWord(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c-'0' <= 9 || c >= 0x80
}

func isDigit(c byte) bool { return c-'0' <= 9 }

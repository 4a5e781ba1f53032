package decode

import (
	"strconv"
	"strings"
)

// A tree writes what a binary format says as JSON, with the way back to its
// bytes: so names, numbers and paths are found in it as in any other JSON. Text
// is copied, short binary values become hexadecimal, and long ones are left out:
// they are searched where they stand.
type tree struct {
	b     []byte
	at    int // the next byte to read
	dst   []byte
	w     *Way // nil: nothing is written, b is only judged
	depth int
	items int  // values so far
	worth int  // of them those that may be an identifier
	deep  bool // values lie deeper than is read
}

// Bounds of a tree.
const (
	maxItems   = 1 << 13 // values
	treeDepth  = 12      // values within each other
	treeGrowth = 4       // bytes written for each one read, at most
	treeRoom   = 64      // and on top of that
	maxBlob    = 64      // bytes of a binary value that is shown
	worthText  = 6       // bytes of a text that may be an identifier
	worthBlob  = 6       // bytes of a binary one
	worthCount = 1e9     // a number that may
)

// addTree takes b from start on if all of it is of the format that read reads,
// with something worth a look: nothing marks the beginnings of these formats.
func (f *Found) addTree(b []byte, start int, read func(t *tree) bool) {
	if f.More {
		return
	}
	t := &f.tree
	*t = tree{b: b, at: start}
	ok := read(t)
	if t.items > maxItems || t.deep {
		f.over(Candidate{Start: 0, End: len(b)})
	}
	if ok && t.at == len(b) && t.worth > 0 && t.items <= maxItems {
		f.add(Candidate{Start: start, End: len(b)})
	}
	t.b = nil
}

// writeTree is the Decode of a format that read reads.
func writeTree(read func(t *tree) bool) func([]byte, *Way, []byte, Candidate) []byte {
	return func(dst []byte, w *Way, b []byte, c Candidate) []byte {
		t := tree{b: b[:c.End], at: c.Start, dst: dst, w: w}
		read(&t)
		return t.dst
	}
}

// item counts a value, and reports whether there may be one more.
func (t *tree) item() bool {
	t.items++
	return t.items <= maxItems
}

// enter goes a level deeper, and reports whether that may be read.
func (t *tree) enter() bool {
	t.depth++
	t.deep = t.deep || t.depth > treeDepth
	return t.depth <= treeDepth
}

// has reports whether n more bytes are there.
func (t *tree) has(n int) bool { return n >= 0 && n <= len(t.b)-t.at }

// big reads a number of n bytes, the highest first.
func (t *tree) big(n int) (v uint64, ok bool) {
	if !t.has(n) {
		return 0, false
	}
	for range n {
		v = v<<8 | uint64(t.b[t.at])
		t.at++
	}
	return v, true
}

// put writes s, which the bytes from start to end say.
func (t *tree) put(s string, start, end int) {
	if t.w == nil || len(t.dst)+len(s) > cap(t.dst) || s == "" {
		return
	}
	t.w.add(len(t.dst), start, start-end)
	t.dst = append(t.dst, s...)
}

// number writes a number.
func (t *tree) number(v uint64, start int) {
	if v >= worthCount {
		t.worth++
	}
	if t.w != nil {
		t.put(strconv.FormatUint(v, 10), start, t.at)
	}
}

// name writes the name of the value that follows, and what parts it from the one
// before.
func (t *tree) name(s string, first bool, start int) {
	if t.w == nil {
		return
	}
	s = `"` + strings.Map(plainName, s) + `":`
	if !first {
		s = "," + s
	}
	t.put(s, start, t.at)
}

// plainName keeps of a name what needs no escape.
func plainName(r rune) rune {
	if r == '"' || r == '\\' || r < ' ' {
		return '_'
	}
	return r
}

// comma parts a value from the one before.
func (t *tree) comma(first bool, start int) {
	if !first {
		t.put(",", start, t.at)
	}
}

// bytes reads n bytes and writes them as a string. Its head began at start.
func (t *tree) bytes(n, start int) bool {
	if !t.has(n) {
		return false
	}
	t.string(t.at, t.at+n, start)
	t.at += n
	return true
}

// string writes b[from:to] as a string.
func (t *tree) string(from, to, start int) {
	value := t.b[from:to]
	text := otherBytes(value, 0) == 0
	if text && len(value) >= worthText || !text && len(value) >= worthBlob && len(value) <= maxBlob {
		t.worth++
	}
	if t.w == nil {
		return
	}
	t.put(`"`, start, max(from, start+1))
	switch {
	case text:
		t.text(from, to)
	case len(value) <= maxBlob:
		const digits = "0123456789abcdef"
		for i, c := range value {
			t.put(string([]byte{digits[c>>4], digits[c&15]}), from+i, from+i+1)
		}
	}
	last := max(to-1, start) // of an empty one, the last of its head
	t.put(`"`, min(last, len(t.b)-1), min(last, len(t.b)-1)+1)
}

// text writes text with quotes and backslashes escaped.
func (t *tree) text(from, to int) {
	for i := from; i < to; i++ {
		end := i
		for end < to && t.b[end] != '"' && t.b[end] != '\\' {
			end++
		}
		if end > i && len(t.dst)+end-i <= cap(t.dst) {
			t.w.add(len(t.dst), i, 1)
			t.dst = append(t.dst, t.b[i:end]...)
		}
		if i = end; i < to {
			t.put(`\`+string(t.b[i]), i, i+1)
		}
	}
}

// close writes the end of an array or object, which the last byte read says.
func (t *tree) close(s string) { t.put(s, max(t.at-1, 0), max(t.at, 1)) }

// A treeMark is where a tree was, to go back to.
type treeMark struct {
	at, dst, knots, worth int
	deep                  bool
}

func (t *tree) mark() treeMark {
	m := treeMark{at: t.at, dst: len(t.dst), worth: t.worth, deep: t.deep}
	if t.w != nil {
		m.knots = len(t.w.knots)
	}
	return m
}

func (t *tree) back(m treeMark) {
	t.at, t.worth, t.deep = m.at, m.worth, m.deep
	if t.w != nil {
		t.dst, t.w.knots = t.dst[:m.dst], t.w.knots[:m.knots]
	}
}

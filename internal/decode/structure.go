package decode

import (
	"bytes"
	"strconv"

	"github.com/telltale-audit/telltale"
)

// A node is the place of one JSON value.
type node struct {
	start  int // of the value, at its quote if it is a string
	end    int // behind it; of an open array or object, 0
	key    int // start of the key's text, -1 in an array
	keyEnd int // behind the key's closing quote
	named  int // the nearest value with a key: this, or what it is in; -1 for none
	parent int // the array or object it is in, -1 for none
	index  int // in an array
}

// maxNodes is how many values are indexed in all views together. Values
// beyond are located as in plain text.
const maxNodes = 1 << 15

// index finds the JSON values of v.Data. It bears text before and between,
// and text that begins in the middle of a value.
func (v *View) index() {
	v.indexed = true
	x := indexer{b: v.Data, open: -1, key: -1, first: len(v.walker.nodes), nodes: v.walker.nodes}
	for x.at < len(x.b) && len(x.nodes) < maxNodes {
		x.step()
	}
	v.walker.nodes, v.nodes = x.nodes, x.nodes[x.first:]
}

// An indexer reads JSON.
type indexer struct {
	b      []byte
	at     int
	open   int // the innermost open array or object, -1 for none
	key    int // of the value to come, -1 for none
	keyEnd int
	count  int // values in the open array so far
	first  int // node of this view
	nodes  []node
}

// step reads one token.
func (x *indexer) step() {
	switch c := x.b[x.at]; {
	case c == '"':
		x.string()
	case c == '{' || c == '[':
		x.open = x.add(x.at, 0)
		x.count = 0
		x.at++
	case c == '}' || c == ']':
		x.close()
	case c == ',':
		x.key = -1
		x.at++
	case isSpace(c) || c == ':':
		x.at++
	default:
		x.bare()
	}
}

// string reads a string: a key, a value, or, if no string can end there, the
// rest of one that was cut.
func (x *indexer) string() {
	start, end := x.at, stringEnd(x.b, x.at)
	next := end
	for next < len(x.b) && isSpace(x.b[next]) {
		next++
	}
	switch {
	case next == len(x.b):
		x.value(start, end)
	case x.b[next] == ':':
		x.key, x.keyEnd = start+1, end
		next++
	case bytes.IndexByte([]byte(",]}"), x.b[next]) >= 0:
		x.value(start, end)
	default:
		next = end - 1
		if x.b[next] != '"' || next == start {
			next = end
		}
	}
	x.at = next
}

// stringEnd returns the end of the string that begins at b[at], its closing
// quote included.
func stringEnd(b []byte, at int) int {
	for i := at + 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// bare reads a number, a literal, or a word.
func (x *indexer) bare() {
	start := x.at
	for x.at < len(x.b) && !endsBare[x.b[x.at]] {
		x.at++
	}
	x.value(start, x.at)
}

// endsBare has the bytes that end a number, a literal, or a word.
var endsBare = func() (t [256]bool) {
	for _, c := range []byte(" \n\r\t,:[]{}\"") {
		t[c] = true
	}
	return t
}()

// value notes a value, unless it is no part of JSON: it has neither a key
// nor an array around it.
func (x *indexer) value(start, end int) {
	inArray := x.open >= 0 && x.b[x.nodes[x.first+x.open].start] == '['
	if x.key >= 0 || inArray {
		x.add(start, end)
	}
}

// add notes a value and returns its node, counted from the view's first.
func (x *indexer) add(start, end int) int {
	i := len(x.nodes) - x.first
	n := node{start, end, x.key, x.keyEnd, -1, x.open, x.count}
	switch {
	case n.key >= 0:
		n.named = i
	case n.parent >= 0:
		n.named = x.nodes[x.first+n.parent].named
	}
	x.nodes = append(x.nodes, n)
	x.count++
	x.key = -1
	return i
}

// close ends the innermost array or object.
func (x *indexer) close() {
	x.at++
	x.key = -1
	if x.open < 0 {
		return
	}
	n := &x.nodes[x.first+x.open]
	n.end = x.at
	x.open, x.count = n.parent, n.index+1
}

// valueAt returns the JSON value at off, -1 if off is between values or
// outside of JSON.
func (v *View) valueAt(off int) int {
	if !v.indexed {
		v.index()
	}
	i := v.nodeAt(off)
	if i >= 0 && v.nodes[i].start <= off && isOpening(v.Data[v.nodes[i].start]) {
		return -1
	}
	return i
}

// isOpening reports whether c begins an array or an object.
func isOpening(c byte) bool { return c == '[' || c == '{' }

// jsonValue returns the key that the JSON value i, in which off lies, goes by,
// and its range.
func (v *View) jsonValue(i, off int) (key string, value telltale.Range) {
	n := v.nodes[i]
	start, end := n.start, n.end
	if end == 0 {
		end = len(v.Data)
	}
	if v.Data[start] == '"' {
		start++
		if end > start && v.Data[end-1] == '"' {
			end--
		}
		key = v.quotedKey(start, end, off)
	}
	if key == "" && n.named >= 0 {
		key = string(v.keyText(n.named))
	}
	return key, telltale.Range{Start: int64(start), End: int64(end)}
}

// quotedKey returns the key of a value in JSON that is itself the string
// [start, end), "" if there is none.
func (v *View) quotedKey(start, end, off int) string {
	if v.quoted.start != start {
		v.quoted = stretch{start: start, end: end}
		if n := bytes.Index(v.Data[start:end], []byte(`\"`)); n >= 0 {
			v.quoted = stretch{start, start + n + 2, true}
		}
	}
	if !v.quoted.closed || off < v.quoted.end {
		return ""
	}
	from, _ := v.textValue(off)
	return textKey(v.Data[start:max(start, from)])
}

// nodeAt returns the innermost value that off lies in, or whose key it lies
// in; -1 if there is none.
func (v *View) nodeAt(off int) int {
	lo, hi := 0, len(v.nodes)
	for lo < hi {
		if m := (lo + hi) / 2; v.nodes[m].start <= off {
			lo = m + 1
		} else {
			hi = m
		}
	}
	if lo < len(v.nodes) {
		if n := &v.nodes[lo]; n.key >= 0 && n.key <= off && off < n.keyEnd {
			return lo
		}
	}
	i := lo - 1
	if lo > 0 && v.last.start == lo && v.last.off <= off {
		i = v.last.node // what has ended has ended for what is behind, too
	}
	for i >= 0 && v.nodes[i].end > 0 && v.nodes[i].end <= off {
		i = v.nodes[i].parent
	}
	v.last = lookUp{lo, off, i}
	return i
}

// A lookUp is what came of looking for the value at an offset: the node, and
// how many nodes start before the offset.
type lookUp struct{ start, off, node int }

// keyText returns the key of node i.
func (v *View) keyText(i int) []byte {
	n := &v.nodes[i]
	text := v.Data[n.key:n.keyEnd]
	if l := len(text); l > 0 && text[l-1] == '"' {
		text = text[:l-1]
	}
	return text[:min(len(text), maxKey)]
}

// maxPath is how many steps of a path are told; "..." stands for the others.
const maxPath = 16

// appendPath appends the path of node i, the depth-th step from the value.
func (v *View) appendPath(path []byte, i, depth int) []byte {
	n := v.nodes[i]
	switch {
	case depth == maxPath:
		return append(path, "$..."...)
	case n.parent >= 0:
		path = v.appendPath(path, n.parent, depth+1)
	default:
		path = append(path, '$')
	}
	switch {
	case n.key >= 0:
		return append(append(path, '.'), v.keyText(i)...)
	case n.parent >= 0:
		return append(strconv.AppendInt(append(path, '['), int64(n.index), 10), ']')
	}
	return path
}

package detect

import (
	"bytes"
	"slices"
	"strings"

	"github.com/telltale-audit/telltale/internal/decode"
)

// maxHead is how many bytes the first line of a table may have, and maxColumns how
// many fields.
const (
	maxHead    = 1 << 10
	maxColumns = 64
)

// byteOrder is the mark that some programs begin a text with (RFC 3629, 6).
var byteOrder = []byte("\ufeff")

// A column is what the first line of a table says of the fields below it.
type column struct {
	key  []byte
	name *keyName // nil if the dictionary does not have the key
}

// Columns is what the first line of a table says of all others, from window to window of a
// field. The zero Columns says nothing.
type Columns struct {
	list  []column
	sep   byte
	depth int // of the view that the table is in
}

// columns takes the values in a table whose first line names them, as text with commas,
// semicolons or tabs between the fields has it (RFC 4180).
func (s *Search) columns() {
	v, k := s.view, &s.keys
	begun, more := v.Seen > 0, v.More()
	if v.Parent == nil {
		begun, more = s.field.Base > 0, s.field.More
	}
	t, at := s.tableOf(v, begun, more)
	if t == nil {
		return
	}
	held, room := contextOf, 0
	if v.Parent == nil {
		held, room = maxText, holdBack
	}
	for b := v.Data; at < len(b); {
		n := bytes.IndexByte(b[at:], '\n')
		if more && (n < 0 || at+n > len(b)-room) {
			k.lastRow(b, at, held)
		}
		if n < 0 && more {
			return
		}
		if n < 0 {
			n = len(b) - at
		}
		k.row(b, at, at+n, t, v.Seen > 0 && at+n >= v.Seen)
		at += n + 1
	}
}

// tableOf returns the table that v has, which may have begun in a view before and may go
// on in one behind, and where in v its next line begins; nil if it has none.
func (s *Search) tableOf(v *decode.View, begun, more bool) (t *Columns, at int) {
	b, d := v.Data, depth(v)
	if begun {
		if s.table.list == nil || s.table.depth != d {
			return nil, 0
		}
		at = bytes.IndexByte(b, '\n') + 1
		if at == 0 {
			return nil, 0 // amid a row
		}
		return s.table, at
	}
	if more && s.table.depth == d {
		*s.table = Columns{}
	}
	if bytes.HasPrefix(b, byteOrder) {
		at = len(byteOrder)
	}
	n := bytes.IndexByte(b[at:min(len(b), maxHead)], '\n')
	if n < 0 {
		return nil, 0
	}
	if t = &s.keys.columns; !t.read(b[at:at+n], d) {
		return nil, 0
	}
	if more && s.table.list == nil {
		*s.table = t.clone()
	}
	return t, at + n + 1
}

// Size returns how much memory t holds, in bytes.
func (t *Columns) Size() int { return len(t.list) * columnSize }

// columnSize is what a column takes, with the longest key.
const columnSize = maxKey + 32

// clone returns t with memory of its own.
func (t *Columns) clone() Columns {
	own := *t
	own.list = slices.Clone(t.list)
	for i := range own.list {
		own.list[i].key = bytes.Clone(own.list[i].key)
	}
	return own
}

// separatorOf returns what stands between the fields of a first line, 0 if it is none.
func separatorOf(head []byte) byte {
	if bytes.ContainsAny(head, "{}<>:=()") {
		return 0
	}
	for _, sep := range []byte("\t;,|") {
		if bytes.IndexByte(head, sep) >= 0 {
			return sep
		}
	}
	return 0
}

// read reads the first line of a table, and reports whether it names what is known.
func (t *Columns) read(line []byte, depth int) (known bool) {
	t.list, t.sep, t.depth = t.list[:0], separatorOf(line), depth
	if t.sep == 0 {
		return false
	}
	for at := 0; at <= len(line); {
		stop := endOfField(line, at, t.sep)
		key := bytes.Trim(line[at:stop], " \r\"'")
		if len(t.list) == maxColumns || len(key) > maxKey {
			return false
		}
		name := dictionary.look(key)
		known = known || name != nil && name.kinds != nil
		t.list = append(t.list, column{key, name})
		at = stop + 1
	}
	return known && len(t.list) > 1
}

// lastRow has the row at at, which ends with b or close to it, be judged with what
// follows b, if it is among the last most bytes: those will be seen again.
func (k *keyScan) lastRow(b []byte, at, most int) {
	if len(b)-at < most {
		k.cutAt(at)
	} else {
		k.tooLong(at, len(b))
	}
}

// row takes the fields of the line b[start:end], if it has as many as the first one.
// late says that the view before did not have all of it.
func (k *keyScan) row(b []byte, start, end int, t *Columns, late bool) {
	first := len(k.keyed)
	n, at := 0, start
	for ; at <= end && n < len(t.list); n++ {
		stop := endOfField(b[:end], at, t.sep)
		if name := t.list[n].name; name != nil && name.kinds != nil {
			k.field(b, at, stop, t.list[n], late)
		}
		at = stop + 1
	}
	if n < len(t.list) || at <= end {
		k.keyed = k.keyed[:first]
	}
}

// endOfField returns where the field that begins at at ends: behind its quotes, if it
// has some.
func endOfField(b []byte, at int, sep byte) int {
	if at < len(b) && b[at] == '"' {
		if n := bytes.IndexByte(b[at+1:], '"'); n >= 0 {
			at += n + 2
		}
	}
	if n := bytes.IndexByte(b[at:], sep); n >= 0 {
		return at + n
	}
	return len(b)
}

// field takes the value of a field, but for the quotes around it.
func (k *keyScan) field(b []byte, start, end int, c column, late bool) {
	for start < end && strings.IndexByte(" \r\"'", b[start]) >= 0 {
		start++
	}
	for start < end && strings.IndexByte(" \r\"'", b[end-1]) >= 0 {
		end--
	}
	most := maxValue
	if c.name.text {
		most = maxText
	}
	switch {
	case start < end && end-start <= most:
		k.keyed = append(k.keyed, token{start: start, end: end, key: c.key, late: late})
	case start < end && c.name.text:
		k.tooLong(start, end)
	}
}

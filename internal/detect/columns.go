package detect

import (
	"bytes"
	"strings"
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

// columns takes the values in a table whose first line names them, as text with commas,
// semicolons or tabs between the fields has it (RFC 4180).
func (s *Search) columns() {
	v, k := s.view, &s.keys
	if v.Seen > 0 || v.Parent == nil && s.field.Base > 0 {
		return
	}
	b, at := v.Data, 0
	if bytes.HasPrefix(b, byteOrder) {
		at = len(byteOrder)
	}
	n := bytes.IndexByte(b[at:min(len(b), maxHead)], '\n')
	if n < 0 {
		return
	}
	sep := separatorOf(b[at : at+n])
	if sep == 0 || !k.head(b[at:at+n], sep) {
		return
	}
	for at += n + 1; at < len(b); at += n + 1 {
		if n = bytes.IndexByte(b[at:], '\n'); n < 0 {
			n = len(b) - at
		}
		k.row(b, at, at+n, sep)
	}
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

// head reads the first line of a table, and reports whether it names what is known.
func (k *keyScan) head(line []byte, sep byte) (known bool) {
	k.table = k.table[:0]
	for at := 0; at <= len(line); {
		stop := endOfField(line, at, sep)
		key := bytes.Trim(line[at:stop], " \r\"'")
		if len(k.table) == maxColumns || len(key) > maxKey {
			return false
		}
		name := dictionary.look(key)
		known = known || name != nil && name.kinds != nil
		k.table = append(k.table, column{key, name})
		at = stop + 1
	}
	return known && len(k.table) > 1
}

// row takes the fields of the line b[start:end], if it has as many as the first one.
func (k *keyScan) row(b []byte, start, end int, sep byte) {
	first := len(k.keyed)
	n, at := 0, start
	for ; at <= end && n < len(k.table); n++ {
		stop := endOfField(b[:end], at, sep)
		if name := k.table[n].name; name != nil && name.kinds != nil {
			k.field(b, at, stop, k.table[n])
		}
		at = stop + 1
	}
	if n < len(k.table) || at <= end {
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
func (k *keyScan) field(b []byte, start, end int, c column) {
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
	if start < end && end-start <= most {
		k.keyed = append(k.keyed, token{start: start, end: end, key: c.key})
	}
}

package decode

import "github.com/telltale-audit/telltale"

// Locate says what holds the value at v.Data[off]: its container ("json",
// "form", or "" for plain text), its path there ("$.a.b[2]", "imei"), the key
// it goes by, as written, and the range of the whole value. Of text it knows
// key=value, key: value, key="value" and <key>value; the key is "" where there
// is none. Data may be cut or broken. The first call reads Data once, later
// ones look up, in any number as long as their places ascend.
func (v *View) Locate(off int) (container, path, key string, value telltale.Range) {
	if off < 0 || off >= len(v.Data) {
		return "", "", "", telltale.Range{}
	}
	if i := v.valueAt(off); i >= 0 {
		key, value = v.jsonValue(i, off)
		return "json", string(v.appendPath(nil, i, 0)), key, value
	}
	return v.locateText(off)
}

// KeyAt returns the key of [View.Locate] alone. The one value of a view goes by the
// key of what it was decoded from, unless it has one of its own.
func (v *View) KeyAt(off int) (key string) {
	for off >= 0 && off < len(v.Data) {
		key, alone := v.keyAt(off)
		if key != "" || !alone || v.Parent == nil {
			return key
		}
		v, off = v.Source()
	}
	return ""
}

// keyAt returns the key of the value at v.Data[off], and whether nothing stands
// beside that value.
func (v *View) keyAt(off int) (key string, alone bool) {
	if i := v.valueAt(off); i >= 0 {
		key, _ = v.jsonValue(i, off)
		return key, true
	}
	_, _, key, r := v.locateText(off)
	return key, isBlank(v.Data[:r.Start]) && isBlank(v.Data[r.End:])
}

// isBlank reports whether b has nothing but white space, quotes and padding.
func isBlank(b []byte) bool {
	for _, c := range b {
		if c > ' ' && c != '"' && c != '\'' && c != '=' {
			return false
		}
	}
	return true
}

// isForm reports whether v is a field that its Content-Type calls a form.
func (v *View) isForm() bool {
	if v.decoder == urlDecoder {
		v = v.Parent
	}
	return v.Parent == nil && v.walker.form
}

// textReach is how far from a value in text its key and its end are looked
// for.
const textReach = 4 << 10

// locateText is Locate for what is not JSON.
func (v *View) locateText(off int) (container, path, key string, value telltale.Range) {
	b := v.Data
	start, end := v.textValue(off)
	value = telltale.Range{Start: int64(start), End: int64(end)}
	if key = textKey(b[:start]); key == "" {
		return "", "", "", value
	}
	if b[start-1] == '=' && (v.isForm() || isPair(b, start-1-len(key), end)) {
		return "form", key, key, value
	}
	return "", "", key, value
}

// textValue returns the piece of text around off: up to a quote, a separator,
// or the '=' or ": " behind a key.
func (v *View) textValue(off int) (start, end int) {
	return v.before.back(v.Data, off), v.behind.on(v.Data, off)
}

// A stretch is a part of a text, [start, end), in which no boundary is.
type stretch struct {
	start, end int
	closed     bool // the boundary that ends it is known
}

// back returns where the value around b[off] begins: s is what was learnt by
// looking for it before.
func (s *stretch) back(b []byte, off int) int {
	least := max(0, off-textReach)
	next := stretch{start: off, end: off}
	for next.start > least && !next.closed {
		switch {
		case s.start < next.start && next.start <= s.end:
			next = stretch{s.start, max(s.end, off), s.closed}
		case endsKey(b, next.start-1):
			next.closed = true
		default:
			next.start--
		}
	}
	*s = next
	return max(next.start, least)
}

// on returns where the value around b[off] ends.
func (s *stretch) on(b []byte, off int) int {
	most := min(len(b), off+textReach)
	next := stretch{start: off, end: off}
	for next.end < most && !next.closed {
		switch {
		case s.start <= next.end && next.end < s.end:
			next = stretch{min(s.start, off), s.end, s.closed}
		case isSeam(b[next.end]):
			next.closed = true
		default:
			next.end++
		}
	}
	*s = next
	return min(next.end, most)
}

// endsKey reports whether the value behind b[:i+1] begins there. The ':' of a
// MAC or a time does not end a key.
func endsKey(b []byte, i int) bool {
	switch c := b[i]; c {
	case '=':
		return true
	case ':':
		return i == 0 || !hexAlphabet.has(b[i-1]) || i+1 < len(b) && !hexAlphabet.has(b[i+1]) || wordBefore(b, i)
	default:
		return isSeam(c)
	}
}

// wordBefore reports whether the word that ends at i has a letter that is no
// hex digit: it is a key, no part of a MAC.
func wordBefore(b []byte, i int) bool {
	for i--; i >= 0 && isKeyByte(b[i]); i-- {
		if !hexAlphabet.has(b[i]) {
			return true
		}
	}
	return false
}

// textKey returns the key that the text before a value ends with, "" if
// there is none.
func textKey(b []byte) string {
	i := len(b)
	for i > 0 && (isSpace(b[i-1]) && b[i-1] != '\n' || b[i-1] == '"' || b[i-1] == '\'' || b[i-1] == '\\') {
		i--
	}
	if i == 0 || b[i-1] != '=' && b[i-1] != ':' && b[i-1] != '>' {
		return ""
	}
	i--
	for i > 0 && (b[i-1] == ' ' || b[i-1] == '"' || b[i-1] == '\'' || b[i-1] == '\\') {
		i--
	}
	end := i
	for i > max(0, end-maxKey) && isKeyByte(b[i-1]) {
		i--
	}
	return string(b[i:end])
}

// maxKey is the length of the longest key.
const maxKey = 64

// isKeyByte reports whether c may stand in a key.
func isKeyByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.' || c >= 0x80
}

// isPair reports whether the pair b[start:end] stands in a query or a form:
// behind '?' or '&', or first before '&', or all alone.
func isPair(b []byte, start, end int) bool {
	if start > 0 {
		return b[start-1] == '&' || b[start-1] == '?'
	}
	return end >= len(b) || b[end] == '&'
}

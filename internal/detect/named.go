package detect

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"unicode/utf8"
)

// nameBefore returns the key of the value that begins behind the separator at i, and
// what the dictionary says of it; nil if that is nothing. In XML an attribute may say
// what another one is; in HTML these are words on buttons.
func nameBefore(b []byte, i int, xml bool) ([]byte, *keyName) {
	start, end := keyBefore(b, i)
	name := dictionary.look(b[start:end])
	if name != nil && name.value {
		start, end = namedApart(b, start, xml)
		name = dictionary.look(b[start:end])
	}
	return b[start:end], name
}

// mostApart is how many bytes may stand between a name and what says that its value
// follows.
const mostApart = 64

// namedApart returns the bounds of what names a value where names are values too, of
// which a word at i says that it follows: "name":"imei","value": or "imei":{"value": or,
// in XML, name="imei" value= or <key>imei</key><string> or <Name>imei</Name><Value>. They
// are the same where nothing does.
func namedApart(b []byte, i int, xml bool) (start, end int) {
	if i > 0 && isQuote(b[i-1]) {
		i--
	}
	end = i
	for end > 0 && i-end < mostApart && (b[end-1] <= ' ' || b[end-1] == ',' || b[end-1] == '<') {
		end--
	}
	for _, close := range []string{"</key>", "</Name>"} {
		if text, ok := bytes.CutSuffix(b[:end], []byte(close)); ok {
			return startOfKey(b, len(text)), len(text)
		}
	}
	if end > 0 && b[end-1] == '{' {
		return namesObject(b[:end-1])
	}
	if end == 0 || !isQuote(b[end-1]) {
		return 0, 0
	}
	quote := b[end-1]
	end--
	start = startOfKey(b, end)
	if start == 0 || b[start-1] != quote || !namesAhead(b[:start-1], xml) {
		return 0, 0
	}
	return start, end
}

// namesObject returns the bounds of what names the object that begins behind b, as in
// "imsi":{"value":.
func namesObject(b []byte) (start, end int) {
	end = len(b)
	for end > 0 && len(b)-end < mostApart && b[end-1] <= ' ' {
		end--
	}
	if end == 0 || b[end-1] != ':' {
		return 0, 0
	}
	return keyBefore(b, end-1)
}

func isQuote(c byte) bool { return c == '"' || c == '\'' }

// naming are keys whose value is the name of another value.
var naming = []string{"name", "key", "k", "n", "id", "field", "label", "property", "param", "parameter", "attribute", "type"}

// namesAhead reports whether b ends with a key whose value is a name.
func namesAhead(b []byte, xml bool) bool {
	b = bytes.TrimRight(b, " ")
	n := len(b)
	if n == 0 || b[n-1] != ':' && !(b[n-1] == '=' && xml) {
		return false
	}
	b = bytes.TrimRight(b[:n-1], " \"'")
	return among(b[startOfKey(b, len(b)):], naming)
}

// outer takes a view that is one value as what the key says that stands before what it
// was decoded from.
func (s *Search) outer() {
	v, k := s.view, &s.keys
	if v.Parent == nil || v.Seen > 0 || len(v.Data) > maxText || v.Marks.Binary() {
		return
	}
	t := whole(v.Data)
	if t.start == t.end || v.Data[t.start] == '{' || v.Data[t.start] == '[' || !utf8.Valid(v.Data) {
		return
	}
	outer, from := v.Source()
	key, name := keyBehind(outer.Data[:from])
	if name == nil {
		return
	}
	if a := (axis{t, name.axis, name.scale}); a.of != 0 && !a.half() {
		k.axes = append(k.axes, a)
	}
	if name.kinds == nil || !name.text && t.end-t.start > maxValue {
		return
	}
	t.key = key
	k.keyed = append(k.keyed, t)
	if len(s.opened) >= maxHits {
		return
	}
	s.opened = append(s.opened, opened{outer.ID, from, name})
	for v = v.Parent; v != outer; v = v.Parent {
		s.opened = append(s.opened, opened{v.ID, whole(v.Data).start, name})
	}
}

// whole returns all of b as one token, but for space and quotes around it.
func whole(b []byte) token {
	start, end := trimBlank(b, 0, len(b))
	if end-start > 1 && isQuote(b[start]) && b[end-1] == b[start] {
		start, end = trimBlank(b, start+1, end-1)
	}
	return token{start: start, end: end}
}

// trimBlank leaves out what does not print at both ends of b[start:end].
func trimBlank(b []byte, start, end int) (int, int) {
	for start < end && b[start] <= ' ' {
		start++
	}
	for start < end && b[end-1] <= ' ' {
		end--
	}
	return start, end
}

// keyBehind returns the key that b ends with, of a value that follows, and what the
// dictionary says of it; nil if that is nothing.
func keyBehind(b []byte) ([]byte, *keyName) {
	if head, ok := bytes.CutSuffix(b, []byte("\r\n\r\n")); ok {
		key := partName(head)
		return key, dictionary.look(key)
	}
	at := len(b)
	if at > 0 && isQuote(b[at-1]) {
		at--
	}
	for at > 0 && (b[at-1] == ' ' || b[at-1] == '\\') {
		at--
	}
	if at == 0 || b[at-1] != ':' && b[at-1] != '=' && b[at-1] != '>' {
		return nil, nil
	}
	return nameBefore(b, at-1, false)
}

// partName returns the name of the part of a form that the lines at the end of b head
// (RFC 7578 section 4.2), nil if they do not.
func partName(b []byte) []byte {
	const before = `; name="`
	b = b[max(0, len(b)-nearby):]
	at := bytes.LastIndex(b, []byte(before))
	if at < 0 {
		return nil
	}
	b = b[at+len(before):]
	return b[:max(0, bytes.IndexByte(b, '"'))]
}

// Symbols of Base64 that are too few for a decoder to look at them beside other text.
const (
	leastShort = 8
	mostShort  = 15
)

// named judges a token that a key names: as it stands, and as Base64 of fewer symbols
// than decoders look at, which it rather is where it is filled up as that is.
func (s *Search) named(t token) {
	text := bytes.TrimRight(s.view.Data[t.start:t.end], "=")
	if padded := len(text) < t.end-t.start; padded && s.short(t, text) {
		return
	}
	s.judge(t)
	s.short(t, text)
}

// short judges what text says, the symbols of a token. It reports whether that is
// anything.
func (s *Search) short(t token, text []byte) bool {
	if t.end <= s.view.Seen || len(text) < leastShort || len(text) > mostShort {
		return false
	}
	plain, err := base64.RawStdEncoding.Strict().AppendDecode(s.plain[:0], text)
	if err != nil {
		plain, err = base64.RawURLEncoding.Strict().AppendDecode(s.plain[:0], text)
	}
	s.plain = plain
	if err != nil || bytes.ContainsFunc(plain, isOdd) {
		return false
	}
	kinds := dictionary.exactKinds(t.key)
	for _, d := range All {
		if r := &s.reading; slices.Contains(kinds, d.Kind) && d.Judge(plain, true, r) {
			c := s.draft
			c.set(r.Prior, d.Kind, r.Value)
			c.own = true
			s.weighSeed(c)
			c.read(r)
			s.weighKey(c, t.key)
			c.take(groupAnti, r.Anti)
			s.keep(t.start, t.end, "base64", 0, 0)
		}
	}
	return true
}

// isOdd reports whether names, numbers and passwords seldom have r.
func isOdd(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(" .:_@+-!#/", r))
}

package detect

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/telltale-audit/telltale/internal/decode"
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
// which a word at i says that it follows: "name":"imei","value": or, in XML,
// name="imei" value= or <key>imei</key><string>. They are the same where nothing does.
func namedApart(b []byte, i int, xml bool) (start, end int) {
	if i > 0 && isQuote(b[i-1]) {
		i--
	}
	end = i
	for end > 0 && i-end < mostApart && (b[end-1] <= ' ' || b[end-1] == ',' || b[end-1] == '<') {
		end--
	}
	if text, ok := bytes.CutSuffix(b[:end], []byte("</key>")); ok {
		return startOfKey(b, len(text)), len(text)
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

// outer judges a view that is one value as what the key says that stands before what
// it was decoded from.
func (s *Search) outer() {
	v := s.view
	if v.Parent == nil || v.Seen > 0 || len(v.Data) > maxText || v.Marks.Binary() {
		return
	}
	t := s.whole()
	if t.start == t.end || bytes.IndexByte([]byte("{[<"), v.Data[t.start]) >= 0 {
		return
	}
	key, name := keyOutside(v)
	if name == nil || name.kinds == nil || !name.text && t.end-t.start > maxValue {
		return
	}
	t.key = key
	s.keys.keyed = append(s.keys.keyed, t)
}

// whole returns all of the view as one token, but for space around it.
func (s *Search) whole() token {
	b := s.view.Data
	start, end := 0, len(b)
	for start < end && b[start] <= ' ' {
		start++
	}
	for start < end && b[end-1] <= ' ' {
		end--
	}
	return token{start: start, end: end}
}

// keyOutside returns the key that stands before what v was decoded from, however often,
// and what the dictionary says of it; nil if that is nothing.
func keyOutside(v *decode.View) ([]byte, *keyName) {
	at := 0
	for at == 0 && v.Parent != nil {
		at, v = v.Source(), v.Parent
	}
	b := v.Data
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

// Symbols of Base64 that are too few for a decoder to look at them beside other text.
const (
	leastShort = 8
	mostShort  = 15
)

// named judges a token that a key names: as it stands, and as Base64 of fewer symbols
// than decoders look at, which it rather is where it is filled up as that is.
func (s *Search) named(t token) {
	text := bytes.TrimRight(s.view.Data[t.start:t.end], "=")
	padded := len(text) < t.end-t.start
	if padded {
		s.short(t, text)
	}
	s.judge(t)
	if !padded {
		s.short(t, text)
	}
}

// short judges text, the symbols of a token.
func (s *Search) short(t token, text []byte) {
	if t.end <= s.view.Seen || len(text) < leastShort || len(text) > mostShort {
		return
	}
	plain, err := base64.RawStdEncoding.Strict().AppendDecode(s.plain[:0], text)
	if err != nil {
		plain, err = base64.RawURLEncoding.Strict().AppendDecode(s.plain[:0], text)
	}
	s.plain = plain
	if err != nil || bytes.ContainsFunc(plain, isOdd) {
		return
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
}

// isOdd reports whether names, numbers and passwords seldom have r.
func isOdd(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(" .:_@+-!#/", r))
}

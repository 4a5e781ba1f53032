package telltale

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"
)

// spellings are the ways known values may be written, each for the reading of
// a text that it is looked for in.
type spellings struct {
	letters *index   // letters and digits, lower case; nothing else counts
	base64  *index   // characters of Base64, - and _ as + and /
	bytes   *index   // everything
	short   []string // as letters, but too short to be looked for within words or in Base64
}

// An index holds patterns by their first four bytes.
type index struct {
	by     map[uint32][]string
	filter [1 << 10]uint64 // two bits of a word for each first four bytes, by their hash
	wordy  bool            // a pattern may lie in a text that is all words
}

func newIndex() *index { return &index{by: map[uint32][]string{}} }

func (x *index) add(pattern string) {
	if len(pattern) < 4 {
		return
	}
	key := uint32(pattern[0])<<24 | uint32(pattern[1])<<16 | uint32(pattern[2])<<8 | uint32(pattern[3])
	x.by[key] = append(x.by[key], pattern)
	x.wordy = x.wordy || inWords(pattern)
	word, bits := slot(key)
	x.filter[word] |= bits
}

// may reports whether a pattern may begin with the four bytes of key.
func (x *index) may(key uint32) bool {
	word, bits := slot(key)
	return x.filter[word]&bits == bits
}

// begins reports whether a pattern begins with the four bytes of key.
func (x *index) begins(key uint32) bool { return x.may(key) && len(x.by[key]) > 0 }

// slot returns the bits that key has in an index's filter.
func slot(key uint32) (word uint32, bits uint64) {
	h := key * 0x9e3779b1
	return h >> 22, 1<<(h>>16&63) | 1<<(h>>10&63)
}

// newSpellings returns the spellings of the values that are to be dotted,
// nil if there are none.
func newSpellings(known []Value) *spellings {
	s := &spellings{letters: newIndex(), base64: newIndex(), bytes: newIndex()}
	for _, v := range known {
		if v.kind != Model && v.kind != Build && v.raw != "" {
			s.add(v)
		}
	}
	if len(s.letters.by)+len(s.bytes.by)+len(s.short) == 0 {
		return nil
	}
	return s
}

func (s *spellings) add(v Value) {
	whole := fold(v.raw)
	if len(whole) >= 4 {
		s.letters.add(whole)
		s.letters.add(reverse(whole))
	} else if whole != "" {
		s.short = append(s.short, whole)
	}
	s.bytes.add(v.raw)
	for spelt := range variants(v, whole) {
		s.letters.add(hex.EncodeToString([]byte(spelt)))
		s.addBase64(spelt)
	}
	for _, packed := range packings(whole) {
		s.bytes.add(packed)
		s.addBase64(packed)
	}
}

// variants are the usual ways to write v in characters.
func variants(v Value, whole string) map[string]bool {
	set := map[string]bool{v.raw: true, strings.ToLower(v.raw): true, strings.ToUpper(v.raw): true, whole: true, strings.ToUpper(whole): true}
	if (v.kind == MAC || v.kind == BSSID) && len(whole) == 12 {
		for _, sep := range []string{":", "-"} {
			octets := whole[:2] + sep + whole[2:4] + sep + whole[4:6] + sep + whole[6:8] + sep + whole[8:10] + sep + whole[10:]
			set[octets], set[strings.ToUpper(octets)] = true, true
		}
	}
	return set
}

// packings are the ways to write digits two to a byte: as hex or BCD, with
// either digit first, an odd number of them filled up with f, or with 0 in
// front.
func packings(digits string) []string {
	var out []string
	for _, d := range []string{digits + "f", "0" + digits, digits} {
		if len(d)%2 != 0 {
			continue
		}
		b, err := hex.DecodeString(d)
		if err != nil {
			continue
		}
		out = append(out, string(b))
		for i := range b {
			b[i] = b[i]<<4 | b[i]>>4
		}
		out = append(out, string(b))
	}
	return out
}

// addBase64 adds the characters of Base64 that depend on raw alone, for each
// of the three places it may have among the bytes around it.
func (s *spellings) addBase64(raw string) {
	for before := 0; before < 3 && raw != ""; before++ {
		text := base64.RawStdEncoding.EncodeToString([]byte("\x00\x00"[:before] + raw))
		whole := 8 * (before + len(raw)) / 6
		s.base64.add(text[(8*before+5)/6 : whole])
	}
}

// hide hides every spelling in us.
func (s *spellings) hide(us []unit) {
	if s.mayLieIn(us) {
		s.seek(us)
	}
}

// seek is hide without a glance before.
func (s *spellings) seek(us []unit) {
	var room [roomFor]byte
	var places [roomFor]int32
	r := read(reading{room[:0], places[:0]}, us, letterOf)
	r.match(us, s.letters, 0)
	r = read(r, us, base64Of)
	r.match(us, s.base64, 1)
	r = read(r, us, byteOf)
	r.match(us, s.bytes, 0)
	if len(s.short) == 0 {
		return
	}
	r = read(r, us, letterOf)
	for _, p := range s.short {
		r.matchWord(us, p)
	}
}

// A reading is what is left of a text when some characters are passed over.
type reading struct {
	b  []byte
	at []int32 // the unit that each byte of b came from
}

// read returns what the function makes of each unit, in the memory of r; what
// it makes -1 is passed over. A hidden unit becomes a 0, which parts a text.
func read(r reading, us []unit, as func(rune) rune) reading {
	r.b, r.at = r.b[:0], r.at[:0]
	for i, u := range us {
		c := rune(0)
		if !u.hide {
			c = as(u.r)
		}
		if c >= 0 && c < utf8.RuneSelf || c >= invalid {
			r.b, r.at = append(r.b, byte(c)), append(r.at, int32(i))
			continue
		}
		if c >= 0 {
			r.b = utf8.AppendRune(r.b, c)
		}
		for len(r.at) < len(r.b) {
			r.at = append(r.at, int32(i))
		}
	}
	return r
}

// match hides the patterns of x and as many bytes more on each side.
func (r reading) match(us []unit, x *index, more int) {
	key := uint32(0)
	for i := range len(r.b) {
		key = key<<8 | uint32(r.b[i])
		if i < 3 || !x.may(key) {
			continue
		}
		i := i - 3
		for _, p := range x.by[key] {
			if len(p) <= len(r.b)-i && string(r.b[i:i+len(p)]) == p {
				r.hide(us, max(i-more, 0), min(i+len(p)+more, len(r.b)))
			}
		}
	}
}

// matchWord hides p where no other letter or digit of ASCII touches it.
func (r reading) matchWord(us []unit, p string) {
	for i := 0; i+len(p) <= len(r.b); i++ {
		end := i + len(p)
		if string(r.b[i:end]) == p && (i == 0 || r.parted(i, i-1)) && (end == len(r.b) || r.parted(end, end)) {
			r.hide(us, i, end)
		}
	}
}

// parted reports whether bytes i-1 and i do not touch, or the outer of them,
// byte o, is no letter or digit of ASCII.
func (r reading) parted(i, o int) bool {
	return r.at[i]-r.at[i-1] > 1 || r.b[o] == 0 || r.b[o] >= utf8.RuneSelf
}

func (r reading) hide(us []unit, start, end int) {
	hideUnits(us, int(r.at[start]), int(r.at[end-1])+1)
}

func letterOf(r rune) rune {
	if r < invalid && isAlnum(r) {
		return unicode.ToLower(r)
	}
	return -1
}

func base64Of(r rune) rune {
	switch {
	case r == '+' || r == '-':
		return '+'
	case r == '/' || r == '_':
		return '/'
	case r < utf8.RuneSelf && isAlnum(r):
		return r
	}
	return -1
}

func byteOf(r rune) rune { return r }

// fold returns the letters and digits of s in lower case.
func fold(s string) string { return strings.Map(letterOf, s) }

func reverse(s string) string {
	rs := []rune(s)
	for i, j := 0, len(rs)-1; i < j; i, j = i+1, j-1 {
		rs[i], rs[j] = rs[j], rs[i]
	}
	return string(rs)
}

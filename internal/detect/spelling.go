package detect

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

// A pattern is one way to write a seed.
type pattern struct {
	text    string
	form    string   // the transform that undoes it, "" if it can be read as it is
	reading *Reading // of text as it is, nil if there is none
	seed    int32
	bits    int16 // how much the pattern tells; at least 64 is beyond chance
	before  int8  // text bytes before and after that hold a part of the value,
	after   int8  // too mixed with its neighbours to be searched for
	binary  bool  // not text: short ones are searched in binary data only
	apart   bool  // it is no part of a longer word or number
	digest  bool
}

// spellings returns the ways to write the value of a kind, each once, the
// plain ones first: with the usual separators and in both cases, as Base64 in
// its three alignments, hexadecimal, reversed, as UTF-16, as packed digits, as a
// number, as the bytes it stands for, and as digests. The list is valid until the
// next call.
func (s *speller) spellings(k telltale.Kind, value string) []pattern {
	s.list = s.list[:0]
	clear(s.seen)
	plain := plainForms(k, value)
	for _, t := range plain {
		s.add([]byte(t), pattern{})
	}
	for _, t := range rare(k, value) {
		s.addLong([]byte(t), pattern{})
	}
	for _, t := range plain {
		s.encoded(t)
	}
	raw := rawOf(k, value)
	s.packed(k, value)
	if len(value) >= shortPattern {
		s.asSpelt(value)
	}
	s.asBytes(raw)
	s.asNumber(value, raw)
	if m, ok := numbering.ParseMAC(value); ok && (k == telltale.MAC || k == telltale.BSSID) {
		s.asAddress(m)
	}
	for _, t := range digestForms(k, value) {
		s.digests(t)
	}
	if len(raw) > 0 {
		s.digests(string(raw))
	}
	s.twice(value)
	return s.list
}

// plainForms returns how programs and people write a value as text.
func plainForms(k telltale.Kind, v string) []string {
	forms := []string{v}
	switch k {
	case telltale.IMEI:
		forms = append(forms, imeiForms(v)...)
	case telltale.ICCID:
		forms = append(forms, iccidForms(v)...)
	case telltale.MEID:
		forms = append(forms, v+string(numbering.LuhnHexDigit(v)), numbering.MEIDDecimal(v))
	case telltale.MAC, telltale.BSSID:
		forms = append(forms, macForms(v)...)
	case telltale.MSISDN:
		forms = append(forms, msisdnForms(v)...)
	case telltale.AdID, telltale.IDFV, telltale.InstallID:
		forms = append(forms, strings.ReplaceAll(v, "-", ""))
	}
	for _, f := range slices.Clone(forms) {
		forms = append(forms, strings.ToLower(f), strings.ToUpper(f))
	}
	return distinct(forms)
}

func imeiForms(v string) []string {
	if len(v) != 15 {
		return nil
	}
	body := v[:14]
	forms := []string{body, body + "0"} // signalling sends 0 for the check digit
	for _, sep := range []string{"-", " "} {
		forms = append(forms, v[:2]+sep+v[2:8]+sep+v[8:14]+sep+v[14:], v[:6]+sep+v[6:8]+sep+v[8:14]+sep+v[14:])
	}
	return forms
}

// iccidForms adds what is written with, or without, a check digit.
func iccidForms(v string) []string {
	forms := []string{v + string(numbering.LuhnDigit(v)), groups(v, 4, " "), groups(v, 5, " ")}
	if numbering.Luhn(v) && len(v) > 18 {
		forms[0] = v[:len(v)-1]
	} else if !numbering.IsDigits(v) {
		forms = forms[1:]
	}
	return forms
}

func macForms(v string) []string {
	m, ok := numbering.ParseMAC(v)
	if !ok {
		return nil
	}
	var forms []string
	for _, style := range []struct {
		sep   byte
		group int
	}{{':', 2}, {'-', 2}, {0, 2}, {'.', 4}, {' ', 2}, {'-', 4}} {
		forms = append(forms, string(m.Append(nil, style.sep, style.group, false)))
	}
	return forms
}

func msisdnForms(v string) []string {
	digits := strings.TrimPrefix(v, "+")
	_, n := numbering.CountryCode(digits)
	return []string{digits, "00" + digits, digits[n:], "0" + digits[n:]}
}

// digestForms returns the normalisations that are usual before hashing.
func digestForms(k telltale.Kind, v string) []string {
	forms := []string{v, strings.ToLower(v), strings.ToUpper(v)}
	switch k {
	case telltale.IMEI:
		forms = append(forms, v[:min(14, len(v))])
	case telltale.ICCID:
		forms = append(forms, iccidForms(v)[0])
	case telltale.MAC, telltale.BSSID:
		if m, ok := numbering.ParseMAC(v); ok {
			for _, upper := range []bool{false, true} {
				forms = append(forms, string(m.Append(nil, '-', 2, upper)), string(m.Append(nil, 0, 2, upper)))
			}
		}
	case telltale.MSISDN:
		forms = append(forms, msisdnForms(v)...)
	case telltale.AdID, telltale.IDFV, telltale.InstallID:
		forms = append(forms, strings.ReplaceAll(v, "-", ""), strings.ToUpper(strings.ReplaceAll(v, "-", "")))
	}
	return distinct(forms)
}

// groups returns s with sep after every n characters.
func groups(s string, n int, sep string) string {
	var parts []string
	for len(s) > n {
		parts, s = append(parts, s[:n]), s[n:]
	}
	return strings.Join(append(parts, s), sep)
}

func distinct(list []string) []string {
	var out []string
	for _, s := range list {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// A speller collects patterns, each text once.
type speller struct {
	list []pattern
	seen map[string]bool
	room strings.Builder // where texts are written, many in one piece of memory
	sum  []byte          // at hand
	text []byte          // at hand
}

// roomSize is how many bytes of texts are written into one piece of memory.
const roomSize = 64 << 10

// write returns text as a string.
func (s *speller) write(text []byte) string {
	if s.room.Cap()-s.room.Len() < len(text) {
		s.room = strings.Builder{}
		s.room.Grow(max(roomSize, len(text)))
	}
	at := s.room.Len()
	s.room.Write(text)
	return s.room.String()[at:]
}

// add takes a pattern that is written text, if no other is.
func (s *speller) add(text []byte, p pattern) {
	if s.seen == nil {
		s.seen = map[string]bool{}
	}
	if len(text) < shortPattern || s.seen[string(text)] {
		return
	}
	p.text = s.write(text)
	s.seen[p.text] = true
	if p.bits == 0 {
		p.bits = information(p.text)
	}
	s.list = append(s.list, p)
}

// encoded adds the encodings of the text t that need no decoder to find.
func (s *speller) encoded(t string) {
	if len(t) < shortPattern {
		return
	}
	n := information(t)
	s.base64(t, n)
	s.hex([]byte(t), pattern{form: "hex", bits: n})
	s.text = append(s.text[:0], t...)
	slices.Reverse(s.text)
	s.add(s.text, pattern{form: "reversed", bits: n})
	s.text = s.text[:0]
	for _, u := range utf16.Encode([]rune(t)) {
		s.text = append(s.text, byte(u), byte(u>>8))
	}
	s.add(s.text, pattern{form: "utf16", binary: true, bits: n})
}

// hex adds the hexadecimal of b in both cases.
func (s *speller) hex(b []byte, p pattern) {
	s.text = hex.AppendEncode(s.text[:0], b)
	s.add(s.text, p)
	capitals(s.text)
	s.add(s.text, p)
}

// capitals writes the letters of hexadecimal in upper case.
func capitals(text []byte) {
	for i, c := range text {
		if c >= 'a' {
			text[i] = c - 'a' + 'A'
		}
	}
}

// base64 adds the characters that t gives in Base64 whatever stands before
// and after it, for each of the three alignments and both alphabets.
func (s *speller) base64(t string, bits int16) {
	for r := range 3 {
		s.sum = append(append(s.sum[:0], "\x00\x00"[:r]...), t...)
		start, end := (8*r+5)/6, 8*len(s.sum)/6
		p := pattern{form: "base64", bits: bits, before: int8(min(r, 1))}
		if len(s.sum)%3 != 0 {
			p.after = 1
		}
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			s.text = enc.AppendEncode(s.text[:0], s.sum)
			s.add(s.text[start:end], p)
		}
	}
}

// packed adds the binary spellings of digits, two to a byte. An odd number of them is
// filled up at the end or, as trackers of vehicles do, before the first.
func (s *speller) packed(k telltale.Kind, v string) {
	if !numbering.IsDigits(v) && k != telltale.MEID {
		return
	}
	bits := information(v)
	all := [][]byte{numbering.PackBCD(v), numbering.PackSwappedBCD(v), mobileIdentity(k, v)}
	if len(v)%2 != 0 {
		all = append(all, numbering.PackBCD("0"+v))
	}
	for _, b := range all {
		s.add(b, pattern{form: "bcd", binary: true, bits: bits})
		s.hex(b, pattern{form: "hex>bcd", bits: bits})
	}
}

func mobileIdentity(k telltale.Kind, v string) []byte {
	switch k {
	case telltale.IMSI:
		return numbering.MobileIdentity(1, v)
	case telltale.IMEI:
		return numbering.MobileIdentity(2, v)
	case telltale.IMEISV:
		return numbering.MobileIdentity(3, v)
	}
	return nil
}

// information returns how many bits random text of the same characters would
// have to match: 10 digits give 33, 10 letters and digits 51.
func information(t string) int16 {
	digits, hexes, others := 0, 0, 0
	for _, c := range []byte(t) {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
			hexes++
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= 0x80:
			others++
		}
	}
	switch {
	case others > 0:
		return int16((digits + hexes + others) * 517 / 100)
	case hexes > 0:
		return int16((digits + hexes) * 4)
	}
	return int16(digits * 332 / 100)
}

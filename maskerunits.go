package telltale

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A unit is one character of a text with the bytes it is written in. The
// escapes of URLs (%41), JSON (\u0041, \n), HTML (&#65;) and of our own output
// (\x41, \u{41}) are one unit each, so that whoever judges units sees what a
// reader of the escapes sees.
type unit struct {
	r          rune
	start, end int32 // bytes of the text
	hide       bool
	binary     bool // does not print, and is no white space
	escaped    bool // written as a number, or would be shown as one
}

// lex appends the units of s to dst.
func lex(dst []unit, s string) []unit {
	for i := 0; i < len(s); {
		r, n, escaped := escape(s[i:])
		if n == 0 {
			r, n = utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n <= 1 {
				r = rune(s[i]) | invalid
			}
		}
		u := unit{r: r, start: int32(i), end: int32(i + n), hide: r == Dot}
		u.binary = !printable(r) && !unicode.IsSpace(r)
		u.escaped = escaped || u.binary
		dst = append(dst, u)
		i += n
	}
	return dst
}

// invalid marks the rune of a unit that is a byte >= 0x80 and not a character.
const invalid = 1 << 24

// printable reports whether r is shown as it is.
func printable(r rune) bool { return r < utf8.RuneSelf && r >= ' ' && r != 0x7f || unicode.IsPrint(r) }

// escape reads the escape that s begins with. It returns the character, the
// length of the escape, 0 if there is none, and whether it is a number.
func escape(s string) (r rune, n int, number bool) {
	switch {
	case s[0] == '%':
		return numeric(s, 1, 16, 2, 2, "")
	case s[0] == '&':
		if r, n, number = numeric(s, 2, 10, 1, 6, ";"); n > 0 && s[1] == '#' {
			return r, n, number
		}
		if r, n, number = numeric(s, 3, 16, 1, 6, ";"); n > 0 && (s[1:3] == "#x" || s[1:3] == "#X") {
			return r, n, number
		}
	case s[0] == '\\' && len(s) > 1:
		return backslash(s)
	}
	return 0, 0, false
}

func backslash(s string) (r rune, n int, number bool) {
	switch s[1] {
	case 'x', 'X':
		return numeric(s, 2, 16, 2, 2, "")
	case 'u', 'U':
		if r, n, number = numeric(s, 2, 16, 4, 4, ""); n == 0 && len(s) > 2 && s[2] == '{' {
			return numeric(s, 3, 16, 1, 6, "}")
		}
		return r, n, number
	case 'n', 'r', 't', 'b', 'f':
		return ' ', 2, false
	case '/', '"':
		return rune(s[1]), 2, false
	}
	return 0, 0, false
}

// numeric reads an escape whose number begins at s[at] and has from least to
// most digits of the base, then the end. Bytes >= 0x80 are marked invalid:
// what they spell is not looked into.
func numeric(s string, at, base, least, most int, end string) (r rune, n int, number bool) {
	i := at
	for ; i < len(s) && i < at+most; i++ {
		d := digitOf(s[i])
		if d >= base {
			break
		}
		r = r*rune(base) + rune(d)
	}
	if i-at < least || !strings.HasPrefix(s[min(i, len(s)):], end) {
		return 0, 0, false
	}
	if r >= utf8.RuneSelf && (most == 2 || r > unicode.MaxRune) {
		r |= invalid
	}
	return r, i + len(end), true
}

// digitOf returns what the hex digit c stands for, 16 if it is none.
func digitOf(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return 16
}

// hideRanges hides the units that have a byte in the ranges, which are sorted
// and disjoint.
func hideRanges(us []unit, ranges []Range) {
	for i := range us {
		for len(ranges) > 0 && ranges[0].End <= int64(us[i].start) {
			ranges = ranges[1:]
		}
		if len(ranges) == 0 {
			return
		}
		if ranges[0].Start < int64(us[i].end) {
			us[i].hide = true
		}
	}
}

// render returns s with dots for its hidden units and made harmless.
func render(us []unit, s string) string {
	first := 0
	for ; first < len(us); first++ {
		if u := us[first]; u.hide && u.r != Dot || shownEscaped(s, u) {
			break
		}
	}
	if first == len(us) {
		return s
	}
	b := make([]byte, us[first].start, len(s)+16)
	copy(b, s)
	for _, u := range us[first:] {
		written := s[u.start:u.end]
		switch {
		case u.hide:
			for range utf8.RuneCountInString(written) {
				b = utf8.AppendRune(b, Dot)
			}
		case shownEscaped(s, u):
			b = appendEscape(b, u.r)
		default:
			b = append(b, written...)
		}
	}
	return string(b)
}

// shownEscaped reports whether the bytes of u in s cannot be shown as they
// are. Written escapes can: they are ASCII.
func shownEscaped(s string, u unit) bool {
	return !printable(u.r) && (u.end-u.start == 1 || s[u.start] >= utf8.RuneSelf)
}

// harmless returns s with all that does not print escaped.
func harmless(s string) string {
	var room [128]unit
	us := lex(room[:0], s)
	for i := range us {
		us[i].hide = false
	}
	return render(us, s)
}

const hexDigits = "0123456789abcdef"

// appendEscape appends the shown form of a rune that does not print.
func appendEscape(b []byte, r rune) []byte {
	if r < utf8.RuneSelf || r >= invalid {
		return append(b, '\\', 'x', hexDigits[r>>4&15], hexDigits[r&15])
	}
	b = append(b, '\\', 'u', '{')
	shift := 4
	for r>>shift != 0 {
		shift += 4
	}
	for shift -= 4; shift >= 0; shift -= 4 {
		b = append(b, hexDigits[r>>shift&15])
	}
	return append(b, '}')
}

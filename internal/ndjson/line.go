package ndjson

import (
	"maps"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/telltale-audit/telltale"
)

// A line is a JSON object being written. The methods named for a type append
// a field always; those that begin with "opt" leave it out when it is zero.
type line struct {
	b []byte
	m *telltale.Masker
}

// next parts the next field or element from the one before.
func (l *line) next() {
	if last := l.b[len(l.b)-1]; last != '{' && last != '[' {
		l.b = append(l.b, ',')
	}
}

func (l *line) key(name string) {
	l.next()
	l.b = append(l.b, '"')
	l.b = append(l.b, name...)
	l.b = append(l.b, '"', ':')
}

func (l *line) open(name string, bracket byte) {
	l.key(name)
	l.b = append(l.b, bracket)
}

func (l *line) close(bracket byte) { l.b = append(l.b, bracket) }

func (l *line) int(name string, n int64) {
	l.key(name)
	l.b = strconv.AppendInt(l.b, n, 10)
}

func (l *line) optInt(name string, n int64) {
	if n != 0 {
		l.int(name, n)
	}
}

func (l *line) bool(name string, v bool) {
	l.key(name)
	l.b = strconv.AppendBool(l.b, v)
}

func (l *line) optTrue(name string, v bool) {
	if v {
		l.bool(name, v)
	}
}

func (l *line) string(name, s string) {
	l.key(name)
	l.b = appendString(l.b, s)
}

func (l *line) optString(name, s string) {
	if s != "" {
		l.string(name, s)
	}
}

func (l *line) strings(name string, list []string) {
	l.open(name, '[')
	for _, s := range list {
		l.next()
		l.b = appendString(l.b, s)
	}
	l.close(']')
}

func (l *line) optStrings(name string, list []string) {
	if len(list) > 0 {
		l.strings(name, list)
	}
}

func (l *line) text(name string, t telltale.Text) { l.string(name, l.m.Text(t)) }

func (l *line) optText(name string, t telltale.Text) {
	if !t.IsZero() {
		l.text(name, t)
	}
}

func (l *line) time(name string, t telltale.Time) {
	l.key(name)
	l.b = append(l.b, '"')
	l.b = t.AppendTo(l.b)
	l.b = append(l.b, '"')
}

func (l *line) optTime(name string, t telltale.Time) {
	if t != 0 {
		l.time(name, t)
	}
}

func (l *line) addr(name string, a netip.Addr) {
	if a.IsValid() {
		l.key(name)
		l.appendAddr(a)
	}
}

func (l *line) appendAddr(a netip.Addr) {
	l.b = append(l.b, '"')
	l.b = l.m.AppendAddr(l.b, a)
	l.b = append(l.b, '"')
}

// number appends v as the shortest text that reads back as v; what JSON
// cannot say, an infinite ratio, as the largest number there is.
func (l *line) number(name string, v float64) {
	l.key(name)
	v = max(-math.MaxFloat64, min(v, math.MaxFloat64))
	if v != v {
		v = 0
	}
	format := byte('f')
	if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	l.b = strconv.AppendFloat(l.b, v, format, -1, 64)
}

// confidence appends a share of 1 with four decimals at most.
func (l *line) confidence(v float64) { l.number("confidence", math.Round(v*1e4)/1e4) }

func (l *line) packets(p telltale.Packets) {
	if len(p) > telltale.MaxPackets {
		l.open("packets", '{')
		l.int("first", p[0])
		l.int("last", p[len(p)-1])
		l.int("count", int64(len(p)))
		l.close('}')
		return
	}
	l.open("packets", '[')
	for _, n := range p {
		l.next()
		l.b = strconv.AppendInt(l.b, n, 10)
	}
	l.close(']')
}

// counts appends a map of counters with its keys in order.
func counts[K ~string](l *line, name string, m map[K]int64) {
	l.open(name, '{')
	for _, k := range slices.Sorted(maps.Keys(m)) {
		l.countOf(string(k), m[k])
	}
	l.close('}')
}

func (l *line) countOf(key string, n int64) {
	l.next()
	l.b = appendString(l.b, key)
	l.b = append(l.b, ':')
	l.b = strconv.AppendInt(l.b, n, 10)
}

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string. All that does not print is
// escaped, so that a line can be shown on a terminal as it is; a byte that is
// not UTF-8 becomes U+FFFD.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	done := 0
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c < ' ' || c == '"' || c == '\\' || c == 0x7f {
				b = append(b, s[done:i]...)
				b = appendASCII(b, c)
				done = i + 1
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if !unicode.IsPrint(r) || r == utf8.RuneError && n == 1 {
			b = append(b, s[done:i]...)
			b = appendRune(b, r)
			done = i + n
		}
		i += n
	}
	b = append(b, s[done:]...)
	return append(b, '"')
}

func appendASCII(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return appendUnit(b, rune(c))
}

func appendRune(b []byte, r rune) []byte {
	if r > 0xffff {
		r -= 0x10000
		return appendUnit(appendUnit(b, 0xd800|r>>10), 0xdc00|r&0x3ff)
	}
	return appendUnit(b, r)
}

func appendUnit(b []byte, r rune) []byte {
	return append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}

package lab

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/telltale-audit/telltale"
)

// A Spelling is a way to write a value.
type Spelling struct {
	Name string
	// write returns the written text and where in it the value's own letters
	// are. The filler is put before the value where that moves the letters.
	write   func(filler, value string) (text []byte, at telltale.Range)
	headers []string // that a body in this spelling comes with
}

// Spellings lists the ways in which [Planted] writes values.
var Spellings = []*Spelling{
	{Name: "plain", write: alone(func(v string) []byte { return []byte(v) })},
	{Name: "other case", write: alone(otherCase)},
	{Name: "percent", write: alone(eachByte("%%%02X"))},
	{Name: "base64", write: inBase64(base64.StdEncoding)},
	{Name: "base64url", write: inBase64(base64.URLEncoding)},
	{Name: "base64 unpadded", write: inBase64(base64.RawStdEncoding)},
	{Name: "base64 lines", write: inBase64Lines},
	{Name: "hex", write: alone(eachByte("%02x"))},
	{Name: "hex upper", write: alone(eachByte("%02X"))},
	{Name: "json escapes", write: alone(eachByte(`\u%04x`))},
	{Name: "gzip", write: alone(func(v string) []byte { return Gzip([]byte("v=" + v + "\n")) }), headers: []string{"Content-Encoding: gzip"}},
	{Name: "base64 twice", write: inBase64Twice},
}

// alone writes the value without the filler.
func alone(write func(value string) []byte) func(filler, value string) ([]byte, telltale.Range) {
	return func(_, v string) ([]byte, telltale.Range) {
		b := write(v)
		return b, telltale.Range{End: int64(len(b))}
	}
}

// otherCase turns upper case to lower, or lower to upper.
func otherCase(v string) []byte {
	if lower := strings.ToLower(v); lower != v {
		return []byte(lower)
	}
	return []byte(strings.ToUpper(v))
}

// eachByte writes each byte of the value in the format.
func eachByte(format string) func(value string) []byte {
	return func(v string) []byte {
		var b []byte
		for _, c := range []byte(v) {
			b = fmt.Appendf(b, format, c)
		}
		return b
	}
}

// lettersOf returns which Base64 letters hold the bytes [start, end).
func lettersOf(start, end int64) telltale.Range {
	return telltale.Range{Start: start * 8 / 6, End: (end*8-1)/6 + 1}
}

func inBase64(enc *base64.Encoding) func(filler, value string) ([]byte, telltale.Range) {
	return func(f, v string) ([]byte, telltale.Range) {
		return []byte(enc.EncodeToString([]byte(f + v + ";"))), lettersOf(int64(len(f)), int64(len(f)+len(v)))
	}
}

// inBase64Lines breaks lines after 76 letters, within the value's.
func inBase64Lines(f, v string) ([]byte, telltale.Range) {
	f += strings.Repeat(".", max(0, 51-len(f)))
	value := telltale.Range{Start: int64(len(f)), End: int64(len(f) + len(v))}
	return wrapped([]byte(f + v + strings.Repeat(".", 40))), wrappedRange(value, 0)
}

func inBase64Twice(f, v string) ([]byte, telltale.Range) {
	inner, at := inBase64(base64.StdEncoding)(f, v)
	return []byte(base64.StdEncoding.EncodeToString(inner)), lettersOf(at.Start, at.End)
}

// takes says, by place in a request, whether a text may be put there.
var takes = map[string]func(text []byte) bool{
	"host":   isLabel,
	"path":   isURL,
	"query":  isURL,
	"header": isPrinted,
	"form":   isURL,
	"json":   isString,
	"body":   func(text []byte) bool { return text[0] != '\\' }, // escapes mean nothing outside a string
}

// isLabel reports whether text may be a DNS label (of letters, digits, hyphen
// and underscore).
func isLabel(text []byte) bool { return len(text) <= 63 && onlyOf(text, "-_") && text[0] != '-' }

// isURL reports whether text means itself in a path, a query and a form.
func isURL(text []byte) bool { return onlyOf(text, "-_.~%:=") }

func isPrinted(text []byte) bool {
	return bytes.IndexFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f }) < 0
}

// isString reports whether text may stand in a JSON string as it is.
func isString(text []byte) bool { return isPrinted(text) && !bytes.ContainsAny(text, `"`) }

func onlyOf(text []byte, marks string) bool {
	return bytes.IndexFunc(text, func(r rune) bool {
		isLetter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !isLetter && !strings.ContainsRune(marks, r)
	}) < 0
}

package audit

import (
	"bytes"
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
)

// private are the fields of a head of which nothing is shown but marks: they let
// in whoever has them (RFC 9110 11.6, RFC 6265 4).
var private = []string{"authorization:", "proxy-authorization:", "cookie:", "set-cookie:"}

// headBlank returns what of a head is not shown besides what the marks say: the
// values in queries, and private fields.
func headBlank(head []byte, marks []telltale.Mark) []telltale.Range {
	var out []telltale.Range
	for at := 0; at < len(head); {
		end := len(head)
		if i := bytes.IndexByte(head[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		line := string(head[at:end])
		name := strings.ToLower(line[:strings.IndexByte(line, ':')+1])
		switch {
		case at == 0:
			out = append(out, queries(line, strings.IndexAny(line, "?#"), 0)...)
		case slices.Contains(private, name):
			out = append(out, telltale.Range{Start: int64(at + len(name)), End: int64(at + len(strings.TrimRight(line, "\r\n")))})
		default:
			out = append(out, urlQueries(line, at)...)
		}
		at = end
	}
	return telltale.Without(telltale.Union(out), rangesOf(marks))
}

func rangesOf(marks []telltale.Mark) []telltale.Range {
	var out []telltale.Range
	for _, k := range marks {
		out = append(out, k.Range)
	}
	return telltale.Union(out)
}

// urlQueries returns the values in the queries of the URLs in a text that begins
// at the at-th byte.
func urlQueries(text string, at int) (out []telltale.Range) {
	for from := 0; ; {
		i := strings.Index(text[from:], "://")
		if i < 0 {
			return out
		}
		from += i + 3
		end := from + urlEnd(text[from:])
		if q := strings.IndexAny(text[from:end], "?#"); q >= 0 {
			out = append(out, queries(text[:end], from+q, at)...)
		}
		from = end
	}
}

// urlEnd returns where a URL ends that s begins with the rest of.
func urlEnd(s string) int {
	if i := strings.IndexAny(s, " \t\r\n\"'<>"); i >= 0 {
		return i
	}
	return len(s)
}

// queries returns the values in the query that begins at text[q], as bytes of what
// text begins at the at-th byte of; all of it where that has no names.
func queries(text string, q, at int) (out []telltale.Range) {
	if q < 0 {
		return nil
	}
	end := q + urlEnd(text[q:])
	for from := q + 1; from < end; {
		stop := end
		if i := strings.IndexAny(text[from:end], "&;#"); i >= 0 {
			stop = from + i
		}
		value := from
		if i := strings.IndexByte(text[from:stop], '='); i > 0 && isParameter(text[from:from+i]) {
			value = from + i + 1
		}
		if value < stop {
			out = append(out, telltale.Range{Start: int64(at + value), End: int64(at + stop)})
		}
		from = stop + 1
	}
	return out
}

// maxParameter is how long the name of a parameter may be that is shown.
const maxParameter = 24

// isParameter reports whether s is the name of a parameter, which programs share.
func isParameter(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c|0x20 < 'a' || c|0x20 > 'z') && c != '_' && c != '-' && c != '.' && (c < '0' || c > '9' || i == 0) {
			return false
		}
	}
	return len(s) <= maxParameter
}

package dissect

import (
	"bytes"
	"strings"
)

const (
	maxNameBack  = 8 << 10 // bytes a namer looks back for a field's beginning, so that many hits in a long one stay cheap
	maxFieldName = 64      // bytes of a field's name that are repeated
)

// headNamer names places in a head: "http.url", "http.status", or
// "http.header:" and the field's name.
type headNamer struct{}

// NameAt implements detect.Namer.
func (headNamer) NameAt(head []byte, off int) (name, key string) {
	skip := blank(head)
	start := fieldStart(head[skip:], off-skip)
	switch {
	case start < 0:
		return "http.head", ""
	case start > 0:
		return fieldName("http.header", head[skip+start:], off-skip-start)
	case isPrefix(head[skip:], "HTTP/") == Yes:
		return "http.status", ""
	}
	return "http.url", ""
}

// trailerNamer names places in a trailer: "http.trailer:" and the field's
// name.
type trailerNamer struct{}

// NameAt implements detect.Namer.
func (trailerNamer) NameAt(trailer []byte, off int) (name, key string) {
	start := fieldStart(trailer, off)
	if start < 0 {
		return "http.trailer", ""
	}
	return fieldName("http.trailer", trailer[start:], off-start)
}

// fieldStart returns where the line that holds b[off] begins, or, where it
// continues a field, the field; -1 where that is not near.
func fieldStart(b []byte, off int) int {
	if off < 0 || off > len(b) {
		return -1
	}
	floor := max(0, off-maxNameBack)
	for start := off; ; start-- {
		start = floor + bytes.LastIndexByte(b[floor:start], '\n') + 1
		switch {
		case start == floor && floor > 0:
			return -1
		case start == 0, start < len(b) && b[start] != ' ' && b[start] != '\t':
			return start
		}
	}
}

// fieldName returns the name of the field that b begins with, after prefix
// and alone. Where b[off] lies in the name itself that is not repeated.
func fieldName(prefix string, b []byte, off int) (name, key string) {
	i := bytes.IndexByte(b[:min(len(b), maxFieldName)], ':')
	if i < 0 || off <= i {
		return prefix, ""
	}
	key = strings.ToLower(string(trim(b[:i])))
	return prefix + ":" + key, key
}

package detect

import (
	"bytes"
	"strings"
)

// isXML reports whether the view is XML, by its first byte or by what its message
// says. Pages in HTML name no values by their elements.
func (s *Search) isXML() bool {
	v := s.view
	if v.Parent == nil && strings.Contains(s.field.ContentType, "xml") && !strings.Contains(s.field.ContentType, "html") {
		return true
	}
	b := bytes.TrimPrefix(v.Data[:min(len(v.Data), maxHead)], byteOrder)
	for len(b) > 0 && b[0] <= ' ' {
		b = b[1:]
	}
	return len(b) > 0 && b[0] == '<' && !hasPrefixFold(b, "<!doctype html") && !hasPrefixFold(b, "<html")
}

func hasPrefixFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && strings.EqualFold(string(b[:len(prefix)]), prefix)
}

// elements finds the values of known keys that are names of elements of XML, or the
// last attributes of such.
func (k *keyScan) elements(b []byte) {
	for at := 0; ; at++ {
		n := bytes.IndexByte(b[at:], '>')
		if n < 0 {
			return
		}
		at += n
		if start, end := keyBefore(b, at); start < end && start > 0 && b[start-1] != '/' {
			k.at(b, at)
		}
	}
}

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

// elements finds the values of known keys that are names of elements of XML, whatever
// attributes they have, or the last attributes of such.
func (k *keyScan) elements(b []byte) {
	for at, from := 0, 0; ; at++ {
		n := bytes.IndexByte(b[at:], '>')
		if n < 0 {
			return
		}
		at, from = at+n, at
		if at > 0 && isQuote(b[at-1]) && k.element(b, from, at) {
			continue
		}
		if start, end := keyBefore(b, at); start < end && start > 0 && b[start-1] != '/' {
			k.at(b, at)
		}
	}
}

// element takes the value behind the element that ends at at, if it began behind from,
// by its name, <d:imsi i:type="d:string">, or that of the one before, as TR-069 has it:
// <Name>Device.IMEI</Name><Value xsi:type="xsd:string">. It reports whether there is one.
func (k *keyScan) element(b []byte, from, at int) bool {
	begin := bytes.LastIndexByte(b[from:at], '<')
	if begin < 0 {
		return false
	}
	begin += from + 1
	end := begin + max(0, bytes.IndexByte(b[begin:min(at, begin+2*maxKey)], ' '))
	key := b[startOfKey(b, end):end]
	name := dictionary.look(key)
	if name != nil && name.value {
		start, end := namedApart(b, begin, true)
		key = b[start:end]
		name = dictionary.look(key)
	}
	if name == nil {
		return false
	}
	k.value(b, at, key, name)
	return true
}

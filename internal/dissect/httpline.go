package dissect

import (
	"bytes"
	"slices"
)

const (
	maxMethod = 20 // letters of a request's method
	maxBlank  = 8  // bytes of empty lines before a head (RFC 9112, section 2.2)
	httpProbe = 64 // bytes that decide
)

// probeHTTP judges whether b is the beginning of a head.
func probeHTTP(b []byte) Verdict {
	if len(b) > 1 && b[0] == 'P' && b[1] == 'R' {
		switch isPrefix(b, http2Preface) {
		case Yes:
			return No
		case Maybe:
			return Maybe
		}
	}
	full := len(b) >= httpProbe
	b = b[:min(len(b), httpProbe)]
	b = b[blank(b):]
	line, _, ended := bytes.Cut(b, []byte("\n"))
	switch {
	case ended:
		return yesIf(sortOf(line) != notALine)
	case isPrefix(b, "HTTP/") != No:
		if full {
			return yesIf(sortOf(line) != notALine)
		}
		return Maybe
	}
	method, target, found := bytes.Cut(b, []byte(" "))
	switch {
	case len(method) > maxMethod, !isMethod(method), found && len(method) == 0:
		return No
	case !full:
		return Maybe
	}
	return yesIf(isTarget(method, bytes.TrimLeft(target, " ")))
}

func yesIf(ok bool) Verdict {
	if ok {
		return Yes
	}
	return No
}

// isMethod reports whether all of b may stand in a method.
func isMethod(b []byte) bool {
	for _, c := range b {
		if (c|0x20 < 'a' || c|0x20 > 'z') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// isTarget reports whether b may begin a request's target without the
// version behind it having been seen.
func isTarget(method, b []byte) bool {
	return len(b) > 0 && (b[0] == '/' || b[0] == '*') || isPrefix(b, "http") == Yes || string(method) == "CONNECT"
}

// lineSort is what a first line may be.
type lineSort uint8

const (
	notALine lineSort = iota
	requestLine
	simpleLine // of HTTP/0.9, which has no head
	statusLine
)

// sortOf judges a first line without its line end.
func sortOf(line []byte) lineSort {
	var h HTTP
	switch h.readLine(line); {
	case h.Status != 0:
		return statusLine
	case h.Method == nil:
		return notALine
	case h.Version == nil:
		return simpleLine
	}
	return requestLine
}

// readLine takes the parts of a first line. It leaves h empty where line is
// none.
func (h *HTTP) readLine(line []byte) {
	line = bytes.TrimRight(line, " \t\r")
	if isPrefix(line, "HTTP/") == Yes {
		h.readStatus(line)
		return
	}
	method, target, _ := bytes.Cut(line, []byte(" "))
	target = bytes.TrimLeft(target, " \t")
	if len(method) == 0 || len(method) > maxMethod || !isMethod(method) || len(target) == 0 {
		return
	}
	if i := bytes.LastIndex(target, []byte(" HTTP/")); i > 0 && isVersion(target[i+1:]) {
		h.Method, h.URL, h.Version = method, bytes.TrimRight(target[:i], " \t"), target[i+1:]
	} else if i < 0 && string(method) == "GET" && target[0] == '/' {
		h.Method, h.URL = method, target
	}
}

// isCutLine reports whether a request's line begins so, of which the rest was cut off.
func isCutLine(line []byte) bool {
	method, target, _ := bytes.Cut(line, []byte(" "))
	return len(target) > 0 && target[0] > ' ' && isLine(line) && slices.Contains(soughtMethods[:], string(line[:len(method)+1])) && isTarget(method, target)
}

// readCutLine takes the parts of a line of which [isCutLine].
func (h *httpHead) readCutLine(line []byte) {
	method, target, _ := bytes.Cut(line, []byte(" "))
	target, _, _ = bytes.Cut(target, []byte(" "))
	h.Method, h.URL, h.lineCut = method, target, true
}

// readStatus takes the parts of a response's first line.
func (h *HTTP) readStatus(line []byte) {
	version, rest, _ := bytes.Cut(line, []byte(" "))
	rest = bytes.TrimLeft(rest, " \t")
	if !isVersion(version) || len(rest) < 3 || len(rest) > 3 && rest[3] > ' ' {
		return
	}
	if n, ok := decimal(rest[:3]); ok && n >= 100 {
		h.Version, h.Status = version, int(n)
	}
}

// isVersion reports whether b is the version of a protocol that is read
// here.
func isVersion(b []byte) bool {
	return len(b) == len("HTTP/1.1") && isPrefix(b, "HTTP/") == Yes && (b[5] == '0' || b[5] == '1') && b[6] == '.' && '0' <= b[7] && b[7] <= '9'
}

// blank returns how many bytes of empty lines b begins with.
func blank(b []byte) int {
	n := 0
	for n < len(b) && n < maxBlank && (b[n] == '\r' || b[n] == '\n') {
		n++
	}
	return n
}

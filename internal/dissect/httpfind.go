package dissect

import (
	"bytes"
	"strings"
)

// Of a head that is looked for among other bytes, how long may be what stands
// behind its method, what stands behind its version, and the name of its first field.
const (
	maxSoughtLine   = 8 << 10
	maxSoughtReason = 256
	maxSoughtName   = 64
)

// soughtMethods are the methods that are looked for among other bytes (RFC 9110, 9.3;
// RFC 5789), with the space behind them; and the version that a response begins with.
var soughtMethods = [...]string{"GET ", "POST ", "PUT ", "HEAD ", "PATCH ", "DELETE ", "OPTIONS ", "CONNECT ", "TRACE "}

const (
	soughtVersion = "HTTP/1."
	longestSought = len("HTTP/1.1 ")
)

// FindHTTP looks, from an offset of b on and before another, for the beginning of
// an HTTP head in a stream that could not be read up to there: its beginning, or
// a head, or a part of a body was not captured. With Yes a head begins at that
// offset, with Maybe it does if what comes next says so, with No at is until.
// Bytes before at have no part in it, so that the same is found however the
// stream is cut.
func FindHTTP(b []byte, from, until int) (at int, v Verdict) {
	for next := from; next < len(b); next++ {
		i := bytes.IndexByte(b[next:], ' ')
		if i < 0 {
			break
		}
		next += i
		at := startBefore(b[:next+1])
		if at < from || at >= until {
			continue
		}
		if v := probeHead(b[at:]); v != No {
			return at, v
		}
	}
	for at := max(from, len(b)-longestSought+1); at < min(len(b), until); at++ {
		if maySeek(b[at:]) {
			return at, Maybe
		}
	}
	return until, No
}

// startBefore returns where the method or version begins that b, with a space
// behind it, ends with; -1 if it ends with none.
func startBefore(b []byte) int {
	if len(b) < len(soughtMethods[0]) {
		return -1
	}
	switch c := b[len(b)-2]; {
	case '0' <= c && c <= '9':
		if n := len(b) - longestSought; n >= 0 && isVersion(b[n:len(b)-1]) {
			return n
		}
	case 'A' <= c && c <= 'Z':
		for _, m := range soughtMethods {
			if n := len(b) - len(m); n >= 0 && string(b[n:]) == m {
				return n
			}
		}
	}
	return -1
}

// maySeek reports whether b is the beginning of a method or version.
func maySeek(b []byte) bool {
	if mayBeVersion(b) {
		return true
	}
	for _, m := range soughtMethods {
		if len(b) < len(m) && strings.HasPrefix(m, string(b)) {
			return true
		}
	}
	return false
}

// probeHead judges whether b, which begins with a method or version and a space,
// begins with a head: a sound first line, and a field or the head's end behind it.
// It is stricter than [probeHTTP]: nothing else speaks for it.
func probeHead(b []byte) Verdict {
	first, rest, _ := bytes.Cut(b, []byte(" "))
	if isVersion(first) {
		return probeStatus(rest)
	}
	return probeTarget(first, rest)
}

// probeTarget is probeHead behind a method.
func probeTarget(method, b []byte) Verdict {
	target, _, whole := bytes.Cut(b[:min(len(b), maxSoughtLine)], []byte(" "))
	version := b[min(len(b), len(target)+1):]
	switch {
	case bytes.IndexByte(target, '\n') >= 0:
		return No
	case !whole && (len(target) == 0 || isPrefix(target, "http") == Maybe):
		return Maybe
	case !isTarget(method, target), !whole && len(b) >= maxSoughtLine, whole && !mayBeVersion(version[:min(len(version), len(soughtVersion)+1)]):
		return No
	case len(version) <= len(soughtVersion):
		return Maybe
	}
	return probeLineEnd(version[len(soughtVersion)+1:])
}

// probeStatus is probeHead behind a version.
func probeStatus(b []byte) Verdict {
	for i := range 3 {
		switch {
		case i == len(b):
			return Maybe
		case b[i] < '0' || b[i] > '9':
			return No
		}
	}
	reason, _, ended := bytes.Cut(b[3:min(len(b), maxSoughtReason)], []byte("\n"))
	switch {
	case len(reason) > 0 && reason[0] > ' ', !ended && len(b) >= maxSoughtReason:
		return No
	case !ended:
		return Maybe
	}
	return probeField(b[3+len(reason)+1:])
}

// probeLineEnd is probeHead behind a first line.
func probeLineEnd(b []byte) Verdict {
	switch n := lineEnd(b); n {
	case -1:
		return Maybe
	case 0:
		return No
	default:
		return probeField(b[n:])
	}
}

// probeField judges whether b begins with a field's name and a colon, or with an
// empty line.
func probeField(b []byte) Verdict {
	switch lineEnd(b) {
	case -1:
		return Maybe
	case 1, 2:
		return Yes
	}
	for i, c := range b[:min(len(b), maxSoughtName)] {
		switch {
		case c == ':':
			return yesIf(i > 0)
		case c <= ' ' || c > '~':
			return No
		}
	}
	if len(b) < maxSoughtName {
		return Maybe
	}
	return No
}

// mayBeVersion reports whether b is a version or the beginning of one.
func mayBeVersion(b []byte) bool {
	return len(b) <= len(soughtVersion) && isPrefix(b, soughtVersion) != No || isVersion(b)
}

package dissect

import (
	"bytes"
	"strings"

	"github.com/telltale-audit/telltale"
)

// httpHead is a head and what its fields say of the body.
type httpHead struct {
	HTTP
	lineCut   bool // the first line was cut off, and with it the version
	chunked   bool
	upgrade   []byte // the protocol that follows
	encodings []string
}

// maxEncodings is how many codings a message lists.
const maxEncodings = 16

// headEnd returns the length of the head that b begins with, 0 where its end
// has not come yet.
func (h *httpHalf) headEnd(b []byte) (int, error) {
	if !h.lined {
		if probeHTTP(b) == No {
			return 0, errHead
		}
		from := max(h.seen, blank(b))
		i := bytes.IndexByte(b[from:], '\n')
		if i < 0 {
			h.seen = len(b)
			return 0, tooLong(len(b))
		}
		h.seen, h.lined = from+i, true
		switch sortOf(b[blank(b):h.seen]) {
		case notALine:
			return 0, errHead
		case simpleLine:
			return h.seen + 1, tooLong(h.seen + 1)
		}
	}
	return h.blankLine(b)
}

// blankLine returns the offset after the first empty line of b, or 0. Lines
// before h.seen, which is never beyond that line, were searched already.
func (h *httpHalf) blankLine(b []byte) (int, error) {
	for {
		i := bytes.IndexByte(b[h.seen:], '\n')
		if i < 0 {
			h.seen = len(b)
			return 0, tooLong(len(b))
		}
		h.seen += i
		switch end := h.seen + 1; lineEnd(b[end:]) {
		case 0:
			h.seen = end
		case 1:
			return end + 1, tooLong(end + 1)
		case 2:
			return end + 2, tooLong(end + 2)
		default: // the next line has not come yet
			return 0, tooLong(len(b))
		}
	}
}

// tooLong reports whether n bytes are more than a parser waits for.
func tooLong(n int) error {
	if n > MaxWait {
		return errTooLong
	}
	return nil
}

// lineEnd returns the length of the line end that b begins with, 0 where it
// begins with none and -1 where b is too short to tell.
func lineEnd(b []byte) int {
	switch {
	case len(b) == 0, len(b) == 1 && b[0] == '\r':
		return -1
	case b[0] == '\n':
		return 1
	case b[0] == '\r' && b[1] == '\n':
		return 2
	}
	return 0
}

// read takes what a whole head says.
func (h *httpHead) read(head []byte) {
	line, fields, ended := bytes.Cut(head[blank(head):], []byte("\n"))
	*h = httpHead{HTTP: HTTP{ContentLength: -1}, encodings: h.encodings[:0]}
	if h.readLine(line); !ended && h.Version == nil {
		h.readCutLine(line)
	}
	h.readTarget()
	var te []string
	for len(fields) > 0 {
		var name, value []byte
		name, value, fields = nextField(fields)
		switch {
		case isName(name, "host"):
			first(&h.Host, value)
		case isName(name, "user-agent"):
			first(&h.UserAgent, value)
		case isName(name, "content-type"):
			first(&h.ContentType, value)
		case isName(name, "x-forwarded-for"):
			first(&h.ForwardedFor, value)
		case isName(name, "upgrade"):
			first(&h.upgrade, value)
		case isName(name, "content-encoding"):
			h.encodings = addTokens(h.encodings, value)
		case isName(name, "transfer-encoding"):
			te = addTokens(te, value)
		case isName(name, "content-length") && h.ContentLength < 0:
			h.readLength(value)
		}
	}
	h.readTransfer(te)
}

// readTarget takes the host from a target in absolute form, as proxies are asked: it
// says who is asked, whatever the field Host does (RFC 9112, section 3.2.2).
func (h *HTTP) readTarget() {
	scheme, rest, found := bytes.Cut(h.URL, []byte("://"))
	if !found || !isName(scheme, "http") && !isName(scheme, "https") {
		return
	}
	authority := rest
	if end := bytes.IndexAny(rest, "/?#"); end >= 0 {
		authority = rest[:end]
	}
	if i := bytes.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:]
	}
	if len(authority) > 0 {
		h.Host = authority
	}
}

// readTransfer takes the transfer codings. Where there are any they decide
// the framing, whatever the length says (RFC 9112, section 6.3).
func (h *httpHead) readTransfer(codings []string) {
	for i, c := range codings {
		switch {
		case c == "chunked" && i == len(codings)-1:
			h.chunked = true
		case c != "identity" && c != "chunked" && len(h.encodings) < maxEncodings:
			h.encodings = append(h.encodings, c)
		}
	}
}

// readLength takes a length as told by a field that may list it twice.
func (h *httpHead) readLength(value []byte) {
	value, _, _ = bytes.Cut(value, []byte(","))
	if n, ok := decimal(bytes.TrimSpace(value)); ok {
		h.ContentLength = n
	}
}

// asks returns what the request means for its response.
func (h *httpHead) asks() asks {
	switch {
	case string(h.Method) == "HEAD":
		return asksHead
	case string(h.Method) == "CONNECT":
		return asksTunnel
	case h.Version == nil && !h.lineCut:
		return asksSimply
	}
	return asksOther
}

// message returns the message that the head, at stream offset at, opens.
func (h *httpHead) message(d telltale.Direction, at int64) Message {
	return Message{
		Proto: http.Name, Dir: d, Protection: telltale.Open, Start: at,
		BodyName: "http.body", Encodings: h.encodings, ContentType: string(h.ContentType), HTTP: &h.HTTP,
	}
}

// nextField takes a field off the front of b, with the lines that continue
// it (obs-fold, RFC 9112, section 5.2). Name is nil where there is no colon.
func nextField(b []byte) (name, value, rest []byte) {
	end := len(b)
	for i := 0; i < len(b); {
		j := bytes.IndexByte(b[i:], '\n')
		if j < 0 {
			break
		}
		i += j + 1
		if i == len(b) || b[i] != ' ' && b[i] != '\t' {
			end = i
			break
		}
	}
	line, rest := b[:end], b[end:]
	name, value, found := bytes.Cut(line, []byte(":"))
	if !found {
		return nil, nil, rest
	}
	return trim(name), trim(value), rest
}

// trim cuts white space and control characters off both ends: some servers
// see through them.
func trim(b []byte) []byte {
	for len(b) > 0 && b[0] <= ' ' {
		b = b[1:]
	}
	for len(b) > 0 && b[len(b)-1] <= ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// isName reports whether a field's name is lower, in any case.
func isName(name []byte, lower string) bool {
	return len(name) == len(lower) && strings.EqualFold(string(name), lower)
}

// first sets dst if it was not set yet.
func first(dst *[]byte, b []byte) {
	if *dst == nil {
		*dst = b
	}
}

// addTokens appends the elements of a comma-separated value, in lower case.
func addTokens(dst []string, value []byte) []string {
	for len(value) > 0 && len(dst) < maxEncodings {
		var token []byte
		token, value, _ = bytes.Cut(value, []byte(","))
		if token = trim(token); len(token) > 0 {
			dst = append(dst, strings.ToLower(string(token)))
		}
	}
	return dst
}

// decimal reads a number that is all digits. One too large stays large.
func decimal(b []byte) (n int64, ok bool) {
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = min(n*10+int64(c-'0'), maxLength)
	}
	return n, len(b) > 0
}

// maxLength is what lengths saturate at: more than any stream holds, and ten
// times it still fits.
const maxLength = 1 << 58

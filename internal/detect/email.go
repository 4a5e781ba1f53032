package detect

import (
	"bytes"
	"strings"

	"github.com/telltale-audit/telltale"
)

var email = &Detector{
	Kind:  telltale.Email,
	Judge: judgeEmail,
	Least: 6,
	Finds: []string{
		`{"email":"owner.one@mail.example"}`,
		"mail=owner.one%40mail.example&x=1",
		"MAIL FROM:<owner.one@mail.example>\r\n",
		`From: "Owner One" <Owner.One@mail.example>`,
		`{"login":"owner+phone@mail.example"}`,
	},
	Ignores: []string{
		"owner.one@mail.example", // whose, nothing says
		`{"email":"owner@localhost"}`,
		`{"email":"@mail.example"}`,
		`{"src":"icon@2x.png"}`,
		`{"email":"you@example.com"}`,
		`<a href="mailto:owner.one@mail.example">`, // on a page, of whoever made it
		"git@code.example:owner/one.git",
		"Message-ID: <20190114.4711@mail.example>\r\n",
		`{"email":"a@b..example"}`,
	},
}

// Bounds of an address (RFC 5321, 4.5.3.1).
const (
	maxLocalPart = 64
	maxDomain    = 255
)

// judgeEmail reads an address as mail programs write it: a dot-atom, an at sign,
// and a name of at least two labels of which the last has letters only (RFC
// 5321, 4.1.2).
func judgeEmail(token []byte, keyed bool, r *Reading) bool {
	at := bytes.IndexByte(token, '@')
	if at < 1 || at > maxLocalPart || len(token)-at-1 > maxDomain || mailStart(token, at) != 0 || mailEnd(token, at) != len(token) {
		return false
	}
	domain := token[at+1:]
	if exampleDomain(domain) {
		return false
	}
	*r = Reading{Value: string(token[:at+1]) + strings.ToLower(string(domain)), Prior: 0.02}
	r.shape("written as an address", 20)
	return true
}

// exampleDomain reports whether a domain stands in forms that nobody filled in
// (RFC 2606, 3).
func exampleDomain(domain []byte) bool {
	for _, name := range []string{"example.com", "example.org", "example.net"} {
		if bytes.EqualFold(domain, []byte(name)) {
			return true
		}
	}
	return false
}

// mailStart returns where the local part before the at sign begins; at if there
// is none.
func mailStart(b []byte, at int) int {
	start := at
	for start > 0 && at-start <= maxLocalPart && isLocalPart(b[start-1]) {
		start--
	}
	if start == at || b[start] == '.' || b[at-1] == '.' || at-start > maxLocalPart {
		return at
	}
	return start
}

func isLocalPart(c byte) bool {
	return isWord(c) && c < 0x80 || c == '.' || c == '_' || c == '-' || c == '+'
}

// mailEnd returns where the domain behind the at sign ends; at if there is none.
func mailEnd(b []byte, at int) int {
	end, labels, letters := at, 0, false
	for i := at + 1; ; {
		start, alpha := i, true
		for i < len(b) && i-at <= maxDomain && (isWord(b[i]) && b[i] < 0x80 || b[i] == '-') {
			alpha = alpha && !isDigit(b[i]) && b[i] != '-'
			i++
		}
		if i == start {
			break
		}
		end, letters = i, alpha && i-start >= 2
		labels++
		if i >= len(b) || b[i] != '.' {
			break
		}
		i++
	}
	if labels < 2 || !letters || isFile(b[:end]) {
		return at
	}
	return end
}

// isFile reports whether b ends as the names of files do that have an at sign in
// them.
func isFile(b []byte) bool {
	for _, end := range []string{".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".css", ".js", ".html", ".so"} {
		if len(b) > len(end) && bytes.EqualFold(b[len(b)-len(end):], []byte(end)) {
			return true
		}
	}
	return false
}

// addresses looks at every at sign of the view.
func (s *Search) addresses() {
	b := s.view.Data
	for i := 0; ; i++ {
		n := bytes.IndexByte(b[i:], '@')
		if n < 0 {
			return
		}
		i += n
		start, end := mailStart(b, i), mailEnd(b, i)
		switch {
		case start == i || end == i:
		case !s.subscriber(start, i, end):
			s.judge(token{start: start, end: end, key: mailKey(b, start)})
		}
	}
}

// maxMailbox is how many bytes may stand between a key and the address it names.
const maxMailbox = 64

// mailKey returns the key before an address, as it stands in a header: maybe with
// an angle bracket, or a name in quotes, between.
func mailKey(b []byte, start int) []byte {
	i := start
	for i > 0 && start-i < maxMailbox && b[i-1] != ':' && b[i-1] != '=' && b[i-1] >= ' ' && b[i-1] != '@' && b[i-1] != ',' {
		i--
	}
	if i == 0 || b[i-1] != ':' && b[i-1] != '=' {
		return nil
	}
	from, to := keyBefore(b, i-1)
	key := b[from:to]
	if dictionary.look(key) == nil {
		return nil
	}
	return key
}

package dissect

import (
	"bytes"

	"github.com/telltale-audit/telltale"
)

// imap reads how mail is read on its server (RFC 9051, RFC 2971): who logs
// in, what the program says it is, and the texts as bodies.
var imap = lineDissector("imap", []uint16{143}, probeIMAP, readIMAP)

var imapVerbs = []string{"CAPABILITY", "LOGIN ", "AUTHENTICATE ", "STARTTLS", "ID ", "NOOP", "SELECT ", "EXAMINE ", "LIST ", "LSUB ", "NAMESPACE", "LOGOUT", "FETCH ", "UID ", "IDLE", "STATUS "}

// probeIMAP knows a server by its greeting, and at its port a client by its
// first command.
func probeIMAP(d telltale.Direction, b []byte, home bool) Verdict {
	v := max(isPrefix(b, "* OK "), isPrefix(b, "* PREAUTH "), isPrefix(b, "* BYE "))
	if !home || d == telltale.ToClient {
		return v
	}
	tag, rest := word(b[:min(len(b), maxGreeting)])
	switch {
	case !isTag(tag):
		return v
	case rest == len(b):
		return max(v, maybeIf(len(b) < maxGreeting))
	}
	for _, verb := range imapVerbs {
		v = max(v, isPrefixFold(b[rest:], verb))
	}
	return v
}

// isTag reports whether s may begin a command.
func isTag(s string) bool {
	for _, c := range []byte(s) {
		if !alphanumeric(c) && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	return len(s) > 0 && len(s) <= 32
}

func readIMAP(p *lines, d telltale.Direction, line []byte, x *spans) bool {
	h := &p.dir[d]
	goesOn := h.rest
	h.left, h.rest = literal(line)
	if goesOn {
		h.loginOn(line, x)
		return true
	}
	if d == telltale.ToClient {
		return p.replyIMAP(line, x)
	}
	if p.sasl.step != saslNone {
		p.sasl.answer(line, 0, x)
		return true
	}
	tag, rest := word(line)
	if tag == "DONE" { // it ends IDLE (RFC 2177)
		return true
	}
	verb, skip := word(line[rest:])
	if !isTag(tag) || len(verb) < 2 {
		return false
	}
	x.fact("command", []byte(verb))
	arg, off := line[rest+skip:], rest+skip
	switch verb {
	case "LOGIN":
		h.login(1, arg, off, x)
	case "AUTHENTICATE":
		p.sasl.begin(arg, off, x)
	case "ID":
		x.cut("imap.id", off, len(arg))
		x.fact("id", arg)
	}
	return true
}

// loginWords are what stands behind LOGIN, from 1 on.
var loginWords = [...]*keyed{1: &userName, 2: &password}

// login names the words of LOGIN in arg, from one on. What is counted follows as a
// body, and then the words behind it.
func (h *linesHalf) login(word int8, arg []byte, off int, x *spans) {
	for h.word = word; int(h.word) < len(loginWords); h.word++ {
		blanks := len(arg) - len(bytes.TrimLeft(arg, " "))
		arg, off = arg[blanks:], off+blanks
		start, end, next := atom(arg)
		if h.rest && next == len(arg) { // the line ends with the count
			return
		}
		x.key(loginWords[h.word], off+start, end-start)
		if h.word == 1 {
			x.fact("user_name", arg[start:end])
		}
		arg, off = arg[next:], off+next
	}
	h.word = 0
}

// loginOn goes on with LOGIN, if it is that whose word was counted.
func (h *linesHalf) loginOn(line []byte, x *spans) {
	if h.word > 0 {
		h.login(h.word+1, line, 0, x)
	}
}

// atom finds the word that b begins with, without the quotes that may be
// around it, and where the next one begins.
func atom(b []byte) (start, end, next int) {
	if len(b) > 0 && b[0] == '"' {
		for end = 1; end < len(b) && b[end] != '"'; end++ {
			if b[end] == '\\' { // what follows stands for itself (RFC 9051, section 9)
				end++
			}
		}
		if end >= len(b) {
			return len(b), len(b), len(b)
		}
		return 1, end, min(len(b), end+2)
	}
	n := bytes.IndexByte(b, ' ')
	if n < 0 {
		return 0, len(b), len(b)
	}
	return 0, n, n + 1
}

// literal returns the length that a line ends with of what follows it
// (RFC 9051, section 4.3), such as {310} or {310+}.
func literal(line []byte) (n int64, ok bool) {
	i := bytes.LastIndexByte(line, '{')
	if i < 0 || line[len(line)-1] != '}' {
		return 0, false
	}
	digits := bytes.TrimSuffix(line[i+1:len(line)-1], []byte("+"))
	return decimal(digits)
}

func (p *lines) replyIMAP(line []byte, x *spans) bool {
	tag, rest := word(line)
	status, _ := word(line[rest:])
	if tag != "*" && tag != "+" && !isTag(tag) {
		return false
	}
	if tag == "*" || tag == "+" {
		x.fact("status", []byte(tag))
	} else {
		p.sasl = sasl{}
	}
	x.fact("reply", []byte(status))
	return true
}

package dissect

import (
	"bytes"

	"github.com/telltale-audit/telltale"
)

// pop3 reads how mail is fetched (RFC 1939, RFC 5034): who logs in, and the
// mails as bodies.
var pop3 = lineDissector("pop3", []uint16{110}, probePOP3, readPOP3)

var pop3Verbs = []string{"USER ", "PASS ", "APOP ", "CAPA", "AUTH", "STAT", "LIST", "UIDL", "RETR ", "TOP ", "DELE ", "QUIT", "NOOP", "STLS"}

// probePOP3 knows a server by its greeting, and at its port a client.
func probePOP3(d telltale.Direction, b []byte, home bool) Verdict {
	v := No
	if home && d == telltale.ToServer {
		for _, verb := range pop3Verbs {
			v = max(v, isPrefixFold(b, verb))
		}
		return v
	}
	if home {
		v = isPrefix(b, "-ERR")
	}
	if ok := isPrefix(b, "+OK"); home || ok != Yes {
		return max(v, ok)
	}
	return probeNamed(b, "POP3")
}

func readPOP3(p *lines, d telltale.Direction, line []byte, x *spans) bool {
	if d == telltale.ToClient {
		return p.replyPOP3(line, x)
	}
	verb, rest, ok := p.command(line, x)
	if verb == "" {
		return ok
	}
	arg := line[rest:]
	switch verb {
	case "USER":
		x.key(&userName, rest, len(arg))
		x.fact("user_name", arg)
	case "PASS":
		x.key(&password, rest, len(arg))
	case "APOP":
		name, _, _ := bytes.Cut(arg, []byte(" "))
		x.key(&userName, rest, len(name))
		x.fact("user_name", name)
	case "AUTH":
		p.sasl.begin(arg, rest, x)
	}
	if len(arg) > 0 && (verb == "LIST" || verb == "UIDL") {
		verb = "" // its reply is one line
	}
	p.asked.push(verb)
	return true
}

func (p *lines) replyPOP3(line []byte, x *spans) bool {
	if isPrefix(line, "+ ") == Yes || string(line) == "+" {
		x.fact("status", []byte("+"))
		return true
	}
	status, _ := word(line)
	if status != "+OK" && status != "-ERR" {
		return false
	}
	x.fact("status", []byte(status))
	p.sasl = sasl{}
	switch verb := p.asked.pop(); verb {
	case "RETR", "TOP", "LIST", "UIDL", "CAPA":
		p.dir[telltale.ToClient].dots = status == "+OK"
	}
	return true
}

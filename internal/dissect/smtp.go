package dissect

import (
	"bytes"
	"strings"

	"github.com/telltale-audit/telltale"
)

// smtp reads how mail is handed on (RFC 5321, RFC 4954, RFC 3030): who says
// hello, from whom and to whom, who logs in, and the mail itself as a body.
var smtp = lineDissector("smtp", []uint16{25, 587, 2525}, probeSMTP, readSMTP)

var smtpVerbs = []string{"EHLO", "HELO", "LHLO", "MAIL", "RCPT", "DATA", "AUTH", "RSET", "QUIT", "NOOP", "BDAT", "STARTTLS"}

// probeSMTP knows a client by its hello, and a server by a greeting that says
// so; at its ports also what is said later.
func probeSMTP(_ telltale.Direction, b []byte, home bool) Verdict {
	v := max(isPrefixFold(b, "EHLO "), isPrefixFold(b, "HELO "), isPrefixFold(b, "LHLO "))
	if home {
		for _, verb := range smtpVerbs {
			v = max(v, isPrefixFold(b, verb))
		}
		return max(v, probeReply(b))
	}
	return max(v, probeGreeting(b, "SMTP"))
}

// probeReply judges whether b begins with a reply of three digits.
func probeReply(b []byte) Verdict {
	const sample = "220 "
	for i, c := range b[:min(len(b), len(sample))] {
		if i == 0 && (c < '1' || c > '5') || i < 3 && (c < '0' || c > '9') || i == 3 && c != ' ' && c != '-' {
			return No
		}
	}
	if len(b) < len(sample) {
		return Maybe
	}
	return Yes
}

// maxGreeting is how much of a greeting is looked at, in bytes.
const maxGreeting = 64

// probeGreeting judges whether b is the greeting of a server that names its
// protocol.
func probeGreeting(b []byte, protocol string) Verdict {
	if v := max(isPrefix(b, "220 "), isPrefix(b, "220-")); v != Yes {
		return v
	}
	return probeNamed(b, protocol)
}

// probeNamed judges whether the line that b begins with names a protocol.
func probeNamed(b []byte, protocol string) Verdict {
	line, _, whole := bytes.Cut(b[:min(len(b), maxGreeting)], []byte("\n"))
	switch {
	case !isLine(line):
		return No
	case bytes.Contains(bytes.ToUpper(line), []byte(protocol)):
		return Yes
	}
	return maybeIf(!whole && len(b) < maxGreeting)
}

// isPrefixFold is [isPrefix] whatever the case of b; s is in capitals.
func isPrefixFold(b []byte, s string) Verdict {
	return isPrefix(bytes.ToUpper(b[:min(len(b), len(s))]), s)
}

func readSMTP(p *lines, d telltale.Direction, line []byte, x *spans) bool {
	if d == telltale.ToClient {
		return p.replySMTP(line, x)
	}
	verb, rest, ok := p.command(line, x)
	if verb == "" {
		return ok
	}
	arg := line[rest:]
	switch verb {
	case "EHLO", "HELO", "LHLO":
		x.cut("smtp.hello", rest, len(arg))
		x.fact("hello", arg)
	case "MAIL":
		x.mailbox(&mailFrom, "mail_from", arg, rest)
	case "RCPT":
		x.mailbox(&rcptTo, "rcpt_to", arg, rest)
	case "AUTH":
		p.sasl.begin(arg, rest, x)
	case "DATA":
		p.dir[d].dots = true
	case "BDAT":
		size, _, _ := bytes.Cut(arg, []byte(" "))
		if n, ok := decimal(size); ok {
			p.dir[d].left = n
		}
	}
	return true
}

var (
	mailFrom = keyed{"smtp.mail_from", "mailfrom"}
	rcptTo   = keyed{"smtp.rcpt_to", "rcptto"}
)

// mailbox names the address in "FROM:<address> parameters".
func (x *spans) mailbox(k *keyed, fact string, arg []byte, off int) {
	start := bytes.IndexByte(arg, '<') + 1
	end := bytes.IndexByte(arg, '>')
	if start > 0 && end > start {
		x.key(k, off+start, end-start)
		x.fact(fact, arg[start:end])
	}
}

func (p *lines) replySMTP(line []byte, x *spans) bool {
	code, more, ok := reply(line, p.multi[telltale.ToClient])
	p.multi[telltale.ToClient] = more
	x.fact("code", []byte(code))
	up := &p.dir[telltale.ToServer]
	switch {
	case code == "220":
		host, _ := word(line[min(4, len(line)):])
		if strings.Contains(host, ".") {
			x.fact("server", []byte(strings.ToLower(host)))
		}
	case code >= "400" && up.dots && up.told == 0:
		up.dots = false // the mail was refused
	case code >= "400" || code == "235":
		p.sasl = sasl{}
	}
	return ok
}

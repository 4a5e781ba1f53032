package dissect

import (
	"bytes"

	"github.com/telltale-audit/telltale"
)

// ftp reads the commands of FTP (RFC 959): who logs in, and where. Files go
// over flows of their own.
var ftp = lineDissector("ftp", []uint16{21, 2121}, probeFTP, readFTP)

var ftpVerbs = []string{"USER ", "PASS ", "AUTH ", "FEAT", "SYST", "CWD ", "PWD", "TYPE ", "PASV", "EPSV", "PORT ", "RETR ", "STOR ", "LIST", "QUIT", "OPTS "}

// probeFTP knows a server by a greeting that says so; at its ports also what
// is said later.
func probeFTP(_ telltale.Direction, b []byte, home bool) Verdict {
	if !home {
		return probeGreeting(b, "FTP")
	}
	v := probeReply(b)
	for _, verb := range ftpVerbs {
		v = max(v, isPrefixFold(b, verb))
	}
	return v
}

func readFTP(p *lines, d telltale.Direction, line []byte, x *spans) bool {
	if d == telltale.ToClient {
		code, more, ok := reply(line, p.multi[d])
		p.multi[d] = more
		x.fact("code", []byte(code))
		return ok
	}
	verb, rest := word(bytes.TrimLeft(line, "\xff\xf4\xf2")) // an interrupt of Telnet may stand before it
	rest += len(line) - len(bytes.TrimLeft(line, "\xff\xf4\xf2"))
	if !isVerb(verb) {
		return false
	}
	x.fact("command", []byte(verb))
	arg := line[rest:]
	switch verb {
	case "USER":
		x.key(&userName, rest, len(arg))
		x.fact("user_name", arg)
	case "PASS":
		x.key(&password, rest, len(arg))
	default:
		x.fact("argument", arg)
	}
	return true
}

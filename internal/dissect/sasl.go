package dissect

import (
	"bytes"
	"encoding/base64"
)

// sasl is what a client's next line answers: who it is (RFC 4422), by a
// mechanism that hides nothing.
type sasl struct{ step saslStep }

type saslStep uint8

const (
	saslNone     saslStep = iota
	saslPlain             // RFC 4616: all in one
	saslUser              // LOGIN: a name,
	saslPassword          // then a password
	saslBearer            // XOAUTH2 and OAUTHBEARER (RFC 7628)
	saslOther             // what cannot be read
)

// begin reads the mechanism that b begins with, and the answer that may stand
// behind it. off is the offset of b in its message.
func (a *sasl) begin(b []byte, off int, x *spans) {
	mechanism, rest := word(b)
	x.fact("mechanism", []byte(mechanism))
	switch mechanism {
	case "PLAIN":
		a.step = saslPlain
	case "LOGIN":
		a.step = saslUser
	case "XOAUTH2", "OAUTHBEARER":
		a.step = saslBearer
	default:
		a.step = saslOther
	}
	if rest < len(b) {
		a.answer(b[rest:], off+rest, x)
	}
}

// answer reads what a client answers.
func (a *sasl) answer(b []byte, off int, x *spans) {
	step := a.step
	a.step = saslNone
	switch step {
	case saslPlain:
		x.key(&plainNames, off, len(b))
		if parts := bytes.SplitN(fromBase64(b), []byte{0}, 3); len(parts) == 3 {
			x.fact("user_name", parts[1])
		}
	case saslUser:
		a.step = saslPassword
		x.key(&userName, off, len(b))
		x.fact("user_name", fromBase64(b))
	case saslPassword:
		x.key(&password, off, len(b))
	case saslBearer:
		x.key(&bearerNames, off, len(b))
		plain := fromBase64(b)
		start, end := bearer(plain)
		x.fact("user_name", plain[start:end])
	}
}

// bearer returns where in a message of XOAUTH2 or OAUTHBEARER the user is that it
// names; 0, 0 where it names none.
func bearer(b []byte) (start, end int) {
	for _, before := range []string{"user=", "a="} {
		if i := bytes.Index(b, []byte(before)); i >= 0 {
			start = i + len(before)
			return start, start + max(0, bytes.IndexAny(b[start:], "\x01,"))
		}
	}
	return 0, 0
}

func fromBase64(b []byte) []byte {
	out, err := base64.StdEncoding.DecodeString(string(b))
	if err != nil {
		return nil
	}
	return out
}

// The names of fields that say who somebody is.
var (
	userName = keyed{"auth.user_name", "username"}
	password = keyed{"auth.password", "password"}
)

// plainNames names the parts of an answer of PLAIN: who to act for, who it
// is, and the password, with a zero byte before each that follows.
var plainNames plainNamer

type plainNamer struct{}

// NameAt implements detect.Namer.
func (*plainNamer) NameAt(b []byte, off int) (name, key string) {
	plain := fromBase64(b)
	switch bytes.Count(plain[:min(byteAt(off)+1, len(plain))], []byte{0}) {
	case 0:
		return "auth.authorize_as", userName.key
	case 1:
		return userName.name, userName.key
	}
	return password.name, password.key
}

// byteAt returns the last byte that a letter of Base64 holds bits of: the one that
// begins in it, if one does.
func byteAt(letter int) int { return (6*max(letter, 0) + 5) / 8 }

// bearerNames names the user in a message of XOAUTH2 or OAUTHBEARER.
var bearerNames bearerNamer

type bearerNamer struct{}

// NameAt implements detect.Namer.
func (*bearerNamer) NameAt(b []byte, off int) (name, key string) {
	start, end := bearer(fromBase64(b))
	if at := byteAt(off); at >= start && at < end {
		return userName.name, userName.key
	}
	return "auth.bearer", ""
}

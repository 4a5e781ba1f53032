package detect

import (
	"bytes"
	"encoding/base64"
	"unicode"
	"unicode/utf8"

	"github.com/telltale-audit/telltale"
)

// maxSignOn is the length of the longest answer to sign on with that is read, in
// bytes: tokens are longer than passwords.
const maxSignOn = 4 << 10

// signOn takes what a client signs on with at a mail server or the like: the name,
// the password, or both, in Base64 where SASL has it so.
func (s *Search) signOn(b []byte) {
	plain, ok := fromBase64(b)
	switch field := s.field.Name; {
	case field == "auth.bearer":
		s.signOnBearer(plain)
	case field == "auth.authorize_as" && bytes.Count(plain, []byte{0}) >= 2:
		s.signOnPlain(plain, b)
	case field == "auth.authorize_as":
		s.signOnWith("auth.password", b, 0, len(b), "") // it is in there
	case ok && isSignOn(plain):
		s.signOnWith(field, plain, 0, len(b), "base64")
	default:
		s.signOnWith(field, b, 0, len(b), "")
	}
}

// signOnPlain takes the parts of an answer of PLAIN (RFC 4616, 2), which letters of
// Base64 spell: who to act for, who it is, and the password.
func (s *Search) signOnPlain(plain, letters []byte) {
	as := bytes.IndexByte(plain, 0)
	name := as + 1 + bytes.IndexByte(plain[as+1:], 0)
	s.signOnPart("auth.authorize_as", plain, 0, as)
	s.signOnPart("auth.user_name", plain, as+1, name)
	password, start := plain[name+1:], letterAt(name+1)
	if isSignOn(password) {
		s.signOnWith("auth.password", password, start, len(letters), "base64")
		return
	}
	s.signOnWith("auth.password", letters[start:], start, len(letters), "") // in another script than UTF-8
}

// signOnBearer takes the name and the token in a message of XOAUTH2 or OAUTHBEARER
// (RFC 7628, 3.1).
func (s *Search) signOnBearer(plain []byte) {
	for _, part := range []struct{ before, field string }{{"user=", "auth.user_name"}, {"n,a=", "auth.user_name"}, {"auth=Bearer ", "auth.password"}} {
		start := bytes.Index(plain, []byte(part.before))
		if start < 0 || start > 0 && plain[start-1] != 1 {
			continue
		}
		start += len(part.before)
		if n := bytes.IndexAny(plain[start:], "\x01,"); n >= 0 {
			s.signOnPart(part.field, plain, start, start+n)
		}
	}
}

// signOnPart takes plain[start:end], which Base64 hides.
func (s *Search) signOnPart(field string, plain []byte, start, end int) {
	if part := plain[start:end]; isSignOn(part) {
		s.signOnWith(field, part, letterAt(start), (end*4+2)/3, "base64")
	}
}

// letterAt returns the letter of Base64 in which a byte begins.
func letterAt(n int) int { return n * 4 / 3 }

// signOnWith takes a value that stands in b[start:end] of the view, in a form. A name
// that is an address, and has a key, is found as one.
func (s *Search) signOnWith(field string, value []byte, start, end int, form string) {
	kind, judge, least := telltale.Account, judgeAccount, 3
	address := judgeEmail(value, true, &s.reading)
	switch {
	case field == "auth.password":
		kind, judge, least = telltale.Credential, judgePassword, 1
	case address:
		kind, judge = telltale.Email, judgeEmail
	}
	if address && s.field.Namer != nil && s.field.Name != "auth.bearer" {
		return
	}
	if len(value) < least || start >= end || !judge(value, true, &s.reading) {
		return
	}
	s.reading.shape("sent to sign on with", 10)
	s.takeOwn(kind, start, end, form)
}

// judgePassword reads what a field holds that holds nothing but passwords: any is one,
// whatever it is made of, but for what is written where there is none.
func judgePassword(b []byte, _ bool, r *Reading) bool {
	nobodys := placeholderName(b) || among(b, []string{"anonymous", "guest"}) || len(bytes.Trim(b, "*=")) == 0
	if nobodys || len(b) > maxSignOn || !utf8.Valid(b) {
		return false
	}
	*r = Reading{Value: string(b), Prior: 0.02}
	return true
}

// fromBase64 returns what b says, if it is Base64.
func fromBase64(b []byte) ([]byte, bool) {
	if len(b) < 4 || len(b)%4 != 0 || len(b) > maxSignOn {
		return nil, false
	}
	plain, err := base64.StdEncoding.AppendDecode(nil, b)
	if err != nil {
		return nil, false
	}
	return plain, true
}

// isSignOn reports whether b may be a name or a password: text without what
// controls.
func isSignOn(b []byte) bool {
	return utf8.Valid(b) && bytes.IndexFunc(b, unicode.IsControl) < 0
}

package detect

import (
	"bytes"
	"encoding/base64"
	"unicode/utf8"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

var credential = &Detector{
	Kind:  telltale.Credential,
	Judge: judgeCredential,
	Least: 4,
	ByKey: true,
	Finds: []string{
		`{"password":"correct-horse-47"}`,
		"user=kari&passwd=tr0ub4dor&x=1",
		"Authorization: Basic b3duZXI6Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5\r\n",
		"Proxy-Authorization: Bearer 0123456789abcdefghijABCDEFGHIJ\r\n",
		`{"accessToken":"dQw4w9WgXcQaB3kZ7pLm2N"}`,
		`{"idToken":"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"}`,
		"user=kari&pass=tr0ub4dor",
		`{"access_token":"ya29.a0Example7pLm2NdQw4w9WgXcQaB3kZ7pLm2NdQw4w9WgXcQaB3kZ7pLm2NdQw4w9WgXcQaB3kZ7pLm2Nd"}`,
	},
	Ignores: []string{
		"correct-horse-47",
		`{"word":"correct-horse-47"}`,
		`{"password":"Password"}`, // what a form calls its field
		`{"password":"Enter your password"}`,
		`{"password":"********"}`,
		`{"password":"true"}`,
		`{"pass":true}`,
		`{"password":""}`,
		`{"passwd":"null"}`,
		"Authorization: Basic ?\r\n",
		"Authorization: Negotiate\r\n",
		`{"accessTokens":"short-one"}`,
		`{"password":"https://id.example/Forgot?next=0123456789abcdefghijklmnopqrstuvwxyz0123456789"}`,
		`{"pass":"through-all-of-the-following-lines-until-the-end-of-this-document-is-reached"}`,
	},
}

// notSecrets are what fields for passwords hold that hold none.
var notSecrets = []string{
	"password", "passwort", "passord", "passwd", "required", "optional", "string", "text", "forgot", "forgotten", "reset", "change", "show", "hide", "login",
	"current-password", "new-password", "hidden", "secret", "empty", "default", "yes", "bearer", "basic", "digest", "negotiate", "ntlm", "anonymous", "guest", "number", "object",
}

// judgeCredential reads what a key names as what a server takes for proof of who
// asks: a password, a token, or the two in the schemes of HTTP (RFC 9110, 11.4).
func judgeCredential(token []byte, keyed bool, r *Reading) bool {
	if !keyed {
		return false
	}
	if scheme, rest, ok := bytes.Cut(token, []byte(" ")); ok {
		return judgeScheme(scheme, bytes.TrimSpace(rest), r)
	}
	if isWebToken(token) {
		*r = Reading{Value: string(token), Prior: 0.02}
		r.shape("written as a JSON web token", 20)
		return true
	}
	if len(token) > maxPassword && !isOpaque(token) || numbering.AllEqual(token) || placeholderName(token) || among(token, notSecrets) || !isSecret(token) {
		return false
	}
	*r = Reading{Value: string(token), Prior: 0.02}
	return true
}

// maxPassword is how many bytes a password has at most: more are as a rule a token, or
// a page's words.
const maxPassword = 64

// isOpaque reports whether b may be a token of which only the server that gave it knows
// what it says, in the letters of RFC 9110, 11.2: of all three sorts, and not an address.
func isOpaque(b []byte) bool {
	var small, capital, digit bool
	for _, c := range bytes.TrimRight(b, "=") {
		switch {
		case c >= 'a' && c <= 'z':
			small = true
		case c >= 'A' && c <= 'Z':
			capital = true
		case isDigit(c):
			digit = true
		case bytes.IndexByte([]byte("-._~+/|:"), c) < 0:
			return false
		}
	}
	return small && capital && digit && !bytes.Contains(b, []byte("://"))
}

// isWebToken reports whether b is a JSON web token (RFC 7519) that is signed: a head,
// which is an object, claims and a signature, in Base64 for URLs.
func isWebToken(b []byte) bool {
	if !bytes.HasPrefix(b, []byte("eyJ")) || bytes.Count(b, []byte(".")) != 2 || len(b) < 40 {
		return false
	}
	for _, c := range b {
		if !isKey(c) || c >= 0x80 {
			return false
		}
	}
	return true
}

// isSecret reports whether b may be a password: text without what stands in
// programs and pages in its place.
func isSecret(b []byte) bool {
	return utf8.Valid(b) && !bytes.ContainsAny(b, "<>{}$()%*·•")
}

// judgeScheme reads what follows the name of a scheme: of Basic a name and a
// password in Base64 (RFC 7617), of Bearer a token (RFC 6750).
func judgeScheme(scheme, rest []byte, r *Reading) bool {
	switch {
	case bytes.EqualFold(scheme, []byte("Basic")):
		if len(rest) < 8 || len(rest) > maxText {
			return false
		}
		var plain [maxText]byte
		n, err := base64.StdEncoding.Decode(plain[:], rest)
		if err != nil || bytes.IndexByte(plain[:n], ':') < 1 || !utf8.Valid(plain[:n]) {
			return false
		}
	case bytes.EqualFold(scheme, []byte("Bearer")):
		if len(rest) < 16 || bytes.IndexByte(rest, ' ') >= 0 {
			return false
		}
	default:
		return false
	}
	*r = Reading{Value: string(rest), Prior: 0.02}
	r.shape("written as HTTP hands over credentials", 20)
	return true
}

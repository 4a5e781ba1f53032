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
	},
	Ignores: []string{
		"correct-horse-47",
		`{"word":"correct-horse-47"}`,
		`{"password":"Password"}`, // what a form calls its field
		`{"password":"Enter your password"}`,
		`{"password":"********"}`,
		`{"password":"true"}`,
		`{"password":""}`,
		`{"passwd":"null"}`,
		"Authorization: Basic ?\r\n",
		"Authorization: Negotiate\r\n",
		`{"accessTokens":"short-one"}`,
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
	if len(token) > maxValue || numbering.AllEqual(token) || placeholderName(token) || among(token, notSecrets) || !isSecret(token) {
		return false
	}
	*r = Reading{Value: string(token), Prior: 0.02}
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

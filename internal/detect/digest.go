package detect

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// digests lists the digests under which values are known to be sent. All are
// long enough that no other value is met by chance.
var digests = []struct {
	name string
	sum  func([]byte) []byte
}{
	{"md5", func(b []byte) []byte { s := md5.Sum(b); return s[:] }},
	{"sha1", func(b []byte) []byte { s := sha1.Sum(b); return s[:] }},
	{"sha224", func(b []byte) []byte { s := sha256.Sum224(b); return s[:] }},
	{"sha256", func(b []byte) []byte { s := sha256.Sum256(b); return s[:] }},
	{"sha384", func(b []byte) []byte { s := sha512.Sum384(b); return s[:] }},
	{"sha512", func(b []byte) []byte { s := sha512.Sum512(b); return s[:] }},
}

// digests adds the digests of t as hexadecimal in both cases, as raw bytes and
// as Base64 in both alphabets.
func (s *speller) digests(t string) {
	for _, d := range digests {
		sum := d.sum([]byte(t))
		lower := hex.EncodeToString(sum)
		for i, text := range []string{
			string(sum), lower, strings.ToUpper(lower),
			base64.RawStdEncoding.EncodeToString(sum), base64.RawURLEncoding.EncodeToString(sum),
		} {
			s.add(pattern{text: text, form: d.name, bits: int16(8 * len(sum)), digest: true, binary: i == 0})
		}
	}
}

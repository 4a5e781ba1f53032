package detect

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
)

// digests lists the digests under which values are known to be sent. All are
// long enough that no other value is met by chance.
var digests = []struct {
	name string
	sum  func(dst, b []byte) []byte
}{
	{"md5", func(dst, b []byte) []byte { s := md5.Sum(b); return append(dst, s[:]...) }},
	{"sha1", func(dst, b []byte) []byte { s := sha1.Sum(b); return append(dst, s[:]...) }},
	{"sha224", func(dst, b []byte) []byte { s := sha256.Sum224(b); return append(dst, s[:]...) }},
	{"sha256", func(dst, b []byte) []byte { s := sha256.Sum256(b); return append(dst, s[:]...) }},
	{"sha384", func(dst, b []byte) []byte { s := sha512.Sum384(b); return append(dst, s[:]...) }},
	{"sha512", func(dst, b []byte) []byte { s := sha512.Sum512(b); return append(dst, s[:]...) }},
}

// digests adds the digests of t as raw bytes, as hexadecimal in both cases and as
// Base64 in both alphabets. No two texts that differ have the same.
func (s *speller) digests(t string) {
	for _, d := range digests {
		s.sum = d.sum(s.sum[:0], []byte(t))
		p := pattern{form: d.name, bits: int16(8 * len(s.sum)), digest: true}
		p.binary = true
		s.next(s.sum, p)
		p.binary = false
		s.text = hex.AppendEncode(s.text[:0], s.sum)
		s.next(s.text, p)
		capitals(s.text)
		s.next(s.text, p)
		if d.name == "md5" {
			s.half(p)
		}
		s.text = base64.RawStdEncoding.AppendEncode(s.text[:0], s.sum)
		s.next(s.text, p)
		s.text = base64.RawURLEncoding.AppendEncode(s.text[:0], s.sum)
		s.next(s.text, p)
	}
}

// twice adds the digests of the hexadecimal MD5 of t, which programs write in
// hexadecimal too.
func (s *speller) twice(t string) {
	inner := md5.Sum([]byte(t))
	text := hex.AppendEncode(nil, inner[:])
	for _, d := range digests {
		s.sum = d.sum(s.sum[:0], text)
		p := pattern{form: d.name + ">md5", bits: int16(8 * len(s.sum)), digest: true}
		s.text = hex.AppendEncode(s.text[:0], s.sum)
		s.next(s.text, p)
		capitals(s.text)
		s.next(s.text, p)
	}
}

// half adds the middle of the MD5 at hand, of which programs keep no more where they
// have room for 16 digits.
func (s *speller) half(p pattern) {
	p.bits = 64
	s.text = hex.AppendEncode(s.text[:0], s.sum[4:12])
	s.next(s.text, p)
	capitals(s.text)
	s.next(s.text, p)
}

// next takes a pattern that is written text, unless that is how the one before is.
func (s *speller) next(text []byte, p pattern) {
	if n := len(s.list); n > 0 && s.list[n-1].text == string(text) {
		return
	}
	p.text = s.write(text)
	s.list = append(s.list, p)
}

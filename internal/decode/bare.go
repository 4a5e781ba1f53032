package decode

import (
	"errors"
	"io"
)

// Deflate without a header (RFC 1951) is what a query of SAML carries in Base64
// (Bindings for SAML 2.0, 3.4.4.1), and what several programs send as their own
// format. Nothing marks where it begins, so it is looked for only where a token of
// Base64 or hexadecimal is all of it: a stream of legal blocks that ends where the
// token does, and says text or something with a known beginning.

// leastBare is how many bytes a token says that may be deflate: of fewer, too many
// would be by chance.
const leastBare = 12

// A bareProbe inflates the beginning of a token.
type bareProbe struct {
	inflater
	out [sampleSize]byte
}

// isBare reports whether a token that begins with sample, or is no more than that,
// may be deflate. Random bytes mostly fail by their first: a quarter has the block
// of no kind, one that is stored has its length twice, own codes must be complete,
// and of the given ones every fifth copies from where nothing is.
func (f *Found) isBare(sample []byte, whole bool) bool {
	if len(sample) < leastBare || !isBlock(sample) {
		return false
	}
	if f.probe == nil {
		f.probe = new(bareProbe)
	}
	p := f.probe
	p.reset(sample, 0, 0)
	n, err := p.run(p.out[:], 0)
	p.in = nil
	switch {
	case err == nil: // it says more than a sample
	case errors.Is(err, io.EOF):
		if !whole || p.used() != len(sample) {
			return false
		}
	case whole || !errors.Is(err, io.ErrUnexpectedEOF):
		return false
	}
	return looksDecoded(p.out[:n])
}

// endsBare reports whether the object of s, which only [Found.isBare] spoke
// for, is deflate: what is short has to end where its token does, and of what is long
// the beginning says enough.
func (s *stream) endsBare() bool {
	whole := s.ended && s.used() == len(s.in)
	return (whole || s.out >= sureSize) && looksDecoded(s.window)
}

package dissect

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/telltale-audit/telltale/internal/wire"
)

// offer is what a ClientHello lists, in the client's order, without the values
// that are reserved to keep servers tolerant (RFC 8701).
type offer struct {
	version                             uint16 // of the hello itself
	ciphers, exts, groups, points, sigs []uint16
	versions                            []uint16
	alpn                                []byte // the first protocol
	named                               bool   // a server_name extension is there

	room []uint16 // that lists lie in, one behind the other; but for the extensions
}

// The extensions that only a fingerprint reads.
const (
	extGroups = 10 // RFC 8446, section 4.2.7
	extPoints = 11 // RFC 8422, section 5.1.2
	extSigs   = 13 // RFC 8446, section 4.2.3
)

// readOffer reads the body of a ClientHello; what is malformed ends a list. The
// lists are in room, and the extensions in exts, as far as these go.
func readOffer(hello []byte, room, extRoom []uint16) (o offer) {
	o.room, o.exts = room, extRoom
	c := wire.New(hello)
	o.version = c.U16()
	c.Bytes(32)
	c.Vec8()
	o.ciphers = o.numbers(c.Vec16())
	c.Vec8()
	for exts := c.Vec16(); exts.Len() > 0; {
		typ, ext := exts.U16(), exts.Vec16()
		if !exts.OK() {
			break
		}
		if !reserved(typ) {
			o.exts = append(o.exts, typ)
		}
		switch typ {
		case extServerName:
			o.named = true
		case extALPN:
			list := ext.Vec16()
			first := list.Vec8()
			o.alpn = first.Rest()
		case extGroups:
			o.groups = o.numbers(ext.Vec16())
		case extSigs:
			o.sigs = o.numbers(ext.Vec16())
		case extVersions:
			o.versions = o.numbers(ext.Vec8())
		case extPoints:
			start := len(o.room)
			for list := ext.Vec8(); list.Len() > 0; {
				o.room = append(o.room, uint16(list.U8()))
			}
			o.points = o.room[start:]
		}
	}
	return o
}

// numbers reads a list of numbers of two bytes without the reserved ones.
func (o *offer) numbers(c wire.Cursor) []uint16 {
	start := len(o.room)
	for c.Len() > 1 {
		if n := c.U16(); !reserved(n) {
			o.room = append(o.room, n)
		}
	}
	return o.room[start:]
}

// reserved reports whether v is one of the values of RFC 8701.
func reserved(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }

// JA3 returns the fingerprint of a ClientHello as Salesforce published it in
// 2017: MD5 of its lists in decimal. Empty where t is no ClientHello.
func (t *TLS) JA3() string {
	t.fingerprint()
	return t.ja3
}

// JA4 returns the fingerprint of a ClientHello as FoxIO published it in 2023
// (the part under the BSD licence). Empty where t is no ClientHello.
func (t *TLS) JA4() string {
	t.fingerprint()
	return t.ja4
}

// fingerprint makes both, if they are not made yet.
func (t *TLS) fingerprint() {
	if t.ja3 != "" || t.hello == nil {
		return
	}
	var lists [160]uint16
	var exts [48]uint16
	var room [1024]byte
	var both [80]byte
	o := readOffer(t.hello, lists[:0], exts[:0])
	sum := md5.Sum(o.appendJA3(room[:0]))
	b := hex.AppendEncode(both[:0], sum[:])
	text := string(t.appendJA4(b, &o, room[:0]))
	t.ja3, t.ja4 = text[:len(b)], text[len(b):]
}

// appendJA3 appends what JA3 is the digest of.
func (o *offer) appendJA3(b []byte) []byte {
	b = strconv.AppendUint(b, uint64(o.version), 10)
	for _, list := range [...][]uint16{o.ciphers, o.exts, o.groups, o.points} {
		b = append(b, ',')
		for i, n := range list {
			if i > 0 {
				b = append(b, '-')
			}
			b = strconv.AppendUint(b, uint64(n), 10)
		}
	}
	return b
}

// appendJA4 appends the JA4 of o, for whose lists there is room. The order of o's
// ciphers and extensions is lost.
func (t *TLS) appendJA4(b []byte, o *offer, room []byte) []byte {
	b = append(t.appendJA4Head(b, o), '_')
	slices.Sort(o.ciphers)
	b = append(appendShort12(b, appendHex4(room, o.ciphers)), '_')
	listed := len(o.exts) > 0
	exts := slices.DeleteFunc(o.exts, func(n uint16) bool { return n == extServerName || n == extALPN })
	slices.Sort(exts)
	shapes := appendHex4(room, exts)
	if len(o.sigs) > 0 && listed {
		shapes = appendHex4(append(shapes, '_'), o.sigs)
	}
	return appendShort12(b, shapes)
}

func (t *TLS) appendJA4Head(b []byte, o *offer) []byte {
	carrier, name := byte('t'), byte('i')
	if t.overQUIC {
		carrier = 'q'
	} else if t.overDTLS {
		carrier = 'd'
	}
	b = append(append(b, carrier), ja4Version(o)...)
	if o.named {
		name = 'd'
	}
	b = appendTwo(appendTwo(append(b, name), len(o.ciphers)), len(o.exts))
	return appendALPN(b, o.alpn)
}

// ja4Version returns the highest version that is offered.
func ja4Version(o *offer) string {
	v := o.version
	if v>>8 == 0xfe { // of DTLS, which counts down
		for _, n := range append(o.versions, v) {
			if n>>8 == 0xfe {
				v = min(v, n)
			}
		}
	} else if len(o.versions) > 0 {
		v = slices.Max(o.versions)
	}
	switch v {
	case 0x0002:
		return "s2"
	case 0x0300:
		return "s3"
	case 0x0301:
		return "10"
	case 0x0302:
		return "11"
	case 0x0303:
		return "12"
	case 0x0304:
		return "13"
	case dtls10:
		return "d1"
	case dtls12:
		return "d2"
	case dtls13:
		return "d3"
	}
	return "00"
}

// appendALPN appends the first and last character of a protocol's name, of its
// hex digits where they are neither letters nor digits.
func appendALPN(b, p []byte) []byte {
	if len(p) == 0 {
		return append(b, "00"...)
	}
	first, last := p[0], p[len(p)-1]
	if alphanumeric(first) && alphanumeric(last) {
		return append(b, first, last)
	}
	digits := hex.EncodeToString([]byte{first, last})
	return append(b, digits[0], digits[3])
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// appendShort12 appends the first twelve digits of the SHA-256 of a list, zeros for
// an empty one.
func appendShort12(b, list []byte) []byte {
	if len(list) == 0 {
		return append(b, "000000000000"...)
	}
	sum := sha256.Sum256(list)
	return hex.AppendEncode(b, sum[:6])
}

// appendHex4 appends the numbers of a list in four digits each, with commas.
func appendHex4(b []byte, list []uint16) []byte {
	for i, n := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = hex.AppendEncode(b, []byte{byte(n >> 8), byte(n)})
	}
	return b
}

// appendTwo appends a count in two digits, at most 99.
func appendTwo(b []byte, n int) []byte {
	n = min(n, 99)
	return append(b, byte('0'+n/10), byte('0'+n%10))
}

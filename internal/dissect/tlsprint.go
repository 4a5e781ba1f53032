package dissect

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

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
}

// The extensions that only a fingerprint reads.
const (
	extGroups = 10 // RFC 8446, section 4.2.7
	extPoints = 11 // RFC 8422, section 5.1.2
	extSigs   = 13 // RFC 8446, section 4.2.3
)

// readOffer reads the body of a ClientHello; what is malformed ends a list.
func readOffer(hello []byte) (o offer) {
	c := wire.New(hello)
	o.version = c.U16()
	c.Bytes(32)
	c.Vec8()
	o.ciphers = numbers(c.Vec16())
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
			o.groups = numbers(ext.Vec16())
		case extSigs:
			o.sigs = numbers(ext.Vec16())
		case extVersions:
			o.versions = numbers(ext.Vec8())
		case extPoints:
			for list := ext.Vec8(); list.Len() > 0; {
				o.points = append(o.points, uint16(list.U8()))
			}
		}
	}
	return o
}

// numbers reads a list of numbers of two bytes without the reserved ones.
func numbers(c wire.Cursor) (list []uint16) {
	for c.Len() > 1 {
		if n := c.U16(); !reserved(n) {
			list = append(list, n)
		}
	}
	return list
}

// reserved reports whether v is one of the values of RFC 8701.
func reserved(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }

// JA3 returns the fingerprint of a ClientHello as Salesforce published it in
// 2017: MD5 of its lists in decimal. Empty where t is no ClientHello.
func (t *TLS) JA3() string {
	if t.ja3 == "" && t.hello != nil {
		sum := md5.Sum([]byte(t.ja3Text()))
		t.ja3 = hex.EncodeToString(sum[:])
	}
	return t.ja3
}

func (t *TLS) ja3Text() string {
	o := readOffer(t.hello)
	parts := []string{strconv.Itoa(int(o.version))}
	for _, list := range [][]uint16{o.ciphers, o.exts, o.groups, o.points} {
		parts = append(parts, join(list, "-", func(n uint16) string { return strconv.Itoa(int(n)) }))
	}
	return strings.Join(parts, ",")
}

// JA4 returns the fingerprint of a ClientHello as FoxIO published it in 2023
// (the part under the BSD licence). Empty where t is no ClientHello.
func (t *TLS) JA4() string {
	if t.ja4 == "" && t.hello != nil {
		t.ja4 = t.makeJA4()
	}
	return t.ja4
}

func (t *TLS) makeJA4() string {
	o := readOffer(t.hello)
	exts := slices.DeleteFunc(slices.Clone(o.exts), func(n uint16) bool { return n == extServerName || n == extALPN })
	slices.Sort(exts)
	ciphers := slices.Sorted(slices.Values(o.ciphers))
	shapes := join(exts, ",", hex4)
	if len(o.sigs) > 0 && len(o.exts) > 0 {
		shapes += "_" + join(o.sigs, ",", hex4)
	}
	return t.ja4Head(&o) + "_" + short12(join(ciphers, ",", hex4)) + "_" + short12(shapes)
}

func (t *TLS) ja4Head(o *offer) string {
	name := "i"
	if o.named {
		name = "d"
	}
	carrier := "t"
	if t.overQUIC {
		carrier = "q"
	} else if t.overDTLS {
		carrier = "d"
	}
	return carrier + ja4Version(o) + name + two(len(o.ciphers)) + two(len(o.exts)) + ja4ALPN(o.alpn)
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

// ja4ALPN returns the first and last character of a protocol's name, of its
// hex digits where they are neither letters nor digits.
func ja4ALPN(p []byte) string {
	if len(p) == 0 {
		return "00"
	}
	first, last := p[0], p[len(p)-1]
	if alphanumeric(first) && alphanumeric(last) {
		return string([]byte{first, last})
	}
	digits := hex.EncodeToString(p)
	return digits[:1] + digits[len(digits)-1:]
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// short12 returns the first twelve digits of the SHA-256 of a list, zeros for
// an empty one.
func short12(list string) string {
	if list == "" {
		return "000000000000"
	}
	sum := sha256.Sum256([]byte(list))
	return hex.EncodeToString(sum[:6])
}

func join(list []uint16, sep string, text func(uint16) string) string {
	parts := make([]string, len(list))
	for i, n := range list {
		parts[i] = text(n)
	}
	return strings.Join(parts, sep)
}

func hex4(n uint16) string { return hex.EncodeToString([]byte{byte(n >> 8), byte(n)}) }

// two returns a count in two digits, at most 99.
func two(n int) string {
	n = min(n, 99)
	return string([]byte{byte('0' + n/10), byte('0' + n%10)})
}

package lab

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
)

// A HostileText is made to cost whoever reads it more than its length.
type HostileText struct {
	Name string
	Of   func(n int) []byte // of about n bytes, or that unpack to as many
}

// HostileTexts lists them: what looks like something encoded or like an
// identifier and is none, what is in ever more encodings, and what unpacks to
// much more.
var HostileTexts = append(repeatedTexts(),
	HostileText{"base64 alphabet", base64Noise},
	HostileText{"text in base64", func(n int) []byte { return base64Of(filled(plainText, n*3/4), 1) }},
	HostileText{"base64 of base64", func(n int) []byte { return base64Of(filled(plainText, n/4), 4) }},
	HostileText{"hex of hex", func(n int) []byte {
		text := filled(plainText, n/16)
		for range 4 {
			text = []byte(hex.EncodeToString(text))
		}
		return text
	}},
	HostileText{"url of json", func(n int) []byte { return []byte(url.QueryEscape(strconv.Quote(string(filled(plainText, n/2))))) }},
	HostileText{"percents of percents", func(n int) []byte { return filled("%"+strings.Repeat("25", 12)+"41text", n) }},
	HostileText{"references of references", func(n int) []byte { return filled("&"+strings.Repeat("amp;", 12)+"quot;text", n) }},
	HostileText{"forms in forms", func(n int) []byte { return formsDeep(16, filled(plainText, n)) }},
	HostileText{"parts of a form", partsOfForm},
	HostileText{"elements", func(n int) []byte { return filled("<imsi><key>imsi</key><string>", n) }},
	HostileText{"elements with attributes", func(n int) []byte { return filled(`<imsi a="">"">`, n) }},
	HostileText{"table", func(n int) []byte { return append([]byte("imei,imsi\n"), filled("352099001761481,\"\n", n)...) }},
	HostileText{"nested protobuf", func(n int) []byte { return protobufDeep(n / 4) }},
	HostileText{"nested cbor", func(n int) []byte { return arraysDeep(cborArray, cborText, n) }},
	HostileText{"nested msgpack", func(n int) []byte { return arraysDeep(msgpackArray, msgpackText, n) }},
	HostileText{"flat protobuf", func(n int) []byte { return filled("\x0a\x06a\x01cdef\x12\x06\x0a\x04a\x01cd", n) }},
	HostileText{"quines", func(n int) []byte { return filled(string(Quine()), n) }},
	HostileText{"gzip members", func(n int) []byte { return filled(string(Gzip([]byte{'a'})), n) }},
	HostileText{"gzip bomb", func(n int) []byte { return Gzip(filled(plainText, n)) }},
	HostileText{"gzip in gzip bomb", func(n int) []byte { return Gzip(Gzip(filled(plainText, n))) }},
	HostileText{"zstd bomb", func(n int) []byte { return newZstd(nil).EncodeAll(filled(plainText, n), nil) }},
	HostileText{"zstd in gzip bomb", func(n int) []byte { return Gzip(newZstd(nil).EncodeAll(filled(plainText, n), nil)) }},
	HostileText{"base64 in gzip bomb", func(n int) []byte { return Gzip(base64Of(filled(plainText, n/2), 2)) }},
)

// plainText is what is repeated or encoded where any text would do.
const plainText = `{"imei":"001012704839210","mac":"02:00:5e:10:7a:c4"}`

// repeatedTexts returns those that say one thing over and over.
func repeatedTexts() (texts []HostileText) {
	for _, t := range [][2]string{
		{"same letter", "A"},
		{"path", "/a/b/c/aaaaaaaaaaaaaaaaaaaa"},
		{"words", "some words and longerwordsthansixteen "},
		{"short lines", "MDAx\n"},
		{"percent", "%41"},
		{"percent percent", "%25252525"},
		{"alternating", "a%41b"},
		{"plus", "=+"},
		{"pluses", "+"},
		{"backslashes", `\`},
		{"escaped quotes", `\"`},
		{"quotes", `"`},
		{"unicode escapes", `\u0041`},
		{"short strings", `"\"aaaaaaaaaaaa",`},
		{"names and values", `"name":"imsi","value":"name":`},
		{"encoded values", `{"imsi":"MjQyMDExMjM0NTY3ODkw"},`},
		{"objects of values", `"imsi":{"value":"imsi":{"value":`},
		{"names in brackets", "[1234]=x[imsi]="},
		{"ampersands", "&"},
		{"references", "&#48;"},
		{"equals", "="},
		{"quoted-printable", "=3D"},
		{"soft breaks", "=\r\n"},
		{"wide", "a\x00"},
		{"wide marks", "\xff\xfe"},
		{"gzip heads", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"},
		{"named gzip heads", "\x1f\x8b\x08\x1e\x00\x00\x00\x00\x00\x03"},
		{"zlib heads", "\x78\x9c"},
		{"zstd heads", "\x28\xb5\x2f\xfd\x00\x58\x00\x00\x00"},
		{"stored blocks", "\x78\x01\x00\xff\xff\x00\x00"},
		{"empty blocks", "\x78\x9c\x03\x00\x00\x00\x00"},
		{"brackets", "[1,"},
		{"open brackets", "["},
		{"open objects", `{"a":`},
		{"hex", "3031"},
		{"boundaries", "--b\r\n"},
		{"imsi", "242011234567890 "},
		{"keyed", `"imei":"001012704839210",`},
		{"glued", "001012704839210"},
		{"digits", "1"},
		{"assign", "a="},
		{"colons", ":"},
		{"pairs", "00:"},
		{"hyphens", "-"},
		{"cells", "mcc:1,cid:99999,"},
		{"open", `{"imei":`},
		{"xml", "<imei>242011234567890"},
		{"empty", "sn="},
		{"escaped", `\"sn\":\"`},
		{"letters of a path", "AAAA/"},
		{"at signs", "@a.b"},
		{"positions", "lat=60.16,lon=24.93,"},
		{"places", "coordinates\":[[[[60.1699,24.9384,loc=60.1699,24.9384 "},
		{"agents", "user-agent: Example/1.0 (Linux; Android 9; Example One Build/PKQ1)\n"},
	} {
		texts = append(texts, HostileText{t[0], func(n int) []byte { return filled(t[1], n) }})
	}
	return texts
}

// filled returns n bytes of s over and over.
func filled(s string, n int) []byte {
	return []byte(strings.Repeat(s, n/len(s)+1)[:n])
}

func base64Noise(n int) []byte {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	rng := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, n)
	for i := range noise {
		noise[i] = alphabet[rng.IntN(len(alphabet))]
	}
	return noise
}

// base64Of returns b in so many layers of Base64.
func base64Of(b []byte, layers int) []byte {
	for range layers {
		b = []byte(base64.StdEncoding.EncodeToString(b))
	}
	return b
}

// How two formats begin an array of one value, and a text, with its length in
// the low bits (RFC 8949, 3.1; MessagePack, spec.md).
const (
	cborArray    = 0x81
	cborText     = 0x60
	msgpackArray = 0x91
	msgpackText  = 0xa0
)

// arraysDeep returns an array in an array and so on, n deep, and a text in the
// end.
func arraysDeep(array, text byte, n int) []byte {
	return append(append(bytes.Repeat([]byte{array}, n), text|byte(len(nestText))), nestText...)
}

// protobufDeep returns a message in a message and so on, of some 4 bytes each.
func protobufDeep(depth int) []byte {
	const fieldOne = 1<<3 | 2 // with a length
	heads := make([][]byte, depth)
	size := len(nestText)
	for i := range heads {
		heads[i] = binary.AppendUvarint([]byte{fieldOne}, uint64(size))
		size += len(heads[i])
	}
	b := make([]byte, 0, size)
	for i := depth - 1; i >= 0; i-- {
		b = append(b, heads[i]...)
	}
	return append(b, nestText...)
}

// formsDeep returns a form with a file that is a form, and so on; b is the last
// one's.
func formsDeep(depth int, b []byte) []byte {
	for i := range depth {
		line := fmt.Sprintf("--line%d", i)
		b = fmt.Appendf(nil, "%s\r\nContent-Disposition: form-data; name=\"d\"; filename=\"f\"\r\n\r\n%s\r\n%s--\r\n", line, b, line)
	}
	return b
}

// partsOfForm returns a form of many parts.
func partsOfForm(n int) []byte {
	return append(filled("--line\r\nContent-Disposition: form-data; name=\"d\"\r\n\r\nx\r\n", n), "--line--\r\n"...)
}

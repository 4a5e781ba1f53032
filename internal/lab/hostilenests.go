package lab

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/andybalholm/brotli"
)

// hostileNests are bodies within bodies, of every codec that is read.
var hostileNests = []*Hostile{
	{"quine", "gzip bodies that unpack to themselves", 40, 2000, "inflate_budget", bomb(Quine)},
	{"quine-said", "the same with a header that says so, eight times", 40, 2000, "inflate_budget", bomb(Quine, "Content-Encoding: gzip"+strings.Repeat(", gzip", 7))},
	{"zstd-zstd", "Zstandard in Zstandard, 80 MiB of one letter in less than a hundred bytes", 1, 200, "inflate_budget", bomb(zstdInZstd, "Content-Encoding: zstd, zstd")},
	{"zstd-gzip", "Zstandard in gzip, 80 MiB of one letter", 1, 200, "inflate_budget", bomb(zstdInGzip, "Content-Encoding: zstd, gzip")},
	{"gzip-zstd", "gzip in Zstandard, 80 MiB of one letter", 1, 200, "inflate_budget", bomb(gzipInZstd, "Content-Encoding: gzip, zstd")},
	{"br-br", "Brotli in Brotli, 80 MiB of one letter in a few hundred bytes", 1, 200, "inflate_budget", bomb(brotliInBrotli, "Content-Encoding: br, br")},
	{"base64-gzip", "gzip and Base64 in turns, 12 deep", 40, 2000, "inflate_budget", bomb(gzipInBase64)},
	{"multipart-12", "forms with files in forms with files, 12 deep", 40, 2000, "decode_depth", bomb(formsInForms)},
	{"protobuf-1000", "Protocol Buffers in each other, 1,000 deep", 40, 2000, "decode_depth", bomb(nestedProtobuf)},
	{"cbor-1000", "CBOR arrays in each other, 1,000 deep", 40, 2000, "decode_depth", bomb(nestedCBOR)},
	{"msgpack-1000", "MessagePack arrays in each other, 1,000 deep", 40, 2000, "decode_depth", bomb(nestedMsgpack)},
	{"entities-12", "references of XML in each other, 12 deep", 40, 2000, "decode_depth", bomb(nestedReferences, "Content-Type: text/xml")},
	{"laughs", "XML whose entities stand for ten of each other, 10 deep", 40, 2000, "", bomb(laughs, "Content-Type: text/xml")},
	{"percent-12", "percent signs of percent signs, 12 deep", 40, 2000, "decode_depth", bomb(nestedPercents)},
}

func zstdInZstd() []byte { return newZstd(nil).EncodeAll(zstdOf(), nil) }

func zstdInGzip() []byte { return Gzip(zstdOf()) }

func gzipInZstd() []byte { return newZstd(nil).EncodeAll(gzipOf(), nil) }

func brotliInBrotli() []byte {
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, brotli.DefaultCompression)
	_, err := w.Write(brotliOf())
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) // a bytes.Buffer takes every write
	}
	return b.Bytes()
}

func gzipInBase64() []byte {
	b := []byte("in depth")
	for range 6 {
		b = []byte("data=" + base64.StdEncoding.EncodeToString(Gzip(b)))
	}
	return b
}

func formsInForms() []byte { return formsDeep(12, []byte("in depth")) }

// The nests of formats that say how long each value is: what they hold in the
// end is long enough to be worth a look.
const (
	nestDepth = 1000
	nestText  = "twenty bytes of text"
)

func nestedProtobuf() []byte { return protobufDeep(nestDepth) }

func nestedCBOR() []byte { return arraysDeep(cborArray, cborText, nestDepth) }

func nestedMsgpack() []byte { return arraysDeep(msgpackArray, msgpackText, nestDepth) }

// nestedReferences returns quotes whose references' ampersands are references.
func nestedReferences() []byte {
	reference := "&" + strings.Repeat("amp;", 12) + "quot;"
	return []byte("<d>" + strings.Repeat(reference+"text", 100) + "</d>")
}

// laughs returns a document whose one word would be 10 GB long.
func laughs() []byte {
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\"?>\n<!DOCTYPE d [\n<!ENTITY a0 \"laugh\">\n")
	for i := range 10 {
		fmt.Fprintf(&b, "<!ENTITY a%d \"%s\">\n", i+1, strings.Repeat(fmt.Sprintf("&a%d;", i), 10))
	}
	b.WriteString("]>\n<d>&a10;</d>\n")
	return []byte(b.String())
}

func nestedPercents() []byte {
	return []byte("data=" + strings.Repeat("%"+strings.Repeat("25", 12)+"41text", 100))
}

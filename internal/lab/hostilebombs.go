package lab

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/telltale-audit/telltale"
)

// hostileBombs are bodies that grow when they are unpacked.
var hostileBombs = []*Hostile{
	{"gzip", "gzip bodies of 80 MiB of one letter", 1, 8, "inflate_budget", bomb(gzipOf, "Content-Encoding: gzip")},
	{"gzip-unsaid", "the same without a header that says so", 0, 8, "inflate_budget", bomb(gzipOf)},
	{"zlib", "zlib bodies of 80 MiB of one letter", 0, 8, "inflate_budget", bomb(zlibOf, "Content-Encoding: deflate")},
	{"deflate", "raw deflate bodies of 80 MiB of one letter", 0, 8, "inflate_budget", bomb(deflateOf, "Content-Encoding: deflate")},
	{"zip", "ZIP archives of 80 MiB of one letter", 0, 8, "inflate_budget", bomb(zipOf)},
	{"br", "Brotli bodies of 80 MiB of one letter", 0, 8, "inflate_budget", bomb(brotliOf, "Content-Encoding: br")},
	{"zstd", "Zstandard bodies of 80 MiB of one letter", 0, 8, "inflate_budget", bomb(zstdOf, "Content-Encoding: zstd")},
	{"zstd-window", "Zstandard bodies that ask for a window of 2 GiB", 40, 2000, "undecodable", bomb(zstdWindow, "Content-Encoding: zstd")},
	{"gzip-long", "gzip bodies of some 6 MiB, read in pieces", 0, 4, "inflate_budget", bomb(gzipLong, "Content-Encoding: gzip")},
	{"gzip-gzip", "gzip in gzip, 80 MiB of one letter in a few hundred bytes", 1, 200, "inflate_budget", bomb(twice, "Content-Encoding: gzip, gzip")},
	{"gzip-20", "gzip in gzip, 20 deep", 40, 2000, "inflate_budget", bomb(gzipIn20)},
	{"members", "bodies of 10,000 gzip members of one letter each", 1, 16, "", bomb(members, "Content-Encoding: gzip")},
	{"chunked-gzip", "gzip bodies of 80 MiB of one letter, in chunks", 0, 8, "inflate_budget", chunkedBomb},
	{"base64-8", "Base64 in Base64, 8 deep", 40, 2000, "", bomb(nest(8))},
	{"base64-16", "Base64 in Base64, 16 deep", 40, 2000, "decode_depth", bomb(nest(16))},
	{"base64-32", "Base64 in Base64, 32 deep", 1, 40, "decode_depth", bomb(nest(32))},
	{"base64-40", "Base64 in Base64, 40 deep", 1, 8, "decode_depth", bomb(nest(40))},
	{"mixed", "hexadecimal, Base64 and percent signs in each other, 12 deep", 2, 40, "decode_depth", bomb(mixed)},
	{"brackets", "JSON bodies of a million open brackets", 1, 16, "", bomb(brackets)},
	{"strings", "JSON in strings of JSON, 12 deep", 4, 200, "decode_depth", bomb(stringsInStrings)},
}

// bomb plays n requests with the body that packed returns.
func bomb(packed func() []byte, headers ...string) func(*scene, int) {
	body := sync.OnceValue(packed)
	return func(s *scene, n int) {
		for i := range n {
			s.post(body(), headers...)
			s.turn(i)
		}
	}
}

func chunkedBomb(s *scene, n int) {
	body := gzipOf()
	var b strings.Builder
	for len(body) > 0 {
		k := min(1000, len(body))
		b.WriteString(strconv.FormatInt(int64(k), 16) + "\r\n" + string(body[:k]) + "\r\n")
		body = body[k:]
	}
	for i := range n {
		s.hold(Carriage{}, func(c *Conn) {
			headers := []string{"Host: flood.example", "Content-Encoding: gzip", "Transfer-Encoding: chunked"}
			c.Send(telltale.ToServer, HTTP("POST / HTTP/1.1", headers, []byte(b.String()+"0\r\n\r\n")))
			c.Close(telltale.ToServer)
		})
		s.turn(i)
	}
}

// bombSize is what a bomb unpacks to, in bytes: more than one object may.
const bombSize = 80 << 20

// allOf returns a bomb of a compressor.
func allOf(w io.WriteCloser, out *bytes.Buffer) []byte {
	letters := bytes.Repeat([]byte{'a'}, 1<<20)
	var err error
	for range bombSize >> 20 {
		if _, err = w.Write(letters); err != nil {
			break
		}
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) // a bytes.Buffer takes every write
	}
	return out.Bytes()
}

// gzipOf, zlibOf and deflateOf return the same bomb in RFC 1952, 1950 and 1951.
func gzipOf() []byte { return Gzip(bytes.Repeat([]byte{'a'}, bombSize)) }

func zlibOf() []byte {
	var b bytes.Buffer
	return allOf(zlib.NewWriter(&b), &b)
}

func deflateOf() []byte {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.DefaultCompression)
	if err != nil {
		panic(err) // the level is right
	}
	return allOf(w, &b)
}

func zipOf() []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	member, err := w.Create("log")
	if err == nil {
		_, err = member.Write(bytes.Repeat([]byte{'a'}, bombSize))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) // a bytes.Buffer takes every write
	}
	return b.Bytes()
}

func brotliOf() []byte {
	var b bytes.Buffer
	return allOf(brotli.NewWriterLevel(&b, brotli.BestSpeed), &b)
}

func zstdOf() []byte {
	var b bytes.Buffer
	return allOf(newZstd(&b), &b)
}

func newZstd(w io.Writer) *zstd.Encoder {
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic(err) // the options are right
	}
	return z
}

// zstdWindow returns a frame of a few bytes whose head says 2 GiB (RFC 8878
// 3.1.1.1.2), with blocks of a byte.
func zstdWindow() []byte {
	const exponent = 31 - 10
	b := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, exponent << 3}
	return append(b, bytes.Repeat([]byte{1 << 3, 0, 0, 'a'}, 40)...)
}

// gzipLong returns a body that is longer than is held at a time, and inflates to
// more than an object may.
func gzipLong() []byte {
	rng := rand.New(rand.NewPCG(hostileStream, 0))
	text := make([]byte, bombSize)
	for i := range text {
		if text[i] = ' '; i%(64<<10) < 6<<10 {
			text[i] = byte('a' + rng.IntN(26))
		}
	}
	return Gzip(text)
}

func twice() []byte { return Gzip(gzipOf()) }

func gzipIn20() []byte {
	b := []byte("in depth")
	for range 20 {
		b = Gzip(b)
	}
	return b
}

func members() []byte { return bytes.Repeat(Gzip([]byte{'a'}), 10_000) }

// nest returns a body in so many layers of Base64.
func nest(depth int) func() []byte {
	return func() []byte {
		b := "twenty bytes of text"
		for range depth {
			b = base64.StdEncoding.EncodeToString([]byte(b))
		}
		return []byte("data=" + b)
	}
}

func mixed() []byte {
	b := "twenty bytes of text"
	for i := range 12 {
		switch i % 3 {
		case 0:
			b = hex.EncodeToString([]byte(b))
		case 1:
			b = base64.StdEncoding.EncodeToString([]byte(b))
		case 2:
			b = url.QueryEscape("{" + b + "}")
		}
	}
	return []byte("data=" + b)
}

func brackets() []byte { return bytes.Repeat([]byte{'['}, 1_000_000) }

func stringsInStrings() []byte {
	b := `{"text":"in depth"}`
	for range 12 {
		b = `{"text":` + strconv.Quote(b) + `}`
	}
	return []byte(b)
}

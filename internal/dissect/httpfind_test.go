package dissect

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestFindHTTP finds heads behind other bytes, at the same place however much of
// the stream is there, and however often it was looked for before.
func TestFindHTTP(t *testing.T) {
	before := []string{"", "ue&x=1", "\x89tail of an image", "<p>GET /it</p>\r\n", "GET GET ", "POST /a HTTP/1.1", "HTTP/1.HTTP/1.1 2", strings.Repeat("P", 40)}
	heads := []string{
		"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n", "POST http://a.test/b HTTP/1.0\nX:y\n\n", "CONNECT a.test:443 HTTP/1.1\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nA: b\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.0 404\n\n", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
		"GET /" + strings.Repeat("a", 4000) + " HTTP/1.1\r\nHost: a.test\r\n\r\n",
	}
	for _, head := range heads {
		for _, b := range before {
			stream, from := []byte(b+head), 0
			for n := range stream {
				at, v := FindHTTP(stream[:n], from, n)
				if v == Yes && at == len(b) {
					break
				}
				if v == Yes || v == Maybe && at > len(b) || v == No && n > len(b) {
					t.Fatalf("%q, %q: %d bytes: %d, %d", b, head, n, at, v)
				}
				from = at
			}
			if at, v := FindHTTP(stream, 0, len(stream)); at != len(b) || v != Yes {
				t.Errorf("%q, %q: at %d, %d", b, head, at, v)
			}
			if at, v := FindHTTP(stream, 0, len(b)); at != len(b) || v != No {
				t.Errorf("%q, %q: found at %d though not looked for, %d", b, head, at, v)
			}
		}
	}
}

// TestFindHTTPInOther finds nothing in what is no head.
func TestFindHTTPInOther(t *testing.T) {
	for _, s := range []string{
		"GET /a b HTTP/1.1\r\nHost: a\r\n", "GET a HTTP/1.1\r\nHost: a\r\n", "get / HTTP/1.1\r\nHost: a\r\n", "GET / HTTP/2.0\r\nHost: a\r\n",
		"GET / HTTP/1.1 \"x\"\r\nHost: a\r\n", "GET / HTTP/1.1\r\nno field\r\n", "GET / HTTP/1.1\r\n: none\r\n", "GET  / HTTP/1.1\r\nHost: a\r\n",
		"HTTP/1.1 2000 OK\r\nA: b\r\n", "HTTP/1.1 OK\r\nA: b\r\n", "HTTP/1.1 20\r\nA: b\r\n", "HTTP/1.1 200 OK\r\n<html>\r\n", "HTTP/3.1 200 OK\r\nA: b\r\n",
		"GET /" + strings.Repeat("a", maxSoughtLine) + " HTTP/1.1\r\nHost: a\r\n", "GET / HTTP/1.1\r\n" + strings.Repeat("a", maxSoughtName) + ": b\r\n",
	} {
		if at, v := FindHTTP([]byte(s), 0, len(s)); v == Yes {
			t.Errorf("%.60q: found at %d", s, at)
		}
	}
	rnd := rand.New(rand.NewPCG(5, 6))
	noise := make([]byte, 1<<20)
	for i := range noise {
		noise[i] = " /:\r\n1.GETPOSHPUADLCNRK"[rnd.IntN(23)]
	}
	if at, v := FindHTTP(noise, 0, len(noise)); v == Yes {
		t.Errorf("found in noise at %d", at)
	}
}

// BenchmarkFindHTTP looks for heads where there are none, in text and in text that
// is meant to take long: every word of it may begin one.
func BenchmarkFindHTTP(b *testing.B) {
	for name, text := range map[string]string{
		"text": "the quick brown fox jumps over a lazy dog, ", "hostile": "GET /a ", "more": "GET /HTTP/1.1 ", "line": "GET /" + strings.Repeat("a", maxSoughtLine-10) + "\t",
	} {
		b.Run(name, func(b *testing.B) {
			stream := []byte(strings.Repeat(text, 1<<20/len(text)))
			b.SetBytes(int64(len(stream)))
			for b.Loop() {
				if _, v := FindHTTP(stream, 0, len(stream)); v == Yes {
					b.Fatal("found")
				}
			}
		})
	}
}

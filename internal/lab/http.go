package lab

import (
	"bytes"
	"compress/gzip"
	"strconv"
)

// HTTP returns an HTTP/1.1 message (RFC 9112): its first line, the header
// lines as they are, an empty line and the body.
func HTTP(first string, headers []string, body []byte) []byte {
	b := append([]byte(first), "\r\n"...)
	for _, h := range headers {
		b = append(append(b, h...), "\r\n"...)
	}
	return append(append(b, "\r\n"...), body...)
}

// contentLength returns the header line that announces body.
func contentLength(body []byte) string { return "Content-Length: " + strconv.Itoa(len(body)) }

// Gzip returns b as one gzip member without name or time (RFC 1952).
func Gzip(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(b)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) // a bytes.Buffer takes every write
	}
	return out.Bytes()
}

package lab

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
)

// hostileStreams are few connections with much to put in order.
var hostileStreams = []*Hostile{
	{"holes", "segments of one byte in one stream, each behind a hole", 20000, 1_000_000, "gap", each(hole)},
	{"backwards", "segments of one stream, the last first, all behind a hole", 8000, 200_000, "gap", backwards},
	{"bytes", "segments of one byte in one request", 20000, 1_000_000, "", oneByOne},
	{"overlaps", "segments that tell 64 KiB over and over, each time differently", 2000, 10_000, "", overlaps},
	{"heads", "heads without end, of 8 KiB each", 1000, 20_000, "searched_in_parts", each(endlessHead)},
	{"turns", "connections of HTTP/2 in which one stream holds up 60 KiB of another", 0, 4000, "searched_in_parts", each(takeTurns)},
	{"headers", "requests of HTTP/2 that each name a header of 3 KB sixty times, a byte each time", 500, 20_000, "headers_not_repeated", sameHeader},
	{"requests", "requests in one connection that nobody answers", 1000, 200_000, "", pipelined},
	{"chunks", "chunks of one byte in one body", 10000, 300_000, "", chunks},
}

// inflow is the ports of a connection that a scene keeps open.
var inflow = []byte{0x9c, 0x41, 0, 80}

func hole(s *scene, i int) {
	s.tcp(hostilePhone, hostileServer, inflow, 1+2*uint32(i), 0, flagACK, "x")
}

func backwards(s *scene, n int) {
	s.tcp(hostilePhone, hostileServer, inflow, 1, 0, flagSYN, "")
	for i := range n {
		// In runs of 20,000: what lies too far ahead is no part of a stream.
		at := i/20_000*20_000 + 20_000 - i%20_000
		s.tcp(hostilePhone, hostileServer, inflow, 2+3*uint32(at), 0, flagACK, "xyz")
		s.turn(i)
		s.now += 1000
	}
}

func oneByOne(s *scene, n int) {
	body := strings.Repeat("the quick brown fox jumps. ", n/27+1)[:n]
	head := HTTP("POST / HTTP/1.1", []string{"Host: flood.example", contentLength([]byte(body))}, nil)
	s.hold(Carriage{Segment: 1}, func(c *Conn) {
		c.Send(telltale.ToServer, head)
		for i := 0; i < n; i += 1000 {
			c.Send(telltale.ToServer, []byte(body[i:min(i+1000, n)]))
			s.turn(i)
		}
		c.Close(telltale.ToServer)
	})
}

// overlaps has a window of 64 KiB sent over and over, each copy of it made of
// other letters.
func overlaps(s *scene, n int) {
	const windowSize, segment = 64 << 10, 1024
	for i := range n {
		at := i * segment % windowSize
		text := strings.Repeat(string(rune('a'+i*segment/windowSize%26)), segment)
		s.tcp(hostilePhone, hostileServer, inflow, 1+uint32(at), 0, flagACK, text)
		s.turn(i)
		s.now += 1000
	}
}

func endlessHead(s *scene, _ int) {
	s.hold(Carriage{}, func(c *Conn) {
		c.Send(telltale.ToServer, []byte("GET / HTTP/1.1\r\nHost: flood.example\r\nX: "+strings.Repeat("x", 8<<10)))
	})
}

func pipelined(s *scene, n int) {
	request := HTTP("GET /noise HTTP/1.1", []string{"Host: flood.example"}, nil)
	s.hold(Carriage{}, func(c *Conn) {
		for i := range n {
			c.Send(telltale.ToServer, request)
			s.turn(i)
		}
	})
}

func chunks(s *scene, n int) {
	s.hold(Carriage{}, func(c *Conn) {
		c.Send(telltale.ToServer, HTTP("POST / HTTP/1.1", []string{"Host: flood.example", "Transfer-Encoding: chunked"}, nil))
		for i := 0; i < n; i += 100 {
			c.Send(telltale.ToServer, []byte(strings.Repeat("1\r\nx\r\n", min(100, n-i))))
			s.turn(i)
		}
		c.Send(telltale.ToServer, []byte("0\r\n\r\n"))
	})
}

// preface begins HTTP/2 (RFC 9113, section 3.4).
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// frameHead returns the head of a frame of HTTP/2 with n bytes (RFC 9113, section 4.1):
// kind 0 is data, kind 1 headers; of the flags, 4 says that these are all, 1 that the
// message ends.
func frameHead(kind, flags byte, stream, n int) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(n)<<8|uint32(kind))
	return binary.BigEndian.AppendUint32(append(b, flags), uint32(stream))
}

// takeTurns begins a request of HTTP/2 that never ends, and sends the data of another.
func takeTurns(s *scene, _ int) {
	const size = 15 << 10
	b := []byte(preface)
	for _, stream := range []int{1, 3} {
		b = append(append(b, frameHead(1, 4, stream, 2)...), 0x83, 0x84) // a POST to "/", in HPACK's static table
	}
	for range 4 {
		b = append(append(b, frameHead(0, 0, 3, size)...), bytes.Repeat([]byte("data "), size/5)...)
	}
	s.hold(Carriage{}, func(c *Conn) { c.Send(telltale.ToServer, b) })
}

// sameHeader puts a long header into the table of HPACK (RFC 7541) and names it by its
// place there from then on.
func sameHeader(s *scene, n int) {
	const size = 3000
	long := append([]byte("\x40\x06x-long\x7f"), binary.AppendUvarint(nil, size-127)...)
	long = append(long, strings.Repeat("x", size)...)
	again := bytes.Repeat([]byte{0x80 | 62}, 60)
	s.hold(Carriage{}, func(c *Conn) {
		c.Send(telltale.ToServer, slices.Concat([]byte(preface), frameHead(1, 5, 1, len(long)), long))
		for i := range n {
			c.Send(telltale.ToServer, append(frameHead(1, 5, 3+2*i, len(again)), again...))
			s.turn(i)
		}
	})
}

package lab

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"net/netip"
	"time"

	"github.com/telltale-audit/telltale"
)

// A Split is a capture in which one number is sent many times, cut at another
// place each time.
type Split struct {
	Name    string
	About   string
	Packets []*Packet
	Flows   int // conversations, each of which carries the number
}

// Splits returns a Split for every carriage that is read.
func Splits() []*Split {
	return []*Split{
		splitStreams("E37-segments", "over two segments", len(first), func(c *Conn, cut int) {
			c.Send(telltale.ToServer, []byte("a=1;"+first[:cut]))
			c.Send(telltale.ToServer, []byte(first[cut:]+"z=9;"))
		}),
		splitStreams("E37-segments-reordered", "over two segments that come in the wrong order", len(first), func(c *Conn, cut int) {
			c.Carry(Carriage{Segment: cut, Order: Reordered})
			c.Send(telltale.ToServer, []byte(first+"z=9;"))
		}),
		splitStreams("E37-chunks", "over two chunks of an HTTP body", len(first), func(c *Conn, cut int) {
			var b []byte
			for _, piece := range []string{first[:cut], first[cut:]} {
				b = fmt.Appendf(b, "%x;cut=here\r\n%s\r\n", len(piece), piece)
			}
			c.Send(telltale.ToServer, HTTP("POST /split HTTP/1.1", []string{"Host: split.example", "Transfer-Encoding: chunked"}, append(b, "0\r\n\r\n"...)))
		}),
		splitStreams("E37-gzip-blocks", "over two blocks of a compressed HTTP body", len(first), func(c *Conn, cut int) {
			body := inBlocks(first[:cut], first[cut:])
			c.Send(telltale.ToServer, HTTP("POST /split HTTP/1.1", []string{"Host: split.example", "Content-Encoding: gzip", contentLength(body)}, body))
		}),
		splitStreams("E37-base64-lines", "over lines of Base64", 40, func(c *Conn, cut int) {
			body := inLines(base64.StdEncoding.EncodeToString([]byte("a=1;"+first+"z=9;")), cut)
			c.Send(telltale.ToServer, HTTP("POST /split HTTP/1.1", []string{"Host: split.example", "Content-Type: text/plain", contentLength(body)}, body))
		}),
		splitFragments(),
	}
}

// splitStreams has a conversation for every cut from 1 to below most.
func splitStreams(name, about string, most int, say func(c *Conn, cut int)) *Split {
	phone, _ := lan(false, "02:00:5e:10:7a:c4")
	s, c := &Split{Name: name, About: about}, NewCapture(37)
	for cut := 1; cut < most; cut++ {
		conn := c.Conn(evasionStart+int64(cut)*int64(time.Second), phone, Host{gatewayMAC, farAddr(false, cut)}, 9999, Carriage{})
		conn.Open()
		say(conn, cut)
		conn.Close(telltale.ToServer)
		s.Flows++
	}
	s.Packets = c.Packets()
	return s
}

// inBlocks compresses pieces, each in blocks of its own.
func inBlocks(pieces ...string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	for _, p := range pieces {
		_, _ = w.Write([]byte(p)) // a Buffer takes all
		_ = w.Flush()
	}
	_ = w.Close()
	return b.Bytes()
}

// inLines cuts text into lines of a width.
func inLines(text string, width int) []byte {
	var b []byte
	for ; len(text) > width; text = text[width:] {
		b = append(append(b, text[:width]...), "\r\n"...)
	}
	return append(b, text...)
}

// splitFragments cuts a UDP datagram into two fragments between any two bytes
// of the number, over both versions of IP. Fragments are cut at multiples of 8:
// the number moves.
func splitFragments() *Split {
	s := &Split{Name: "E37-fragments", About: "over two fragments of a datagram"}
	c := NewCapture(37)
	for i := range 2 * len(first) {
		v6, cut := i%2 == 1, 1+i/2%(len(first)-1)
		phone, _ := lan(v6, "02:00:5e:10:7a:c4")
		phone.Addr = nth(phone.Addr, i)
		x := &exchange{sender: phone, receiver: Host{gatewayMAC, farAddr(v6, 0)}}
		before := (16 - cut%8) % 8 // header and text before the number, in multiples of 8
		text := fmt.Sprintf("%*s%s%s", 8+before, "", first, "z=9;")
		unit := (8 + 8 + before + cut) / 8
		at := evasionStart + int64(i)*int64(time.Second)
		for j, ip := range inParts(part{from: 0, to: unit}, part{from: unit, to: 99})(x.datagram([]byte(text))) {
			c.packets = append(c.packets, &Packet{Time: at + int64(j)*step, Data: x.frame(ip, false)})
		}
		s.Flows++
	}
	s.Packets = c.Packets()
	return s
}

// nth returns another address, by its last byte.
func nth(a netip.Addr, n int) netip.Addr {
	b := a.AsSlice()
	b[len(b)-1] = byte(10 + n)
	out, _ := netip.AddrFromSlice(b)
	return out
}

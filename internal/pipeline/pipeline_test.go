package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/detect"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
)

const (
	imei  = "001012704839210" // the made-up phone of the documentation
	other = "001012704839392"
	start = int64(1547456400e9)
)

var (
	phone  = lab.Host{MAC: [6]byte{2, 0, 0x5e, 0x10, 0x7a, 0xc4}, Addr: netip.MustParseAddr("192.168.7.23")}
	server = lab.Host{MAC: [6]byte{2, 0, 0x5e, 0, 0x53, 1}, Addr: netip.MustParseAddr("203.0.113.10")}

	engine = detect.New([]detect.Seed{
		{Kind: telltale.IMEI, Value: telltale.NewValue(telltale.IMEI, imei)},
		{Kind: telltale.IMEI, Value: telltale.NewValue(telltale.IMEI, other)},
	})
)

// talk captures one conversation with the server.
func talk(port uint16, how lab.Carriage, say func(*lab.Conn)) []capture.Packet {
	c := lab.NewCapture(1)
	say(c.Conn(start, phone, server, port, how))
	return framesOf(c)
}

// framesOf returns what a lab captured as a source hands it out.
func framesOf(c *lab.Capture) []capture.Packet {
	var out []capture.Packet
	for _, p := range c.Packets() {
		out = append(out, capture.Packet{Data: p.Data, Time: p.Time, Number: p.Number, WireLen: len(p.Data), Link: packet.LinkEthernet})
	}
	return out
}

// hear runs packets through and holds the books.
func hear(t *testing.T, packets []capture.Packet) *heard {
	t.Helper()
	return hearWith(t, packets, Config{Workers: 1, Messages: true}, 0)
}

func hearWith(t *testing.T, packets []capture.Packet, cfg Config, each int) *heard {
	t.Helper()
	cfg.Engine = engine
	h := new(heard)
	var err error
	if h.tally, err = Run(context.Background(), &frames{packets: packets, each: each}, cfg, h); err != nil {
		t.Fatal(err)
	}
	checkBooks(t, h.tally, len(packets))
	return h
}

// checkBooks holds the law: every packet and every payload byte is accounted
// for once, and nothing is counted below zero.
func checkBooks(t *testing.T, y *Tally, packets int) {
	t.Helper()
	if n := y.Payload.Balance(); n != 0 {
		t.Errorf("%d payload bytes are not accounted for: %+v", n, y.Payload)
	}
	undecodable := int64(0)
	for _, n := range y.Packets.Undecodable {
		undecodable += n
	}
	if y.Packets.In != int64(packets) || y.Packets.In != y.Packets.Decoded+undecodable {
		t.Errorf("%d packets: %+v", packets, y.Packets)
	}
	least := min(y.Payload.Scanned, y.Payload.Repeated, y.Missing.Gap, y.Missing.Snaplen)
	for _, n := range y.Payload.Opaque {
		least = min(least, n)
	}
	for _, n := range y.Payload.Skipped {
		least = min(least, n)
	}
	if least < 0 {
		t.Errorf("counted below zero: %+v %+v", y.Payload, y.Missing)
	}
}

// post is an HTTP request with a body; headers as they are.
func post(body string, headers ...string) []byte {
	headers = append([]string{"Host: plant.example", fmt.Sprint("Content-Length: ", len(body))}, headers...)
	return lab.HTTP("POST /a HTTP/1.1", headers, []byte(body))
}

// answer is an HTTP response with a body.
func answer(status, body string, headers ...string) []byte {
	return lab.HTTP("HTTP/1.1 "+status, append(headers, fmt.Sprint("Content-Length: ", len(body))), []byte(body))
}

// chunked writes body in chunks of n bytes.
func chunked(body string, n int) string {
	var b strings.Builder
	for c := range slices.Chunk([]byte(body), n) {
		fmt.Fprintf(&b, "%x\r\n%s\r\n", len(c), c)
	}
	return b.String() + "0\r\n\r\n"
}

// filler returns n bytes of text in which nothing is found.
func filler(n int) string {
	return string(bytes.Repeat([]byte("the quick brown fox jumps. "), n/27+1)[:n])
}

// spread returns ranges of stream bytes as whole.
func spread(start, n int) []telltale.Range {
	return []telltale.Range{{Start: int64(start), End: int64(start + n)}}
}

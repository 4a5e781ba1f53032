package pipeline

import (
	"fmt"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/lab"
)

// The same message twice, as permessage-deflate packs it: the second time it
// is little more than a place in the first.
const (
	packed1 = "\xaa\x56\xca\xcc\x4d\xcd\x54\xb2\x52\x32\x30\x30\x34\x30\x34\x32\x37\x30\xb1\x30\xb6\x34\x32\x34\x50\xd2\x51\xca\x53\xb2\x32\xac\x05\x00"
	packed2 = "\xaa\xc6\x2b\x6f\x54\x0b\x00"
)

// frame is a frame of WebSocket as a client sends it, its mask all zeros.
func frame(first byte, payload string) []byte {
	return append([]byte{first, 0x80 | byte(len(payload)), 0, 0, 0, 0}, payload...)
}

// TestCompressedGoesOn finds a value that a message copies from the one before
// it, however the flow is cut; and not where that one is missing.
func TestCompressedGoesOn(t *testing.T) {
	said := func(frames ...[]byte) func(*lab.Conn) {
		return func(c *lab.Conn) {
			c.Open()
			c.Send(telltale.ToServer, []byte("GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"))
			c.Send(telltale.ToClient, []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"))
			for _, f := range frames {
				c.Send(telltale.ToServer, f)
			}
			c.Close(telltale.ToServer)
		}
	}
	for name, c := range map[string]struct {
		say  func(*lab.Conn)
		want int
	}{
		"both":         {said(frame(0xc1, packed1), frame(0xc1, packed2)), 2},
		"in fragments": {said(frame(0xc1, packed1), frame(0x41, packed2[:3]), frame(0x00, ""), frame(0x80, packed2[3:])), 2},
		"the second":   {said(frame(0xc1, packed2)), 0},
	} {
		for _, segment := range []int{0, 1, 5} {
			h := hear(t, talk(8080, lab.Carriage{Segment: segment}, c.say))
			var got []string
			for _, s := range h.sightings() {
				got = append(got, fmt.Sprint(s.Kind, " ", s.Value.Raw(), " ", s.Field.Raw()))
			}
			if len(got) != c.want {
				t.Errorf("%s, cut to %d: %q", name, segment, got)
			}
		}
	}
}

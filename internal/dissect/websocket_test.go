package dissect

import (
	"strings"
	"testing"
)

// masked returns a frame as a client sends it.
func masked(first byte, payload string) string {
	return maskedBy("\x11\x22\x33\x44", first, payload)
}

func maskedBy(mask string, first byte, payload string) string {
	b := []byte(payload)
	for i := range b {
		b[i] ^= mask[i&3]
	}
	head := string([]byte{first, 0x80 | byte(len(b))})
	if len(b) > 125 {
		head = string([]byte{first, 0x80 | 126}) + u16(len(b))
	}
	return head + mask + string(b)
}

var webSocketSamples = []sample{
	{"WebSocket", http, 80, []turn{
		up("GET /chat HTTP/1.1\r\nHost: made-up.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"),
		down("HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n\r\n\x81\x05hello"),
		up(masked(0x81, `{"imei":"001012704839210"}`) + masked(0x02, strings.Repeat("long ", 90)) + masked(0x80, "end") + masked(0x89, "")),
		down("\x8a\x00\x82\x7f\x00\x00\x00\x00\x00\x00\x01\x00" + strings.Repeat("b", 256) + "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\x88\x02\x03\xe8"),
		up(masked(0x88, "\x03\xe8") + "\x83 is no frame"),
	}},
	{"WebSocket, compressed", http, 80, []turn{
		up("GET /chat HTTP/1.1\r\nHost: made-up.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"),
		down("HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"),
		up(masked(0xc1, packed1) + masked(0x41, packed2[:3]) + masked(0x00, "") + masked(0x80, packed2[3:])),
		down("\x41\x03\xf2\x48\xcd\x89\x00\x80\x01\xc9"), // a ping between the frames of a message
	}},
	{"WebSocket, in fragments", http, 80, []turn{
		up("GET /chat HTTP/1.1\r\nHost: made-up.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"),
		down("HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n\r\n"),
		up(masked(0x01, `{"imei":"00101`) + masked(0x89, "mac=02:00:5e:10:7a:c4") + masked(0x00, "2704839") + masked(0x8a, "") + masked(0x80, `210"}`) + masked(0x81, "next")),
		down("\x02\x03one\x89\x02hi\x00\x00\x80\x00\x82\x03two"),
		up(masked(0x01, "not to its end, ") + masked(0x88, "") + masked(0x80, "after the close") + masked(0x02, "nor this, ") + masked(0x81, "for a new one began")),
		down("\x01\x03one\x09\x02hi\x00\x03two\x80\x00"), // a ping in fragments is none
	}},
}

// Two messages of one direction as permessage-deflate packs them: the second
// one copies from the first.
const (
	packed1 = "\xaa\x56\xca\xcc\x4d\xcd\x54\xb2\x52\x32\x30\x30\x34\x30\x34\x32\x37\x30\xb1\x30\xb6\x34\x32\x34\x50\xd2\x51\xca\x53\xb2\x32\xac\x05\x00"
	packed2 = "\xaa\xc6\x2b\x6f\x54\x0b\x00"
)

// TestFragments has a message told as one, whatever may stand between its frames,
// and its payload as one body.
func TestFragments(t *testing.T) {
	s := webSocketSamples[2]
	got := strings.Join(s.play(t, every(5)), "\n")
	for _, want := range []string{
		`"{\"imei\":\"00101"`, `"2704839"`, `"210\"}"`, `"mac=02:00:5e:10:7a:c4"`,
		`body 26, type="text", type="ping", type="continuation", type="pong", type="continuation"` + "\n",
		`body 3, type="binary", type="ping", type="continuation", type="continuation"` + "\n",
		`body 16, type="text", truncated`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}

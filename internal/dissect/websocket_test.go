package dissect

import "strings"

// masked returns a frame as a client sends it.
func masked(first byte, payload string) string {
	const mask = "\x11\x22\x33\x44"
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
}

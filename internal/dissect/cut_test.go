package dissect

import (
	"fmt"
	"strings"
	"testing"
)

// A cutCase is a conversation of which the capture has, of one packet, no more than its
// first bytes.
type cutCase struct {
	s      sample
	turn   int
	told   map[string]string // what is told of it once there is all of something
	whole  []string          // what is not told of a part
	after  string            // what is told of what follows
	before int               // unless fewer bytes of the packet are there
}

var cutCases = []cutCase{
	{
		sample{"TLS hello", tls, 443, []turn{up(nameFirst), up(record(recordAlert, "\x02\x28"))}},
		0,
		map[string]string{"sni=made-up.test": "made-up.test"},
		[]string{"ja4=t", "0x0"},
		`@87 "\x02("`, len(nameFirst) - 30,
	},
	{sample{"MQTT connect", mqtt, 1883, []turn{
		up(mqttPacket(0x10, lv("MQTT")+"\x04\xc2\x00\x3c"+lv("phone-one")+lv("made-up")+lv("word"))), up(mqttPacket(0x30, lv("t")+"published")),
	}}, 0, map[string]string{`client_id="phone-one"`: "phone-one", `mqtt.user_name@`: "made-up"}, []string{"mqtt.password"}, `topic="t"`, 14},
	{sample{"MQTT subscribe", mqtt, 1883, []turn{
		up(mqttPacket(0x10, lv("MQTT")+"\x04\x02\x00\x3c"+lv("one"))), up(mqttPacket(0x82, "\x00\x01"+lv("home/+")+"\x00"+lv("away")+"\x01")), up(mqttPacket(0x30, lv("t")+"published")),
	}}, 1, map[string]string{`topic="home/+"`: "home/+", `topic="away"`: "away"}, nil, `topic="t"`, 2},
	{sample{"upgrade to WebSocket", http, 80, []turn{
		up("GET /chat HTTP/1.1\r\nHost: made-up.test\r\nUpgrade: websocket\r\n\r\n"),
		down("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nX-Other: value\r\n\r\n"), down("\x81\x05hello"), up(masked(0x81, "masked")),
	}}, 1, map[string]string{"101 HTTP/1.1": "Protocols\r\n"}, nil, `websocket.payload@`, len("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n")},
	{sample{"request", http, 80, []turn{
		up("POST /a?b=c HTTP/1.1\r\nHost: made-up.test\r\nContent-Length: 0\r\n\r\n"), up("GET /next HTTP/1.1\r\n\r\n"),
	}}, 0, map[string]string{"POST /a": "/a", "host=made-up.test": "test\r\n"}, nil, "GET /next", 0},
	http2Cut,
}

// http2Cut loses the end of a body. What the headers behind it build on is known.
var http2Cut = func() cutCase {
	c := newCoder()
	ask := func(stream int) string {
		return frameOf(frameHeaders, flagEndHeaders, stream, c.block(":method POST", ":path /known", ":authority plant.example"))
	}
	head, body, next := http2Preface+frameOf(frameSettings, 0, 0, settings)+ask(1), frameOf(frameData, flagEndStream, 1, "a body"), ask(3)
	after := fmt.Sprintf(`@%d ":path: /known"`, len(head)+len(body)+http2Header+1)
	return cutCase{sample{"body of HTTP/2", http2, 80, []turn{up(head), up(body), up(next)}}, 1, map[string]string{`"a b`: "a b"}, nil, after, http2Header + 1}
}()

// nameFirst is the record of a ClientHello whose first extension is the server's name.
var nameFirst = func() string {
	exts := "\x00\x00" + u16(17) + u16(15) + "\x00" + u16(12) + "made-up.test" + "\x00\x10" + u16(5) + u16(3) + "\x02h2"
	body := "\x03\x03" + strings.Repeat("r", 32) + "\x00" + u16(2) + "\x13\x01" + "\x01\x00" + u16(len(exts)) + exts
	return record(recordHandshake, "\x01\x00"+u16(len(body))+body)
}()

// TestCutOff has a packet cut off at every byte.
func TestCutOff(t *testing.T) {
	for _, c := range cutCases {
		packet := string(c.s.turns[c.turn].b)
		for n := 1; n < len(packet); n++ {
			log := strings.Join(c.s.playGap(t, c.turn, n, len(packet)-n), "\n")
			where := fmt.Sprintf("%s, cut at %d of %d", c.s.name, n, len(packet))
			for want, behind := range c.told {
				if has := strings.Contains(log, want); has != (n >= strings.Index(packet, behind)+len(behind)) {
					t.Errorf("%s: %s told: %t, in\n%s", where, want, has, log)
				}
			}
			for _, not := range c.whole {
				if strings.Contains(log, not) {
					t.Errorf("%s: %s, in\n%s", where, not, log)
				}
			}
			if n >= c.before && !strings.Contains(log, c.after) {
				t.Errorf("%s: no %s, in\n%s", where, c.after, log)
			}
		}
	}
}

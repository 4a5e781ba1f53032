package dissect

import (
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

// mqttPacket returns a packet with its length before it.
func mqttPacket(first byte, b string) string {
	n := len(b)
	if n < 128 {
		return string([]byte{first, byte(n)}) + b
	}
	return string([]byte{first, byte(n&0x7f | 0x80), byte(n >> 7)}) + b
}

func lv(s string) string { return u16(len(s)) + s }

var mqttSamples = []sample{
	{"MQTT 3.1.1", mqtt, 1883, []turn{
		up(mqttPacket(0x10, lv("MQTT")+"\x04\xc6\x00\x3c"+lv("phone-001012704839210")+lv("gone")+lv("bye")+lv("made-up")+lv("word"))),
		down(mqttPacket(0x20, "\x00\x00")),
		up(mqttPacket(0x82, "\x00\x01"+lv("home/+")+"\x00"+lv("away")+"\x01")), down(mqttPacket(0x90, "\x00\x01\x00\x01")),
		up(mqttPacket(0x32, lv("state")+"\x00\x02"+`{"imei":"001012704839210"}`)), down(mqttPacket(0x40, "\x00\x02")),
		down(mqttPacket(0x30, lv("state"))), up(mqttPacket(0x30, lv("long")+strings.Repeat("x", 900))),
		up(mqttPacket(0xc0, "")), down(mqttPacket(0xd0, "")), up(mqttPacket(0xe0, "")),
	}},
	{"MQTT 5", mqtt, 9001, []turn{
		up(mqttPacket(0x10, lv("MQTT")+"\x05\x06\x00\x3c\x05\x11\x00\x00\x00\x0a"+lv("a-client")+"\x00"+lv("will")+lv("last"))),
		down(mqttPacket(0x20, "\x00\x00\x00")), up(mqttPacket(0x30, lv("t")+"\x02\x01\x01"+"payload")), up(mqttPacket(0xa2, "\x00\x03\x00"+lv("t"))),
	}},
	{"MQTT 3.1", mqtt, 9001, []turn{up(mqttPacket(0x10, lv("MQIsdp")+"\x03\x02\x00\x3c"+lv("old")))}},
	{"MQTT that lies", mqtt, 1883, []turn{up(mqttPacket(0x10, lv("MQTT")+"\x04\xff\x00\x3c\xff\xff") + "\x00\x00")}},
}

// TestMQTTHugePacket expects a packet that no parser waits for to be no MQTT.
func TestMQTTHugePacket(t *testing.T) {
	var p mqttParser
	if _, err := p.Parse(telltale.ToServer, 0, []byte("\x10\xff\xff\xff\x7f\x00\x04MQTT"), &drain{}); err == nil {
		t.Error("waits for 256 MiB")
	}
}

package dissect

import (
	"slices"
	"strconv"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/wire"
)

// mqtt reads MQTT 3.1, 3.1.1 and 5 (OASIS). What is published is a body and
// comes in pieces; every other packet is read whole.
var mqtt = &Dissector{
	Name:  "mqtt",
	Ports: mqttPorts,
	Proto: packet.TCP,
	Probe: probeMQTT,
	New:   func(*flow.Flow) Parser { return new(mqttParser) },
}

var mqttPorts = []uint16{1883}

// The packets that are read (MQTT 5, section 2.1.2).
const (
	mqttConnect   = 1
	mqttPublish   = 3
	mqttSubscribe = 8
	mqttUnsub     = 10
	mqttAuth      = 15
)

var mqttTypes = [16]string{
	1: "connect", 2: "connack", 3: "publish", 4: "puback", 5: "pubrec", 6: "pubrel", 7: "pubcomp", 8: "subscribe",
	9: "suback", 10: "unsubscribe", 11: "unsuback", 12: "pingreq", 13: "pingresp", 14: "disconnect", 15: "auth",
}

// mqttParser reads both directions; the version stands in the first packet.
type mqttParser struct {
	dir     [2]mqttHalf
	version byte
}

type mqttHalf struct {
	half
	left  int64 // bytes to come of what is published
	torn  int64 // bytes to come of a packet that was cut off
	x     spans
	topic []byte
}

func (p *mqttParser) Parse(d telltale.Direction, at int64, b []byte, s Sink) (used int, err error) {
	h := &p.dir[d]
	for used < len(b) && err == nil {
		var n int
		if h.left > 0 {
			n = int(min(h.left, int64(len(b)-used)))
			h.body(at+int64(used), b[used:used+n], s)
			h.pass(int64(n), s)
		} else if n, err = p.packet(d, at+int64(used), b[used:], s); n == 0 {
			break
		}
		used += n
	}
	if err != nil {
		p.Close(d, s)
	}
	return used, err
}

// pass moves n bytes on in what is published.
func (h *mqttHalf) pass(n int64, s Sink) {
	if h.left -= n; h.left == 0 {
		h.end(s)
	}
}

// packet reads the packet that b begins with, or its head, and returns how
// many bytes that took; 0 where more are needed.
func (p *mqttParser) packet(d telltale.Direction, at int64, b []byte, s Sink) (int, error) {
	h := &p.dir[d]
	c := wire.New(b)
	first, length, ok := mqttHead(&c)
	switch {
	case !ok:
		return 0, errMQTT
	case !c.OK():
		return 0, nil
	}
	head := c.Off()
	end := head + length
	h.x.reset()
	h.x.fact("type", []byte(mqttTypes[first>>4]))
	body := wire.New(b[:min(end, len(b))])
	body.Seek(head)
	switch {
	case first>>4 == mqttPublish && p.publish(h, &body, first):
		end = body.Off()
	case first>>4 == mqttPublish && len(b) >= end:
		return 0, errMQTT
	case first>>4 == mqttPublish:
		return 0, tooLong(len(b))
	case len(b) < end:
		return 0, tooLong(end)
	default:
		p.whole(h, &body, first>>4)
	}
	h.begin(Message{Proto: mqtt.Name, Dir: d, Protection: telltale.Open, Start: at, BodyName: "mqtt.payload", Facts: h.x.facts}, s)
	h.x.tell(&h.half, at, b[:end], s)
	if h.left = int64(head + length - end); h.left == 0 {
		h.end(s)
	}
	return end, nil
}

// publish reads what stands before the payload, and reports whether it was
// all there.
func (p *mqttParser) publish(h *mqttHalf, c *wire.Cursor, first byte) bool {
	topic := c.Vec16()
	if first>>1&3 > 0 {
		c.U16() // packet id
	}
	if p.version == 5 {
		c.Bytes(mqttLength(c))
	}
	if !c.OK() {
		return false
	}
	h.topic = append(h.topic[:0], topic.Rest()...) // it is told when the payload has ended
	h.x.cut("mqtt.topic", topic.Off()-len(h.topic), len(h.topic))
	h.x.fact("topic", h.topic)
	return true
}

// whole reads the rest of a packet, as far as it has come.
func (p *mqttParser) whole(h *mqttHalf, c *wire.Cursor, typ byte) {
	switch typ {
	case mqttConnect:
		p.connect(h, c)
	case mqttSubscribe, mqttUnsub:
		c.U16() // packet id
		if p.version == 5 {
			c.Bytes(mqttLength(c))
		}
		for c.Len() > 0 {
			if topic := c.Vec16(); c.OK() {
				h.x.mark("mqtt.topic", topic)
			}
			if typ == mqttSubscribe {
				c.U8() // options
			}
		}
	}
}

// connect reads who connects (section 3.1).
func (p *mqttParser) connect(h *mqttHalf, c *wire.Cursor) {
	c.Vec16() // name of the protocol
	version, flags := c.U8(), c.U8()
	c.U16() // keep alive
	five := version == 5
	if five {
		c.Bytes(mqttLength(c))
	}
	text := func(name string) {
		if v := c.Vec16(); c.OK() && name != "" {
			h.x.mark(name, v)
		}
	}
	if c.OK() {
		p.version = version
		h.x.fact("version", strconv.AppendUint(nil, uint64(version), 10))
	}
	text("mqtt.client_id")
	if flags&0x04 != 0 {
		if five {
			c.Bytes(mqttLength(c))
		}
		text("mqtt.will_topic")
		text("mqtt.will")
	}
	if flags&0x80 != 0 {
		text("mqtt.user_name")
	}
	if v := c.Vec16(); flags&0x40 != 0 && v.OK() {
		h.x.cut("mqtt.password", v.Off(), v.Len())
	}
}

// Gap goes on by the count inside what is published.
func (p *mqttParser) Gap(d telltale.Direction, _, n int64, s Sink) bool {
	h := &p.dir[d]
	if torn := h.torn; torn > 0 {
		h.torn = 0
		return n == torn
	}
	if n > h.left {
		p.Close(d, s)
		return false
	}
	h.lack()
	h.pass(n, s)
	return true
}

func (p *mqttParser) Close(d telltale.Direction, s Sink) {
	h := &p.dir[d]
	h.cut(s)
	h.left, h.torn = 0, 0
}

// Cut implements [Cutter]: the fields of a packet that came before its end was cut off
// are read.
func (p *mqttParser) Cut(d telltale.Direction, at int64, b []byte, s Sink) (used int) {
	h := &p.dir[d]
	c := wire.New(b)
	first, length, ok := mqttHead(&c)
	typ := first >> 4
	if !ok || !c.OK() || h.left > 0 || length <= c.Len() || typ != mqttConnect && typ != mqttSubscribe && typ != mqttUnsub {
		return 0
	}
	left := int64(length - c.Len())
	h.x.reset()
	h.x.fact("type", []byte(mqttTypes[typ]))
	p.whole(h, &c, typ)
	h.begin(Message{Proto: mqtt.Name, Dir: d, Protection: telltale.Open, Start: at, Facts: h.x.facts}, s)
	h.x.tell(&h.half, at, b, s)
	h.cut(s)
	h.torn = left
	return len(b)
}

// mqttHead reads a fixed header (section 2.1); ok is false for what is none.
func mqttHead(c *wire.Cursor) (first byte, length int, ok bool) {
	first = c.U8()
	length = mqttLength(c)
	flags := first & 15
	switch first >> 4 {
	case mqttPublish:
		ok = true // 3 is no quality of service, and sent all the same
	case 6, mqttSubscribe, mqttUnsub:
		ok = flags == 2
	case 0:
	default:
		ok = flags == 0
	}
	return first, length, (ok || !c.OK() && c.Off() == 0) && length >= 0
}

// mqttLength reads a length of one to four bytes (section 1.5.5), -1 where it
// is longer.
func mqttLength(c *wire.Cursor) int {
	n := 0
	for i := range 4 {
		x := c.U8()
		n |= int(x&0x7f) << (7 * i)
		if x < 0x80 {
			return n
		}
	}
	return -1
}

// probeMQTT knows a client's first packet by the protocol's name; at its port
// a sound header is enough.
func probeMQTT(_ telltale.Direction, b []byte, port uint16) Verdict {
	c := wire.New(b)
	first, length, ok := mqttHead(&c)
	switch {
	case !ok || len(b) > 0 && first>>4 == mqttAuth:
		return No
	case !c.OK():
		return maybeIf(len(b) == 0 || first>>4 == mqttConnect || slices.Contains(mqttPorts, port))
	case first>>4 != mqttConnect:
		return yesIf(slices.Contains(mqttPorts, port))
	case length < 10:
		return No
	}
	name := c.Rest()
	return max(isPrefix(name, "\x00\x04MQTT"), isPrefix(name, "\x00\x06MQIsdp"))
}

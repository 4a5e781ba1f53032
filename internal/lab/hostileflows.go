package lab

import (
	"encoding/binary"

	"github.com/telltale-audit/telltale"
)

// hostileFlows are floods of conversations.
var hostileFlows = []*Hostile{
	{"syn", "TCP handshakes that nobody answers", 8000, 1_000_000, "half_open_flows_evicted", each(loneSYN)},
	{"udp", "datagrams between ever other ports", 8000, 1_000_000, "datagram_flows_evicted", each(loneDatagram)},
	{"echo", "datagrams between ever other ports, and an answer to each", 4000, 300_000, "datagram_flows_evicted", each(echo)},
	{"streams", "TCP connections of a handshake and one request that never end", 5000, 100_000, "stream_flows_evicted", each(unended)},
	{"resets", "TCP connections that are reset at once", 4000, 500_000, "", each(reset)},
	{"names", "names asked for, and answered", 4000, 300_000, "", each(lookUpOften)},
}

// ports appends two ports, the first of which is no service's.
func (s *scene) ports() []byte { return binary.BigEndian.AppendUint32(nil, s.rng.Uint32()|1<<31) }

// tcp captures a segment without options, RFC 9293 3.1.
func (s *scene) tcp(from, to Host, ports []byte, seq, ack uint32, flags uint8, payload string) {
	b := append(make([]byte, 0, 20+len(payload)), ports...)
	b = binary.BigEndian.AppendUint32(b, seq)
	b = binary.BigEndian.AppendUint32(b, ack)
	b = append(b, 5<<4, flags, 0x04, 0, 0, 0, 0, 0)
	s.put(s.now, from, to, protoTCP, append(b, payload...), 16)
}

// udp captures a datagram, RFC 768.
func (s *scene) udp(from, to Host, ports []byte, payload string) {
	b := append(make([]byte, 0, 8+len(payload)), ports...)
	b = binary.BigEndian.AppendUint16(b, 8+uint16(len(payload)))
	s.put(s.now, from, to, protoUDP, append(append(b, 0, 0), payload...), 6)
}

// turned returns ports as the other side names them.
func turned(ports []byte) []byte { return append(append([]byte(nil), ports[2:]...), ports[:2]...) }

func loneSYN(s *scene, _ int) {
	s.tcp(s.either(), hostileServer, s.ports(), s.rng.Uint32(), 0, flagSYN, "")
}

func loneDatagram(s *scene, _ int) {
	s.udp(s.either(), hostileServer, s.ports(), "noise of a flood")
}

func echo(s *scene, _ int) {
	from, ports := s.either(), s.ports()
	s.udp(from, hostileServer, ports, "noise of a flood")
	s.udp(hostileServer, from, turned(ports), "and its echo")
}

func unended(s *scene, _ int) {
	from, ports, seq := s.either(), s.ports(), s.rng.Uint32()
	s.tcp(from, hostileServer, ports, seq, 0, flagSYN, "")
	s.tcp(hostileServer, from, turned(ports), seq/2, seq+1, flagSYN|flagACK, "")
	s.tcp(from, hostileServer, ports, seq+1, seq/2+1, flagACK, "POST / HTTP/1.1\r\nHost: flood.example\r\nContent-Length: 99999\r\n\r\nnoise")
}

func reset(s *scene, _ int) {
	from, ports, seq := s.either(), s.ports(), s.rng.Uint32()
	s.tcp(from, hostileServer, ports, seq, 0, flagSYN, "")
	s.tcp(hostileServer, from, turned(ports), 0, seq+1, flagRST|flagACK, "")
}

// lookUpOften asks for a name of its own, at the address of which the genuine
// server might be.
func lookUpOften(s *scene, i int) {
	from, ports := s.either(), s.ports()
	ports[2], ports[3] = 0, 53
	name := digits(12, s.rng) + ".flood.example"
	query := DNSQuery(uint16(i), name, rrtypeOf(hostileServer.Addr))
	s.udp(from, hostileServer, ports, string(query))
	s.udp(hostileServer, from, turned(ports), string(DNSAnswer(query, s.stranger().Addr, 300)))
}

// A conversation that a hostile capture holds goes to the genuine server.
func (s *scene) conn(how Carriage) *Conn {
	return s.Conn(s.now, hostilePhone, hostileServer, 80, how)
}

// hold opens a connection, in which say speaks.
func (s *scene) hold(how Carriage, say func(c *Conn)) {
	c := s.conn(how)
	c.Open()
	say(c)
	s.now = c.Now()
}

// post says one request with a body.
func (s *scene) post(body []byte, headers ...string) {
	headers = append([]string{"Host: flood.example", contentLength(body)}, headers...)
	s.hold(Carriage{}, func(c *Conn) {
		c.Send(telltale.ToServer, HTTP("POST / HTTP/1.1", headers, body))
		c.Close(telltale.ToServer)
	})
}

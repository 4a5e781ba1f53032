package lab

import "strings"

// hostileAll fills every table at once.
var hostileAll = []*Hostile{
	{"everything", "turns of all that fills a table: flows of every class, holes, parts, heads and bodies", 8000, 600_000, "stream_flows_evicted", each(everything)},
}

// everything has a turn of each flood, from anywhere and from the genuine phone.
func everything(s *scene, i int) {
	turns := []func(*scene, int){loneSYN, loneDatagram, echo, unended, behindHole, fragment, longHead, packed, copies}
	turns[i%len(turns)](s, i)
}

// say opens a connection from either side's crowd and says something in it.
func (s *scene) say(after uint32, says ...string) {
	from, ports, seq := s.either(), s.ports(), s.rng.Uint32()
	s.tcp(from, hostileServer, ports, seq, 0, flagSYN, "")
	s.tcp(hostileServer, from, turned(ports), seq/2, seq+1, flagSYN|flagACK, "")
	for _, text := range says {
		s.tcp(from, hostileServer, ports, seq+1+after, seq/2+1, flagACK, text)
	}
}

// behindHole says what waits for bytes that never come.
func behindHole(s *scene, _ int) { s.say(1, strings.Repeat("x", 1300)) }

// longHead says a head that does not end.
func longHead(s *scene, _ int) {
	s.say(0, "GET / HTTP/1.1\r\nHost: flood.example\r\nX: "+strings.Repeat("x", 1300))
}

// packed begins a compressed body, which is held until it is whole.
func packed(s *scene, _ int) {
	noise := make([]byte, 1100)
	for i := range noise {
		noise[i] = byte(s.rng.Uint32())
	}
	s.say(0, "POST / HTTP/1.1\r\nHost: flood.example\r\nContent-Encoding: gzip\r\nContent-Length: 99999\r\n\r\n\x1f\x8b\x08"+string(noise))
}

// copies says the same bytes twice, differently.
func copies(s *scene, _ int) {
	s.say(0, strings.Repeat("a", 700), strings.Repeat("b", 700))
}

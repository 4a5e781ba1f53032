package lab

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// hostileValues fill what an audit keeps to its end.
var hostileValues = []*Hostile{
	{"values", "made-up IMEIs, ever other ones, 50 in a request", 0, 300_000, "identifiers_beyond_bound", values},
	{"paths", "requests for ever other paths, each with an IMEI", 0, 30_000, "sends_beyond_bound", each(path)},
	{"devices", "phones with ever other hardware addresses", 0, 100_000, "devices_beyond_bound", each(strangeDevice)},
	{"hosts", "requests to ever other hosts", 0, 100_000, "destinations_beyond_bound", each(strangeHost)},
}

func values(s *scene, n int) {
	for i := 0; i < n; i += 50 {
		var list []string
		for range min(50, n-i) {
			list = append(list, madeIMEI(s.rng))
		}
		s.post([]byte("imei=" + strings.Join(list, "&imei=")))
		s.turn(i)
	}
}

func path(s *scene, i int) {
	s.request(s.ports(), "GET /"+strconv.Itoa(i)+"?imei="+madeIMEI(s.rng)+" HTTP/1.1\r\nHost: flood.example\r\n\r\n")
}

func strangeHost(s *scene, i int) {
	s.request(s.ports(), "GET / HTTP/1.1\r\nHost: host"+strconv.Itoa(i)+".example\r\n\r\n")
}

// request says a request in a connection of its own, and ends it.
func (s *scene) request(ports []byte, text string) {
	ports[2], ports[3] = 0, 80
	seq := s.rng.Uint32()
	s.tcp(hostilePhone, hostileServer, ports, seq, 0, flagSYN, "")
	s.tcp(hostilePhone, hostileServer, ports, seq+1, 0, flagACK, text)
	s.tcp(hostileServer, hostilePhone, turned(ports), 0, seq+1+uint32(len(text)), flagRST|flagACK, "")
}

func strangeDevice(s *scene, i int) {
	from := hostilePhone
	binary.BigEndian.PutUint32(from.MAC[2:], uint32(i))
	s.udp(from, hostileServer, s.ports(), "hello")
}

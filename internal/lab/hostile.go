package lab

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/packet"
)

// A Hostile is a capture made to exhaust whoever reads it. One genuine
// connection in it tells an IMEI, at random places of the capture.
type Hostile struct {
	Name  string
	About string // what there are n of
	Small int    // n of a size for tests in passing, 0 where nothing shows below the whole size
	Full  int    // n of the whole size
	Names string // the rule, reason or count under which coverage tells of it; "" where all is read
	play  func(s *scene, n int)
}

// Hostiles lists every sort.
var Hostiles = slices.Concat(hostileFlows, hostileStreams, hostilePackets, hostileBombs, hostileNests, hostileValues, hostileAll)

// Write writes a pcapng file with n of what the capture is made of, and
// returns the IMEI that its genuine connection tells. The same seed and n
// give the same bytes.
func (h *Hostile) Write(w io.Writer, seed uint64, n int) (imei string, err error) {
	comment := fmt.Sprintf("%s: hostile %s, seed %d", Marker, h.Name, seed)
	out, err := capture.NewWriter(bufio.NewWriterSize(w, 1<<20), capture.Pcapng, packet.LinkEthernet, comment)
	if err != nil {
		return "", fmt.Errorf("lab: begin the capture: %w", err)
	}
	s := &scene{Capture: NewCapture(seed), out: out, rng: rand.New(rand.NewPCG(seed, hostileStream)), now: bulkStart}
	s.forgetful = true
	imei = madeIMEI(s.rng)
	s.tell(imei, seed, n)
	h.play(s, n)
	s.turn(n)
	s.flush()
	if s.err == nil {
		s.err = out.Flush()
	}
	if s.err != nil {
		return "", fmt.Errorf("lab: write a hostile capture: %w", s.err)
	}
	return imei, nil
}

// hostileStream picks the stream of chance that a seed's scene is made from.
const hostileStream = 0xf1

// A scene is a hostile capture in the making.
type scene struct {
	*Capture
	out     *capture.Writer
	err     error
	rng     *rand.Rand
	now     int64
	genuine []*Packet // of the genuine connection, not written yet
	turns   []int     // after which part each of them comes
}

// The ends of the genuine connection.
var (
	hostilePhone  = Host{MAC: [6]byte{2, 0, 0x5e, 0x10, 0, 1}, Addr: netip.AddrFrom4([4]byte{192, 168, 7, 21})}
	hostileServer = Host{MAC: gatewayMAC, Addr: netip.AddrFrom4([4]byte{203, 0, 113, 80})}
)

// tell prepares the connection whose one request tells the IMEI, cut in the
// middle of the value, its packets spread over the n parts of the capture.
func (s *scene) tell(imei string, seed uint64, n int) {
	c := NewCapture(seed)
	conn := c.Conn(bulkStart, hostilePhone, hostileServer, 8080, Carriage{})
	body := []byte("model=Example+One&imei=" + imei)
	request := HTTP("POST /checkin HTTP/1.1", []string{"Host: api.genuine.example", contentLength(body)}, body)
	conn.Open()
	for _, cut := range [][]byte{request[:40], request[40 : len(request)-7], request[len(request)-7:]} {
		conn.Send(telltale.ToServer, cut)
	}
	conn.Send(telltale.ToClient, HTTP("HTTP/1.1 204 No Content", nil, nil))
	conn.Close(telltale.ToServer)
	s.genuine = c.Packets()
	for range s.genuine {
		s.turns = append(s.turns, s.rng.IntN(n))
	}
	slices.Sort(s.turns)
}

// turn says that part i is done: packets of the genuine connection may follow.
func (s *scene) turn(i int) {
	for len(s.genuine) > 0 && s.turns[0] <= i {
		s.genuine[0].Time = s.now
		s.packets = append(s.packets, s.genuine[0])
		s.genuine, s.turns = s.genuine[1:], s.turns[1:]
	}
	if len(s.packets) > 4096 {
		s.flush()
	}
}

// flush writes what was captured, in the order in which it was.
func (s *scene) flush() {
	for _, p := range s.packets {
		if s.err == nil {
			s.err = s.out.Write(p.Time, p.Data, "")
		}
		s.now = max(s.now, p.Time)
	}
	clear(s.packets)
	s.packets = s.packets[:0]
}

// each plays n parts, one after the other, over ten seconds.
func each(part func(s *scene, i int)) func(*scene, int) {
	return func(s *scene, n int) {
		for i := range n {
			part(s, i)
			s.turn(i)
			s.now += int64(10*time.Second) / int64(n)
		}
	}
}

// stranger returns a host from anywhere, in the range for benchmarks (RFC 2544).
func (s *scene) stranger() Host {
	x := s.rng.Uint32()
	return Host{MAC: hostilePhone.MAC, Addr: netip.AddrFrom4([4]byte{198, 18 | byte(x>>16&1), byte(x >> 8), byte(x)})}
}

// either returns the genuine phone or, half of the time, a stranger: so no
// hash of addresses keeps a flood away from the genuine connection.
func (s *scene) either() Host {
	if s.rng.Uint32()&1 == 0 {
		return s.stranger()
	}
	return hostilePhone
}

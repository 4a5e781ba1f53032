package pipeline

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/lab"
	"github.com/telltale-audit/telltale/internal/packet"
)

// dice makes choices from bytes, so that a fuzzer can make them. Where the
// bytes end every choice is the first.
type dice struct{ b []byte }

func (d *dice) roll(n int) int {
	if len(d.b) == 0 {
		return 0
	}
	v := int(d.b[0]) % n
	d.b = d.b[1:]
	return v
}

// mixture returns the packets of conversations of all sorts, carried in all
// manners, before any damage.
func mixture(d *dice) []capture.Packet {
	c := lab.NewCapture(7)
	for i := int64(0); i < 10 && len(d.b) > 0; i++ {
		talks[d.roll(len(talks))](c, d, start+i*1e6)
	}
	return framesOf(c)
}

// talks are the sorts of conversations in a mixture.
var talks = []func(*lab.Capture, *dice, int64){httpTalk, httpTalk, tlsTalk, noiseTalk, dnsTalk, datagramTalk, tunnelTalk}

// dial starts a conversation, perhaps amid it, in some manner, with some loss.
func dial(c *lab.Capture, d *dice, at int64, port uint16) *lab.Conn {
	to := server
	to.Addr = server.Addr.Next()
	how := lab.Carriage{Segment: []int{0, 1, 2, 7, 100}[d.roll(5)], Order: lab.Order(d.roll(2)), Repeat: d.roll(3)}
	conn := c.Conn(at, phone, to, port, how)
	for range d.roll(3) {
		dir, from := telltale.Direction(d.roll(2)), int64(d.roll(250))
		conn.Lose(dir, telltale.Range{Start: from, End: from + 1 + int64(d.roll(200))})
	}
	if d.roll(4) > 0 {
		conn.Open()
	}
	return conn
}

// bodies are requests of all framings.
var bodies = []func() []byte{
	func() []byte { return post(`{"imei":"` + imei + `"}`) },
	func() []byte { return post(string(lab.Gzip([]byte("imei="+imei))), "Content-Encoding: gzip") },
	func() []byte {
		return []byte("POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked("imei="+imei, 4))
	},
	func() []byte { return []byte("GET /?imei=" + imei + " HTTP/1.1\r\nHost: plant.example\r\n\r\n") },
	func() []byte { return []byte("HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET /simple\r\n") },
}

func httpTalk(c *lab.Capture, d *dice, at int64) {
	conn := dial(c, d, at, 80)
	for range 1 + d.roll(3) {
		conn.Send(telltale.ToServer, bodies[d.roll(len(bodies))]())
	}
	for range d.roll(3) {
		conn.Send(telltale.ToClient, answer("200 OK", "imei="+imei))
	}
	if d.roll(2) == 1 {
		conn.Send(telltale.ToClient, []byte("HTTP/1.0 200 OK\r\n\r\n"+filler(d.roll(200))+imei))
	}
	finish(conn, d)
}

func finish(conn *lab.Conn, d *dice) {
	switch d.roll(3) {
	case 0:
		conn.Close(telltale.ToServer)
	case 1:
		conn.Reset(telltale.ToClient)
	}
}

func tlsTalk(c *lab.Capture, d *dice, at int64) {
	conn := dial(c, d, at, 443)
	conn.TLS("plant.example", 40+d.roll(200), d.roll(200), rand.New(rand.NewPCG(1, 2)))
	finish(conn, d)
}

func noiseTalk(c *lab.Capture, d *dice, at int64) {
	conn := dial(c, d, at, 9)
	conn.Send(telltale.ToClient, []byte("220 hello\r\n"))
	conn.Send(telltale.ToServer, []byte("\x01\x02"+filler(d.roll(250))+" imei="+imei+" "))
	finish(conn, d)
}

func dnsTalk(c *lab.Capture, d *dice, at int64) {
	u := c.Datagrams(at, phone, server, 53)
	q := lab.DNSQuery(uint16(d.roll(256)), imei+".plant.example", lab.TypeA)
	u.Send(telltale.ToServer, q[:len(q)-d.roll(4)])
	u.Send(telltale.ToClient, lab.DNSAnswer(q, server.Addr, 300))
}

func datagramTalk(c *lab.Capture, d *dice, at int64) {
	u := c.Datagrams(at, phone, server, 4000)
	for range d.roll(4) {
		u.Send(telltale.Direction(d.roll(2)), []byte("\x00\x01imei="+imei+strings.Repeat(".", d.roll(9))))
	}
}

func tunnelTalk(c *lab.Capture, d *dice, at int64) {
	conn := dial(c, d, at, 8080)
	conn.Send(telltale.ToServer, []byte("CONNECT plant.example:443 HTTP/1.1\r\nHost: plant.example\r\n\r\n"))
	conn.Send(telltale.ToClient, []byte("HTTP/1.1 200 OK\r\n\r\n"))
	conn.TLS("plant.example", 40+d.roll(100), d.roll(100), rand.New(rand.NewPCG(1, 2)))
	finish(conn, d)
}

// damage drops, repeats, moves, cuts and spoils some of the packets.
func damage(d *dice, packets []capture.Packet) []capture.Packet {
	var out []capture.Packet
	for _, p := range packets {
		switch d.roll(48) {
		case 1:
			continue
		case 2:
			out = append(out, p)
		case 3:
			p.Data = p.Data[:len(p.Data)-d.roll(len(p.Data)+1)]
		case 4:
			p.Data = append([]byte(nil), p.Data...)
			p.Data[d.roll(len(p.Data))] ^= 1 << d.roll(8)
		case 5:
			p.Data = append([]byte(nil), p.Data...)
			p.Data[len(p.Data)-1] ^= 0x55
			out = append(out, p)
		case 6:
			if n := len(out); n > 0 {
				p, out[n-1] = out[n-1], p
			}
		}
		out = append(out, p)
	}
	for i := range out {
		out[i].Number = int64(i + 1)
	}
	return out
}

// noise returns bytes to make choices from.
func noise(seed uint64, n int) []byte {
	rng := rand.New(rand.NewPCG(seed, 3))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

// TestBooks holds the law on mixtures, whole and damaged.
func TestBooks(t *testing.T) {
	for seed := range uint64(60) {
		packets := mixture(&dice{noise(seed, 200)})
		whole := hear(t, packets)
		broken := hear(t, damage(&dice{noise(seed, 4096)}, packets))
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
		if seed == 0 && (len(whole.sightings()) == 0 || whole.tally.Payload.Repeated == 0 || broken.tally.Missing.Gap == 0) {
			t.Fatalf("the test tests nothing: %+v", whole.tally)
		}
	}
}

// FuzzRun has the fuzzer choose the conversations and the damage. Whatever it
// does, the books balance and two workers say what one says.
func FuzzRun(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(noise(seed, 120), noise(seed+100, 300))
	}
	f.Fuzz(func(t *testing.T, choices, harm []byte) {
		packets := damage(&dice{harm}, mixture(&dice{choices}))
		one := hear(t, packets)
		two := hearWith(t, packets, Config{Workers: 2, Messages: true}, 1)
		same(t, "two workers, a packet a batch", two.lines(true), one.lines(true))
		checkParsers(t, one.tally)
	})
}

// TestJoinedForgotten puts more packets together than a shard remembers the
// parts of: those that it forgets are counted.
func TestJoinedForgotten(t *testing.T) {
	s := newCrew(Config{Engine: engine}).workers[0].shard(0)
	const parts = 3
	remembered := int64(maxJoined)
	if n := int64(maxJoinedParts / parts); n < remembered {
		remembered = n
	}
	for i := range remembered + 1 {
		w := &packet.Whole{Packets: []int64{parts * i, parts*i + 1, parts*i + 2}}
		w.Header.Status = packet.TooDeep // goes no further
		s.join(w, parts*i)
		if n, want := s.w.tally.Suppressed[packetsForgotten], i/remembered*remembered*parts; n != want {
			t.Fatalf("%d packets put together: %d forgotten, want %d", i+1, n, want)
		}
	}
	if len(s.joined) != 1 || s.joinedParts != parts {
		t.Errorf("%d packets are remembered, of %d parts", len(s.joined), s.joinedParts)
	}
}

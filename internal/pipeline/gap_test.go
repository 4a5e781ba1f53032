package pipeline

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/lab"
)

// torn is a stream in which a range is missing: what stands before and after
// it would be the IMEI if it were joined.
type torn struct {
	name  string
	port  uint16
	bytes []byte // with the missing ones as '#'
	after bool   // what comes after is read as HTTP again
}

// tears returns a stream torn in every sort of place.
func tears() []torn {
	const left, hole, right = "imei=001012704", "####", "839210 "
	piece := left + hole + right
	next := string(post("imei=" + other))
	chunks := "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
	hello := lab.ClientHello("plant.example", rand.New(rand.NewPCG(1, 1)))
	return []torn{
		{"body", 80, []byte(string(post(piece)) + next), true},
		{"base64 body", 80, []byte(string(post("aW1laT0wMDEwMTI3M####DQ4MzkyMTA=")) + next), true},
		{"head", 80, []byte("GET /?" + piece + " HTTP/1.1\r\nHost: x\r\n\r\n" + next), true},
		{"between messages", 80, []byte(string(post(left)) + strings.Repeat("#", 300) + next), true},
		{"chunk", 80, []byte(chunks + "19\r\n" + piece + "\r\n0\r\n\r\n" + next), true},
		{"chunk size line", 80, []byte(chunks + "e\r\n" + left + "\r\n#####" + right + "\r\n0\r\n\r\n" + next), true},
		{"body that ends with the stream", 80, []byte("HTTP/1.0 200 OK\r\n\r\n" + piece + " imei=" + other + " "), false},
		{"unknown", 9, []byte("\x01\x02\x03" + piece + "imei=" + other + " "), false},
		{"TLS record", 443, append(append(hello, "\x17\x03\x03\x00\x20"+piece+"...."...), " imei="+other+" "...), false},
	}
}

// TestGapIsAWall has nothing joined across a gap, and what comes after it
// found again.
func TestGapIsAWall(t *testing.T) {
	for _, c := range tears() {
		t.Run(c.name, func(t *testing.T) {
			from, to := bytes.IndexByte(c.bytes, '#'), bytes.LastIndexByte(c.bytes, '#')+1
			h := hear(t, talk(c.port, lab.Carriage{}, func(conn *lab.Conn) {
				conn.Lose(telltale.ToServer, spread(from, to-from)[0])
				conn.Open()
				conn.Send(telltale.ToServer, c.bytes)
				conn.Close(telltale.ToServer)
			}))
			if h.tally.Missing.Gap != int64(to-from) {
				t.Fatalf("%d bytes are missing, want %d", h.tally.Missing.Gap, to-from)
			}
			s := h.only(t)
			if s.Value.Raw() != other {
				t.Errorf("found %s in %s", s.Value.Raw(), s.Field.Raw())
			}
			if c.after && !strings.HasPrefix(s.Field.Raw(), "http.body") {
				t.Errorf("HTTP was not read on: found in %s", s.Field.Raw())
			}
		})
	}
}

// TestResync loses the head of the second of four requests. After the next
// gap the direction is read as HTTP again.
func TestResync(t *testing.T) {
	one := string(post("imei=" + imei))
	stream := strings.Repeat(one, 4)
	h := hear(t, talk(80, lab.Carriage{}, func(c *lab.Conn) {
		c.Lose(telltale.ToServer, spread(len(one)+3, 20)[0])
		c.Lose(telltale.ToServer, spread(3*len(one)-9, 9)[0])
		c.Open()
		c.Send(telltale.ToServer, []byte(stream))
		c.Close(telltale.ToServer)
	}))
	var fields []string
	for _, s := range h.sightings() {
		fields = append(fields, s.Field.Raw())
	}
	if n := len(fields); n != 3 || fields[0] != fields[2] || !strings.HasPrefix(fields[2], "http.body") {
		t.Errorf("found in %q", fields)
	}
}

// TestHeadCutOff has requests whose heads go on beyond what was captured of their
// packets: the first line and the fields that are whole are told, and the value found
// in what is searched of them is theirs.
func TestHeadCutOff(t *testing.T) {
	const before = "GET /a?imei=" + imei + " HTTP/1.1\r\nHost: plant.example\r\nX-Long: "
	packets := talk(80, lab.Carriage{}, func(c *lab.Conn) {
		c.Open()
		c.Send(telltale.ToServer, []byte(before+filler(300)+"\r\n\r\n"))
		c.Send(telltale.ToClient, answer("204 No Content", ""))
		c.Send(telltale.ToServer, []byte(before+filler(300)+"\r\n\r\n"))
		c.Close(telltale.ToServer)
	})
	for i := range packets {
		packets[i].Data = packets[i].Data[:min(len(packets[i].Data), 200)]
	}
	h := hear(t, packets)
	n := 0
	for _, m := range h.messages("http") {
		if m.Dir == telltale.ToServer {
			n++
			if m.HTTP.Method.Raw() != "GET" || m.HTTP.Hostname.Raw() != "plant.example" || len(m.Sightings) != 1 || m.Sightings[0].Field.Raw() != "http.url > form:imei" {
				t.Errorf("%s %s with %d values, in %s", m.HTTP.Method.Raw(), m.HTTP.Hostname.Raw(), len(m.Sightings), m.Sightings[0].Field.Raw())
			}
		}
	}
	if n != 2 || len(h.sightings()) != 2 {
		t.Errorf("%d requests, %d values", n, len(h.sightings()))
	}
}

// TestLineCutOff has the first line of requests go on beyond what was captured, before it
// says more than that something like a request begins: they are told as far as it goes,
// and what just looks like one is not.
func TestLineCutOff(t *testing.T) {
	for first, want := range map[string]string{
		"POST /path?imei=" + imei + "&other=": "POST /path?imei=" + imei + "&other=x",
		"HELLO WORLD " + imei + " ":           "",
		"GET whatever imei=" + imei + " ":     "",
	} {
		packets := talk(80, lab.Carriage{}, func(c *lab.Conn) {
			c.Open()
			c.Send(telltale.ToServer, []byte(first+"x"+filler(200)+" HTTP/1.1\r\n\r\n"))
			c.Send(telltale.ToClient, answer("200 OK", "fine"))
			c.Close(telltale.ToServer)
		})
		for i, p := range packets {
			if at := bytes.Index(p.Data, []byte(first)); at > 0 {
				packets[i].Data = p.Data[:at+len(first)+1]
			}
		}
		h := hear(t, packets)
		var got []string
		for _, m := range h.messages("http") {
			if m.Dir == telltale.ToServer {
				got = append(got, m.HTTP.Method.Raw()+" "+m.HTTP.URL.Raw())
			}
		}
		if strings.Join(got, "") != want || len(h.sightings()) != 1 {
			t.Errorf("%q: %q, want %q; %d values", first, got, want, len(h.sightings()))
		}
		if want != "" && h.answers()[0] != "response 200 fine" {
			t.Errorf("%q: %q", first, h.answers())
		}
	}
}

// TestGapPackets has a gap inside a message: its packets are those on both
// sides.
func TestGapPackets(t *testing.T) {
	var conn *lab.Conn
	request := post(filler(6000))
	packets := talk(80, lab.Carriage{Segment: 100}, func(c *lab.Conn) {
		conn = c
		c.Lose(telltale.ToServer, telltale.Range{Start: 1000, End: 5000})
		c.Open()
		c.Send(telltale.ToServer, request)
		c.Close(telltale.ToServer)
	})
	m := hear(t, packets).messages("http")[0]
	if got, want := fmt.Sprint(m.Packets), fmt.Sprint(conn.Packets(telltale.ToServer, spread(0, len(request))[0])); got != want {
		t.Errorf("packets %s, want %s", got, want)
	}
}

package pipeline

import (
	"fmt"
	"slices"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/lab"
)

// answerCases are conversations with what becomes of the messages that carried
// identifiers, in the order they close.
var answerCases = []struct {
	name string
	want []string
	say  func(*lab.Conn)
}{
	{"answered", []string{"response 200 thanks"}, func(c *lab.Conn) {
		c.Send(telltale.ToServer, post("imei="+imei))
		c.Send(telltale.ToClient, answer("200 OK", "thanks"))
	}},
	{"without body", []string{"response 204"}, func(c *lab.Conn) {
		c.Send(telltale.ToServer, post("imei="+imei))
		c.Send(telltale.ToClient, []byte("HTTP/1.1 204 No Content\r\n\r\n"))
	}},
	{"pipelined", []string{"response 200 one", "response 200 three"}, func(c *lab.Conn) {
		c.Send(telltale.ToServer, slices.Concat(post("imei="+imei), post("nothing"), post("imei="+other)))
		c.Send(telltale.ToClient, slices.Concat(answer("200 OK", "one"), answer("200 OK", "two"), answer("200 OK", "three")))
	}},
	{"continue", []string{"response 200 done"}, func(c *lab.Conn) {
		request := post("imei="+imei, "Expect: 100-continue")
		c.Send(telltale.ToServer, request[:len(request)-20])
		c.Send(telltale.ToClient, []byte("HTTP/1.1 100 Continue\r\n\r\n"))
		c.Send(telltale.ToServer, request[len(request)-20:])
		c.Send(telltale.ToClient, answer("200 OK", "done"))
	}},
	{"compressed answer", []string{"response 200"}, func(c *lab.Conn) {
		c.Send(telltale.ToServer, post("imei="+imei))
		c.Send(telltale.ToClient, answer("200 OK", string(lab.Gzip([]byte("thanks"))), "Content-Encoding: gzip"))
	}},
	{"answer before the request", []string{"ack"}, func(c *lab.Conn) {
		c.Send(telltale.ToClient, answer("200 OK", "early"))
		c.Send(telltale.ToServer, post("imei="+imei))
	}},
	{"acknowledged", []string{"ack"}, func(c *lab.Conn) {
		c.Send(telltale.ToServer, post("imei="+imei))
	}},
	{"unknown, answered", []string{"response"}, func(c *lab.Conn) {
		c.Send(telltale.ToServer, []byte("\x00\x01imei="+imei))
		c.Send(telltale.ToClient, []byte("\x00\x02"))
	}},
	{"streams of HTTP/2 in another order", []string{"response 200", "ack"}, func(c *lab.Conn) {
		c.Send(telltale.ToServer, []byte(http2Opening))
		for i, value := range []string{imei, "none", imei} {
			c.Send(telltale.ToServer, http2Head(byte(1+2*i), true, ":method GET", ":path /", "x-imei "+value))
		}
		c.Send(telltale.ToClient, slices.Concat([]byte(http2Settings), http2Head(3, true, ":status 404"), http2Head(5, true, ":status 200")))
	}},
	{"upgrade to HTTP/2", []string{"response 200"}, func(c *lab.Conn) {
		c.Send(telltale.ToServer, post("imei="+imei, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"))
		c.Send(telltale.ToClient, []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"+http2Settings))
		c.Send(telltale.ToServer, []byte(http2Opening))
		c.Send(telltale.ToClient, http2Head(1, true, ":status 200"))
	}},
	{"answer with identifiers, then another request", []string{"response 200 two", "echo ack"}, func(c *lab.Conn) {
		c.Send(telltale.ToServer, post("nothing"))
		c.Send(telltale.ToClient, answer("200 OK", "imei="+other))
		c.Send(telltale.ToServer, post("imei="+imei))
		c.Send(telltale.ToClient, answer("200 OK", "two"))
	}},
	{"answer with identifiers", []string{"response 200 imei=" + other, "echo ack"}, func(c *lab.Conn) {
		c.Send(telltale.ToServer, post("imei="+imei))
		c.Send(telltale.ToClient, answer("200 OK", "imei="+other))
	}},
}

func TestAnswers(t *testing.T) {
	for _, c := range answerCases {
		for _, segment := range []int{0, 1, 3} {
			h := hear(t, talk(80, lab.Carriage{Segment: segment}, func(conn *lab.Conn) {
				conn.Open()
				c.say(conn)
				conn.Close(telltale.ToServer)
			}))
			if got := h.answers(); fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("%s, cut to %d: %q, want %q", c.name, segment, got, c.want)
			}
		}
	}
}

// answers returns what became of the messages that carried identifiers.
func (h *heard) answers() []string {
	var out []string
	for _, m := range h.messages("") {
		if len(m.Sightings) > 0 {
			s := m.Answered
			if m.Dir == telltale.ToClient {
				s = "echo " + s
			}
			if m.Response != "" {
				s += " " + m.Response
			}
			out = append(out, s)
		}
	}
	return out
}

// TestAnswersBehindGap has a message lost: no request gets the answer to another.
func TestAnswersBehindGap(t *testing.T) {
	request, reply := func(i int) []byte { return post(fmt.Sprint(i, " imei=", imei)) }, func(i int) []byte { return answer("200 OK", fmt.Sprint("number ", i)) }
	asks, replies := int64(len(request(0))), int64(len(reply(0)))
	for _, c := range []struct {
		name  string
		lost  telltale.Direction
		at, n int64
		piped bool
		want  []string
	}{
		{"nothing", telltale.ToClient, 0, 0, false, []string{"response 200 number 0", "response 200 number 1", "response 200 number 2", "response 200 number 3"}},
		{"an answer", telltale.ToClient, replies, replies, false, []string{"response 200 number 0", "ack", "response 200 number 2", "response 200 number 3"}},
		{"two answers", telltale.ToClient, replies, 2 * replies, false, []string{"response 200 number 0", "ack", "ack", "response 200 number 3"}},
		{"an answer in a row", telltale.ToClient, replies, replies, true, []string{"response 200 number 0", "ack", "ack", "ack"}},
		{"a request", telltale.ToServer, asks, asks, false, []string{"response 200 number 0", "ack", "ack"}},
	} {
		packets := talk(80, lab.Carriage{}, func(conn *lab.Conn) {
			if c.n > 0 {
				conn.Lose(c.lost, telltale.Range{Start: c.at, End: c.at + c.n})
			}
			conn.Open()
			for i := range 4 {
				conn.Send(telltale.ToServer, request(i))
				if !c.piped {
					conn.Send(telltale.ToClient, reply(i))
				}
			}
			if c.piped {
				for i := range 4 {
					conn.Send(telltale.ToClient, reply(i))
				}
			}
			conn.Close(telltale.ToServer)
		})
		got := hear(t, packets).answers()
		slices.Sort(got)
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s lost: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestDatagramAnswers has a datagram answered, and one that is not.
func TestDatagramAnswers(t *testing.T) {
	for _, answered := range []bool{true, false} {
		c := lab.NewCapture(1)
		u := c.Datagrams(start, phone, server, 4000)
		u.Send(telltale.ToServer, []byte("\x00imei="+imei))
		want := "none"
		if answered {
			u.Send(telltale.ToClient, []byte("\x01"))
			want = "response"
		}
		if got := hear(t, framesOf(c)).answers(); len(got) != 1 || got[0] != want {
			t.Errorf("answered %t: %q", answered, got)
		}
	}
}

// TestLateAnswers has more requests wait than may: those that waited longest
// go without their answer, and none gets that of another.
func TestLateAnswers(t *testing.T) {
	const n = maxWaiting + 3
	got := hear(t, talk(80, lab.Carriage{}, func(c *lab.Conn) {
		c.Open()
		for range n {
			c.Send(telltale.ToServer, post("imei="+imei))
		}
		for i := range n {
			c.Send(telltale.ToClient, answer("200 OK", fmt.Sprint("number ", i)))
		}
	})).answers()
	for i, a := range got {
		if want := fmt.Sprint("response 200 number ", i); i >= n-maxWaiting && a != want {
			t.Errorf("request %d: %q, want %q", i, a, want)
		}
	}
	if len(got) != n || got[0] != "ack" {
		t.Errorf("%q", got)
	}
}

// TestUnansweredFlood has a capture of one direction only, in which requests
// pile up: only so many wait, and each is told in the end.
func TestUnansweredFlood(t *testing.T) {
	const n = 3000
	packets := talk(80, lab.Carriage{}, func(c *lab.Conn) {
		c.Open()
		for range n {
			c.Send(telltale.ToServer, post("imei="+imei))
		}
	})
	src := &frames{packets: packets}
	c := newCrew(Config{Engine: engine})
	var l load
	_ = l.read(t.Context(), src, new(flow.Clock), newTally())
	c.batch(&l)
	if told := len(c.workers[0].events); told < n-maxWaiting {
		t.Errorf("%d of %d requests were told before the flow closed", told, n)
	}
	c.finish(flow.Instant{})
	h := &heard{events: c.merge()}
	if got := len(h.sightings()); got != n {
		t.Errorf("%d sightings, want %d", got, n)
	}
}

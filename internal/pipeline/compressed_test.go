package pipeline

import (
	"math/rand/v2"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/lab"
)

// incompressible returns n letters that hardly compress and hold nothing.
func incompressible(n int) string {
	const letters = "ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ!$*()_-.,;?~ "
	rng := rand.New(rand.NewPCG(4, 5))
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[rng.IntN(len(letters))]
	}
	return string(b)
}

// TestCompressed has bodies compressed with and without saying so, longer
// than a window when compressed, cut anyhow.
func TestCompressed(t *testing.T) {
	for _, size := range []int{0, 400 << 10, 2000 << 10} {
		body := string(lab.Gzip([]byte(incompressible(size) + " imei=" + imei)))
		for _, headers := range [][]string{nil, {"Content-Encoding: gzip"}} {
			for _, first := range []int{0, 1} {
				h := hear(t, talk(80, lab.Carriage{}, func(c *lab.Conn) {
					request := post(body, headers...)
					cut := len(request) - len(body) + first
					c.Open()
					c.Send(telltale.ToServer, request[:cut])
					c.Send(telltale.ToServer, request[cut:])
				}))
				if s := h.only(t); s.Form != "gzip" {
					t.Errorf("%d bytes, %v: form %q", size, headers, s.Form)
				}
				if n := len(h.tally.Payload.Skipped); n > 0 {
					t.Errorf("%d bytes, %v: %v", len(body), headers, h.tally.Payload.Skipped)
				}
			}
		}
	}
}

// TestBodyBudget has a compressed body beyond what is held: what came before
// is searched, the rest is counted.
func TestBodyBudget(t *testing.T) {
	body := string(lab.Gzip([]byte("imei=" + imei + " " + incompressible(4<<20))))
	h := hear(t, talk(80, lab.Carriage{}, func(c *lab.Conn) {
		c.Open()
		c.Send(telltale.ToServer, post(body, "Content-Encoding: gzip"))
		c.Send(telltale.ToServer, post("imei="+other))
	}))
	if n := len(h.sightings()); n != 2 {
		t.Errorf("%d sightings, want 2", n)
	}
	if got, want := h.tally.Payload.Skipped[telltale.SkipBodyBudget], int64(len(body)-maxInflate); got != want {
		t.Errorf("%d bytes beyond the budget, want %d", got, want)
	}
}

// TestTruncatedGzip has the end of a compressed body missing.
func TestTruncatedGzip(t *testing.T) {
	request := post(string(lab.Gzip([]byte("imei="+imei+" "+incompressible(5000)))), "Content-Encoding: gzip")
	h := hear(t, talk(80, lab.Carriage{}, func(c *lab.Conn) {
		c.Open()
		c.Send(telltale.ToServer, request[:len(request)-3000])
	}))
	h.only(t)
}

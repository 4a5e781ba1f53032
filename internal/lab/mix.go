package lab

import (
	"github.com/telltale-audit/telltale"
)

// mix is what phones do all day: nearly all bytes are sealed.
var mix = Bulk{
	Name: "mix", About: "what phones do all day: mostly TLS and QUIC, some DNS, and a little HTTP",
	live: 48, every: 6,
	talks: []talk{
		{60, lookUp},
		{28, seal(16<<10, 1200<<10)},
		{3, quic(16<<10, 1200<<10)},
		{9, web(2, 6, oneOf(askJSON(300, 4000), askForm(200, 1500)), oneOf(answerJSON(2000, 24000), answerJSON(2000, 24000), answerChunked(4000, 48000)))},
	},
}

// lookUp asks a resolver for a name that is a little different each time.
func lookUp(c *crowd, p *phone, at int64) turns {
	return func(func(int64) bool) {
		_, near, far := c.place(p)
		b := append(append(append([]byte(nil), c.word()...), '-'), c.word()...)
		name := string(append(append(append(b, '.'), c.word()...), ".example"...))
		u := c.capture.Datagrams(at, near, far, 53)
		query := DNSQuery(uint16(c.rng.Uint32()), name, rrtypeOf(far.Addr))
		u.Send(telltale.ToServer, query)
		u.Send(telltale.ToClient, DNSAnswer(query, far.Addr, 300))
	}
}

// seal returns a talk in TLS 1.3 in which low to high sealed bytes come down,
// in full records, and a tenth as many go up.
func seal(low, high int) func(*crowd, *phone, int64) turns {
	return func(c *crowd, p *phone, at int64) turns {
		return func(yield func(int64) bool) {
			conn, name := c.dial(p, at, 443)
			conn.Open()
			conn.greet(name, c.rng)
			conn.finish(c.rng)
			down := c.between(low, high)
			for down > 0 && yield(conn.Now()) {
				conn.Wait(c.rest())
				conn.sendSealed(telltale.ToServer, nil, min(down, recordMax)/10, c.rng)
				conn.sendSealed(telltale.ToClient, nil, min(down, recordMax), c.rng)
				down -= recordMax
			}
			conn.Close(telltale.ToServer)
		}
	}
}

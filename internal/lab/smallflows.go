package lab

import "github.com/telltale-audit/telltale"

// smallflows is hard on a flow table: a million conversations in 1.2 GB.
var smallflows = Bulk{
	Name: "smallflows", About: "as many conversations as can be: DNS, TLS handshakes and tiny HTTP",
	live: 290, every: 20,
	talks: []talk{
		{75, lookUp},
		{15, handshakeOnly},
		{10, web(1, 1, oneOf(askJSON(60, 400), askForm(60, 400)), answerJSON(100, 1200))},
	},
}

// handshakeOnly opens TLS 1.3 and closes it.
func handshakeOnly(c *crowd, p *phone, at int64) turns {
	return func(yield func(int64) bool) {
		conn, name := c.dial(p, at, 443)
		conn.Open()
		conn.greet(name, c.rng)
		if yield(conn.Now()) {
			conn.finish(c.rng)
		}
		conn.Close(telltale.ToServer)
	}
}

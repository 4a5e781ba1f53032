package lab

// gzipped is hard on inflation: all bodies are compressed.
var gzipped = Bulk{
	Name: "gzip", About: "HTTP/1.1 with JSON bodies, all of them compressed",
	live: 48, every: 6,
	talks: []talk{{1, web(3, 10, askZipped, answerZipped)}},
}

// readyBodies is how many bodies are compressed beforehand: to compress each
// body anew would take longer than all the rest.
const readyBodies = 400

func askZipped(c *crowd, p *phone, host string) []byte {
	told := c.tells(p, inGzipBody)
	if told == "" {
		return c.post(host, typeJSON, c.zipped(), zipped)
	}
	c.text = c.appendEvents(c.text[:0], c.between(2000, 8000), told)
	return c.post(host, typeJSON, c.pack(c.text), zipped)
}

func answerZipped(c *crowd, _ *phone, _ string) []byte {
	return c.ok(typeJSON, c.zipped(), zipped)
}

// zipped returns one of the ready bodies, of 4 to 64 KB when inflated.
func (c *crowd) zipped() []byte {
	for len(c.ready) < readyBodies {
		c.text = c.appendEvents(c.text[:0], c.between(4000, 64000), "")
		c.ready = append(c.ready, c.pack(c.text))
	}
	return c.ready[c.rng.IntN(len(c.ready))]
}

package pipeline

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/dissect"
)

// maxSearched is up to which stream offset TLS is looked for in a stream that
// nobody understands: whoever turns to it does so after a few words.
const maxSearched = 64 << 10

func (c *conv) rawParser() dissect.Parser {
	if c.raw == nil {
		c.raw = c.s.w.parser(dissect.Unknown, c.f)
	}
	return c.raw
}

// beRaw has the direction be read raw from here on.
func (c *conv) beRaw(h *half) {
	h.parser, h.raw, h.rawFrom = c.rawParser(), true, h.at
}

// read hands the direction's parser the bytes at the half's offset. Within
// what is read raw it looks for TLS and HTTP, which another parser then reads.
func (c *conv) read(d telltale.Direction, b []byte) (used int, err error) {
	h := &c.half[d]
	if !h.raw {
		return c.parse(h.parser, d, h.at, b)
	}
	n, v := h.find(b)
	if n > 0 {
		used, err = c.parse(h.parser, d, h.at, b[:n])
	}
	if v == dissect.Yes {
		err = dissect.ErrSwitched
	}
	return used, err
}

// find returns how much of b is read raw, and whether TLS or HTTP follows. How
// the stream was cut has no part in it.
func (h *half) find(b []byte) (n int, v dissect.Verdict) {
	from := int(max(0, h.rawFrom+1-h.at)) // at its very beginning another look would be in vain
	n, v = h.findTLS(b, from)
	if at, w := dissect.FindHTTP(b, from, n); w != dissect.No {
		return at, w
	}
	return n, v
}

// findTLS is find for TLS alone, which is not looked for far from the stream's
// beginning.
func (h *half) findTLS(b []byte, from int) (n int, v dissect.Verdict) {
	until := maxSearched - h.at // a hello has to begin before
	if until <= 0 {
		return len(b), dissect.No
	}
	n, v = dissect.FindTLS(b[:min(int64(len(b)), until+dissect.HelloHead)], from)
	if v == dissect.No || int64(n) >= until {
		return len(b), dissect.No
	}
	return n, v
}

// readRest hands the raw parser what waited for more to come: nothing does,
// and what belongs together must not be told apart.
func (c *conv) readRest(d telltale.Direction) {
	h := &c.half[d]
	if !h.raw || h.parser == nil || len(h.pending) == 0 {
		return
	}
	rest := h.pending
	used, _ := c.parse(h.parser, d, h.at, rest)
	c.settle(d)
	h.at += int64(used)
	c.wait(h, nil)
}

// readRaw searches bytes that no parser understands, as a message of their own.
func (c *conv) readRaw(d telltale.Direction, at int64, b []byte) {
	if len(b) == 0 {
		return
	}
	p := c.rawParser()
	_, _ = c.parse(p, d, at, b) // takes everything, never fails
	c.close(p, d)
}

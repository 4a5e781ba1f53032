package pipeline

import (
	"github.com/telltale-audit/telltale/internal/dissect"
	"github.com/telltale-audit/telltale/internal/flow"
)

// maxSpare is how many things of one sort a worker keeps for use again.
const maxSpare = 64

// spares keeps things whose use is over, for the memory they hold.
type spares[T any] struct{ list []T }

// take returns one, or the zero T where there is none.
func (s *spares[T]) take() (t T) {
	if n := len(s.list); n > 0 {
		t, s.list = s.list[n-1], s.list[:n-1]
	}
	return t
}

func (s *spares[T]) put(t T) {
	if len(s.list) < maxSpare {
		s.list = append(s.list, t)
	}
}

// parser returns a parser of d for flow f.
func (w *worker) parser(d *dissect.Dissector, f *flow.Flow) dissect.Parser {
	if used := w.parsers[d]; used != nil {
		if p := used.take(); p != nil {
			d.Renew(p, f)
			return p
		}
	}
	return d.New(f)
}

// lone returns the worker's parser of d, which reads a datagram of f next: most
// flows of such protocols are one question and its answer, and a parser each
// would be half of what they hold.
func (w *worker) lone(d *dissect.Dissector, f *flow.Flow) dissect.Parser {
	p := w.lones[d]
	if p == nil {
		p = d.New(f)
		w.lones[d] = p
		return p
	}
	d.Renew(p, f)
	return p
}

// spare keeps what read a flow that has ended. What a panic or a switch of
// protocols left behind is not kept: nobody knows where it stands.
func (w *worker) spare(c *conv) {
	w.spareParser(c.found, c.parser)
	w.spareParser(dissect.Unknown, c.raw)
	*c = conv{}
	w.convs.put(c)
}

func (w *worker) spareParser(d *dissect.Dissector, p dissect.Parser) {
	if p == nil || d.Renew == nil {
		return
	}
	if w.parsers[d] == nil {
		w.parsers[d] = new(spares[dissect.Parser])
	}
	w.parsers[d].put(p)
}

// Bounds of the strings that are remembered.
const (
	maxInterned   = 1 << 12
	longestIntern = 256 // bytes of one
)

// intern makes strings of bytes, the same one for the same bytes.
type intern map[string]string

func (x intern) of(b []byte) string {
	if s, ok := x[string(b)]; ok {
		return s
	}
	if len(x) >= maxInterned {
		clear(x)
	}
	s := string(b)
	if len(s) <= longestIntern {
		x[s] = s
	}
	return s
}

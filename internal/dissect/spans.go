package dissect

import (
	"strings"

	"github.com/telltale-audit/telltale/internal/wire"
)

// spans are the named runs of a message that is read whole, in their order.
// What lies between them is given under the message's own name.
type spans struct {
	list  []span
	facts []Fact
}

type span struct {
	name       string
	start, end int
}

// maxFacts bounds what a message tells of itself.
const maxFacts = 64

func (x *spans) reset() { x.list, x.facts = x.list[:0], x.facts[:0] }

// mark names all that is left of c, "mqtt.topic", and tells it as a fact,
// "topic".
func (x *spans) mark(name string, c wire.Cursor) {
	start := c.Off()
	b := c.Rest()
	x.cut(name, start, len(b))
	x.fact(name[strings.IndexByte(name, '.')+1:], b)
}

// cut names n bytes from start on and tells no fact.
func (x *spans) cut(name string, start, n int) {
	if k := len(x.list); n > 0 && (k == 0 || x.list[k-1].end <= start) {
		x.list = append(x.list, span{name, start, start + n})
	}
}

// fact tells b, unless it is empty.
func (x *spans) fact(name string, b []byte) {
	if len(b) > 0 && len(x.facts) < maxFacts {
		x.facts = append(x.facts, Fact{name, b})
	}
}

// tell gives b, all of message h.m that has come, as fields.
func (x *spans) tell(h *half, at int64, b []byte, s Sink) {
	pos := 0
	field := func(name string, end int) {
		if end > pos {
			h.field(Field{Name: name, Data: b[pos:end], At: at + int64(pos)}, s)
			pos = end
		}
	}
	for _, p := range x.list {
		field(h.m.Proto, p.start)
		field(p.name, p.end)
	}
	field(h.m.Proto, len(b))
}

package dissect

import (
	"bytes"
	"strings"

	"github.com/telltale-audit/telltale/internal/detect"
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
	namer      detect.Namer // where a key stands for it
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
		x.list = append(x.list, span{name, start, start + n, nil})
	}
}

// own copies the facts: the message goes on beyond what is lent.
func (x *spans) own() {
	for i := range x.facts {
		x.facts[i].Value = bytes.Clone(x.facts[i].Value)
	}
}

// key names n bytes from start on, for which a key stands, and tells no fact.
func (x *spans) key(k detect.Namer, start, n int) {
	before := len(x.list)
	name, _ := k.NameAt(nil, 0)
	if x.cut(name, start, n); len(x.list) > before {
		x.list[before].namer = k
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
	field := func(name string, end int, namer detect.Namer) {
		if end > pos {
			h.field(Field{Name: name, Data: b[pos:end], At: at + int64(pos), Namer: namer}, s)
			pos = end
		}
	}
	for _, p := range x.list {
		field(h.m.Proto, p.start, nil)
		field(p.name, p.end, p.namer)
	}
	field(h.m.Proto, len(b), nil)
}

package dissect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/flow"
)

var unknown = &Dissector{
	Name:  "unknown",
	Probe: func(telltale.Direction, []byte, uint16) Verdict { return Yes },
	New:   func(*flow.Flow) Parser { return new(unknownParser) },
	Renew: func(p Parser, _ *flow.Flow) { *p.(*unknownParser) = unknownParser{} },
}

// unknownParser makes one message of each run of bytes without a gap: where
// a message of the protocol ends nobody knows, and a value must not be cut.
type unknownParser [2]half

func (p *unknownParser) Parse(d telltale.Direction, at int64, b []byte, s Sink) (int, error) {
	h := &p[d]
	if len(b) == 0 {
		return 0, nil
	}
	if !h.open() {
		h.begin(Message{Proto: unknown.Name, Dir: d, Protection: telltale.UnknownProtection, Start: at, BodyName: unknown.Name}, s)
	}
	h.body(at, b, s)
	return len(b), nil
}

func (p *unknownParser) Gap(d telltale.Direction, _, _ int64, s Sink) bool {
	p[d].end(s)
	return true
}

func (p *unknownParser) Close(d telltale.Direction, s Sink) { p[d].end(s) }

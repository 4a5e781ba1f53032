package dissect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/wire"
)

// quic recognises QUIC (RFC 9000, RFC 9369) by its long header and passes all
// of it over as sealed. Its greeting can be opened by anyone, as its key is
// public; that is left to a dissector of greetings.
var quic = &Dissector{
	Name:  "quic",
	Ports: []uint16{443},
	Proto: packet.UDP,
	Probe: probeQUIC,
	New:   func(*flow.Flow) Parser { return quicParser{} },
}

const (
	quicNegotiation = 0
	quicVersion1    = 1
	quicVersion2    = 0x6b3343cf
	quicDraft29     = 0xff00001d
	quicDraft34     = 0xff000022
	quicMinInitial  = 1200 // RFC 9000, section 14.1
	quicMaxID       = 20   // RFC 9000, section 17.2
)

func probeQUIC(_ telltale.Direction, b []byte, port uint16) Verdict {
	c := wire.New(b)
	first, version := c.U8(), c.U32()
	to, from := c.Vec8(), c.Vec8()
	if !c.OK() || first&0x80 == 0 || to.Len() > quicMaxID || from.Len() > quicMaxID {
		return No
	}
	switch {
	case version == quicNegotiation:
		if port != 443 || c.Len() == 0 || c.Len()%4 != 0 {
			return No
		}
	case version == quicVersion1, version == quicVersion2, quicDraft29 <= version && version <= quicDraft34:
		if first&0x40 == 0 || port != 443 && len(b) < quicMinInitial {
			return No
		}
	default:
		return No
	}
	return Yes
}

type quicParser struct{}

func (quicParser) Parse(d telltale.Direction, at int64, b []byte, s Sink) (int, error) {
	if len(b) > 0 {
		s.Opaque(d, at, int64(len(b)), quic.Name)
	}
	return len(b), nil
}

func (quicParser) Gap(telltale.Direction, int64, int64, Sink) bool { return true }

func (quicParser) Close(telltale.Direction, Sink) {}

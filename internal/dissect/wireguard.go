package dissect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
)

// wireGuard recognises the datagrams of WireGuard (its paper, section 5.4) by
// their types and lengths, and passes them over as sealed.
var wireGuard = &Dissector{
	Name:  "wireguard",
	Ports: []uint16{51820},
	Proto: packet.UDP,
	Probe: func(_ telltale.Direction, b []byte, port uint16) Verdict {
		return yesIf(soundWireGuard(b, port == 51820))
	},
	New: func(*flow.Flow) Parser {
		return sealedParser{"wireguard", func(b []byte) bool { return soundWireGuard(b, true) }}
	},
}

// soundWireGuard reports whether b is a datagram of it: of a greeting the
// length alone speaks for it, data is taken only where home is set.
func soundWireGuard(b []byte, home bool) bool {
	if len(b) < 32 || b[1]|b[2]|b[3] != 0 {
		return false
	}
	switch b[0] {
	case 1:
		return len(b) == 148
	case 2:
		return len(b) == 92
	case 3:
		return home && len(b) == 64
	}
	return home && b[0] == 4 && len(b)%16 == 0
}

// sealedParser passes over datagrams that are sealed; others are not read.
type sealedParser struct {
	channel string
	sound   func([]byte) bool
}

func (p sealedParser) Parse(d telltale.Direction, at int64, b []byte, s Sink) (int, error) {
	if !p.sound(b) {
		return 0, errDatagram
	}
	s.Opaque(d, at, int64(len(b)), p.channel)
	return len(b), nil
}

func (sealedParser) Gap(telltale.Direction, int64, int64, Sink) bool { return true }

func (sealedParser) Close(telltale.Direction, Sink) {}

package dissect

import (
	"encoding/binary"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
)

// lateWebSocket reads WebSocket where the upgrade to it was not captured, or bytes
// were lost since. Only a client's direction is taken up: what a server sends is
// not masked, and can be searched as it is.
var lateWebSocket = &Dissector{
	Name:  "websocket",
	Proto: packet.TCP,
	Probe: func(_ telltale.Direction, b []byte, _ uint16) Verdict { return probeMasked(b) },
	New:   func(*flow.Flow) Parser { return new(lateSocket) },
	Renew: func(p Parser, _ *flow.Flow) { *p.(*lateSocket) = lateSocket{} },
}

const (
	wholeText = 0x81 // a text in one frame
	leastText = 24   // bytes of it that must print
	maxBefore = 32   // bytes of pings and pongs before it
)

// probeMasked knows a client by a text in one frame, which prints once its mask is
// taken off (RFC 6455, section 5.3).
func probeMasked(b []byte) Verdict {
	for before := 0; len(b) > 1 && (b[0] == ping || b[0] == pong); {
		size := 2 + 4 + int(b[1]&0x7f)
		if before += size; b[1]&0x80 == 0 || before > maxBefore {
			return No
		}
		b = b[min(size, len(b)):]
	}
	head := 2 + 4
	switch {
	case len(b) == 0:
		return Maybe
	case b[0] != wholeText:
		return maybeIf(len(b) == 1 && (b[0] == ping || b[0] == pong))
	case len(b) == 1:
		return Maybe
	case b[1] == 0x80|126:
		head += 2
	case b[1] < 0x80|leastText, b[1] > 0x80|126:
		return No
	}
	switch {
	case head == 8 && len(b) >= 4 && binary.BigEndian.Uint16(b[2:]) < 126: // it would stand in the first byte
		return No
	case len(b) < head:
		return Maybe
	}
	return probeText([4]byte(b[head-4:head]), b[head:])
}

// probeText expects text under a mask that makes of text what is none: else
// any text behind four bytes would do.
func probeText(mask [4]byte, b []byte) Verdict {
	if (mask[0]|mask[1]|mask[2]|mask[3])&0x80 == 0 {
		return No
	}
	for i, c := range b[:min(leastText, len(b))] {
		if c ^= mask[i&3]; (c < ' ' || c > '~') && c != '\t' && c != '\n' && c != '\r' {
			return No
		}
	}
	return max(Maybe, yesIf(len(b) >= leastText))
}

// lateSocket reads a direction from where it was recognized.
type lateSocket struct {
	webSocket
	known [2]bool
}

func (p *lateSocket) Parse(d telltale.Direction, at int64, b []byte, s Sink) (used int, err error) {
	if !p.known[d] {
		switch probeMasked(b) {
		case No:
			return 0, errFrame
		case Maybe:
			return 0, nil
		}
	}
	used, err = p.webSocket.Parse(d, at, b, s)
	p.known[d] = err == nil
	return used, err
}

func (p *lateSocket) Gap(d telltale.Direction, at, n int64, s Sink) bool {
	p.known[d] = p.known[d] && p.webSocket.Gap(d, at, n, s)
	return p.known[d]
}

func (p *lateSocket) Close(d telltale.Direction, s Sink) {
	p.webSocket.Close(d, s)
	p.known[d] = false
}

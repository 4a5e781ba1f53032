package dissect

import (
	"slices"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/flow"
	"github.com/telltale-audit/telltale/internal/packet"
	"github.com/telltale-audit/telltale/internal/wire"
)

// quic reads the greeting of QUIC (RFC 9000, RFC 9369): its first packets are
// sealed with a key that everyone can derive. All else is passed over.
var quic = &Dissector{
	Name:  "quic",
	Ports: []uint16{443},
	Proto: packet.UDP,
	Probe: probeQUIC,
	New:   func(*flow.Flow) Parser { return new(quicParser) },
}

const (
	quicNegotiation = 0
	quicVersion1    = 1
	quicVersion2    = 0x6b3343cf
	quicDraft27     = 0xff00001b
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
	case version == quicVersion1, version == quicVersion2, quicDraft27 <= version && version <= quicDraft34:
		if first&0x40 == 0 || port != 443 && len(b) < quicMinInitial {
			return No
		}
	default:
		return No
	}
	return Yes
}

// quicParser reads the two greetings of a connection.
type quicParser struct {
	half
	keys  [2]*quicKeys
	tries int // keys derived
	shake [2]quicShake
	text  []byte // of the packet that was opened
	facts [1]Fact
}

// maxQUICKeys bounds the keys that a flow's packets have derived: hostile ones
// would ask for one each.
const maxQUICKeys = 8

func (p *quicParser) Parse(d telltale.Direction, at int64, b []byte, s Sink) (int, error) {
	sealed := 0 // bytes before used that are not told of yet
	used := 0
	for used < len(b) {
		long, n := readQUIC(b[used:])
		if n == 0 {
			break
		}
		if p.reads(d, &long, b[used:used+n]) {
			p.tell(d, at+int64(used-sealed), sealed, s)
			sealed = 0
			p.initial(d, at+int64(used), n, &long, s)
		} else {
			sealed += n
		}
		used += n
	}
	p.tell(d, at+int64(used-sealed), sealed+len(b)-used, s)
	return len(b), nil
}

// tell passes over n sealed bytes.
func (p *quicParser) tell(d telltale.Direction, at int64, n int, s Sink) {
	if n > 0 {
		s.Opaque(d, at, int64(n), quic.Name)
	}
}

func (*quicParser) Gap(telltale.Direction, int64, int64, Sink) bool { return true }

func (*quicParser) Close(telltale.Direction, Sink) {}

// reads opens an Initial packet of direction d and reports whether it did.
func (p *quicParser) reads(d telltale.Direction, long *quicHead, b []byte) bool {
	if !long.initial || p.shake[d].done {
		return false
	}
	if k := p.keys[d]; k != nil && k.open(&p.text, long, b) {
		return true
	}
	if p.tries >= maxQUICKeys {
		return false
	}
	p.tries++ // the first packet, or one after a Retry, tells the key by its id
	mine, theirs := deriveQUIC(long.version, long.to)
	if !mine.open(&p.text, long, b) {
		return false
	}
	p.keys[d], p.keys[d.Reverse()] = mine, theirs
	return true
}

// initial tells of an opened packet, of n bytes at stream offset at.
func (p *quicParser) initial(d telltale.Direction, at int64, n int, long *quicHead, s Sink) {
	h := &p.shake[d]
	runs := h.frames(p.text, at+int64(long.size))
	m := Message{Proto: quic.Name, Dir: d, Protection: telltale.Open, Start: at, Opened: true}
	p.facts[0] = Fact{"version", quicVersion(long.version)}
	m.Facts = p.facts[:]
	tls, whole := h.greeting()
	if len(runs) == 1 && slices.Equal(runs[0].lies, whole.lies) {
		whole = quicRun{} // it came in this packet
	}
	m.TLS = tls
	if len(runs) > 0 {
		m.Parts = h.share(&whole)
	}
	p.begin(m, s)
	for _, r := range runs {
		p.field(r.field(), s)
	}
	if len(whole.data) > 0 {
		p.again(whole.field(), s)
	}
	p.m.Wire = int64(n)
	p.end(s)
}

// quicVersion names a version.
func quicVersion(v uint32) []byte {
	switch v {
	case quicVersion1:
		return []byte("1")
	case quicVersion2:
		return []byte("2")
	}
	return []byte{'d', 'r', 'a', 'f', 't', '-', byte('0' + v&0xff/10), byte('0' + v&0xff%10)}
}

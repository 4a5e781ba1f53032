// Package dissect turns the ordered bytes of a flow into messages. Each
// protocol is one [Dissector], chosen by what the bytes look like; a port is
// only a hint. What nobody understands is a message too, of protocol
// "unknown", with its raw bytes.
//
// Parsers hold no stream bytes: what they cannot use yet stays with the owner
// of the flow, who presents it again with more behind it. Every byte that a
// parser uses is in the Wire of exactly one message or in one Opaque run.
package dissect

import (
	"errors"
	"net/netip"
	"slices"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/detect"
	"github.com/telltale-audit/telltale/internal/flow"
)

// All lists the dissectors in the order they are asked.
var All = []*Dissector{http, http2, tls, dns, dnsTCP, socks, mqtt, smtp, imap, pop3, ftp, xmpp, supl, quic, dtls, dhcp, dhcpv6, ssdp, nbns, stun, ntp, coap, radius, ike, wireGuard, openVPN, openVPNTCP, eapol, lateWebSocket}

// Unknown takes the flows that no dissector in [All] understands.
var Unknown = unknown

// MaxWait is how many bytes of a stream a parser may leave unused while it
// waits for more. A message whose head is longer is an error.
const MaxWait = 256 << 10

// Verdict is a dissector's answer to bytes it was shown.
type Verdict uint8

// The verdicts. A dissector that said No or Yes says the same of any longer
// run that begins with those bytes.
const (
	No    Verdict = iota
	Maybe         // more bytes are needed
	Yes
)

// Dissector is one application protocol.
type Dissector struct {
	Name  string   // as in the contract's app_proto
	Ports []uint16 // of servers; a hint that breaks ties
	Proto uint8    // packet.TCP, packet.UDP or EAPOL

	// Probe judges the first bytes of a direction, or a datagram. 64 bytes are
	// enough for it, but for TLS taken up mid-stream on an unusual port and
	// DNS over TCP, which may ask for up to 19 KiB and 300 bytes.
	Probe func(d telltale.Direction, b []byte, port uint16) Verdict

	// ProbeCut judges bytes of which [Dissector.Probe] wants more, and none follow. nil:
	// it takes more to be known.
	ProbeCut func(b []byte) bool

	// New returns a parser for one flow. It has nothing to release.
	New func(f *flow.Flow) Parser

	// Renew makes a parser of this dissector, whose flow has ended, one for f:
	// as a new one, but with the memory of the old. nil: it cannot be done.
	Renew func(p Parser, f *flow.Flow)

	// Kept returns how many bytes a parser keeps of a direction from one call to the
	// next, beside those that it leaves unused. nil: next to none.
	Kept func(p Parser, d telltale.Direction) int

	// LetGo has a parser that keeps something tell it now; set if Kept is.
	LetGo func(p Parser, d telltale.Direction, s Sink)

	// Lone says that a datagram of its protocol is understood by itself: one
	// parser, renewed before each, reads those of all flows in turn.
	Lone bool
}

// Parser reads one flow, both directions. A datagram is given whole, then
// the direction is closed.
type Parser interface {
	// Parse reads b, whose first byte is at stream offset at, and returns how
	// many bytes it has done with. The rest comes again, followed by more. Work
	// is linear in the stream's length however it is cut. After an error the
	// direction is at a message's start again, and the bytes from used on are
	// not of this protocol (but see [ErrSwitched]).
	Parse(d telltale.Direction, at int64, b []byte, s Sink) (used int, err error)

	// Gap says that bytes [at, at+n) will never come; what the parser left
	// unused before them will not come again either. Where Gap returns false
	// the parser cannot go on in this direction.
	Gap(d telltale.Direction, at, n int64, s Sink) (resume bool)

	// Close ends the direction, or the datagram, and with it an open message.
	// Bytes left unused were not understood. The parser can be used again.
	Close(d telltale.Direction, s Sink)
}

// A Cutter is a parser that understands something of a message whose head was cut off.
type Cutter interface {
	// Cut says that nothing follows b, which Parse left unused, and whose first byte
	// is at stream offset at: but for a gap or the end. It returns how many bytes of b
	// it told. Gap or Close comes next.
	Cut(d telltale.Direction, at int64, b []byte, s Sink) (used int)
}

// Sink takes what a parser understands. Everything is borrowed until Parse,
// Gap or Close returns or the message ends, whichever comes first; a Message
// itself and its Encodings until it ends.
type Sink interface {
	// Begin opens a message whose head is understood.
	Begin(m *Message)
	// Field gives a contiguous run of bytes to search, or several that follow each
	// other in what they bring.
	Field(m *Message, f Field)
	// Body gives the next piece of m's body, at stream offset at. Framing
	// between pieces is left out; a piece may follow a gap.
	Body(m *Message, at int64, b []byte)
	// End closes the message: its Wire, BodyLen and Truncated are final.
	End(m *Message)
	// Opaque tells of n sealed bytes passed over, of channel "tls", "quic", "dtls", "ipsec" and the like.
	Opaque(d telltale.Direction, at, n int64, channel string)
}

// Message is one message of an application protocol. It is reused for the
// next one after End.
type Message struct {
	Proto      string // of the message; "mdns" and "llmnr" besides the dissectors' names
	Dir        telltale.Direction
	Protection telltale.Protection
	Start      int64 // stream offset of its first byte
	Wire       int64 // bytes of head, framing and body that were had
	BodyLen    int64 // bytes of the body that were had, without framing
	Rest       bool  // its body may go on from that of another message, told before by a bound
	Truncated  bool  // its end, or bytes within it, were not had
	Untold     int   // headers that were told before, and not again, by a bound

	BodyName    string   // what the body is called as a field: "http.body", "tls.handshake", "unknown"
	Encodings   []string // of the body, lower case, in the order they were applied
	ContentType string   // of the body

	// At most one is set, but for a DNS message in the body of an HTTP message, which
	// may be set when that ends. Their bytes are borrowed as those of a field are.
	HTTP *HTTP
	DNS  *DNS
	TLS  *TLS

	Facts  []Fact // besides, in the order of the wire; complete when the message ends
	GoesOn bool   // its encoding goes on from the last such message of the direction
	Opened bool   // the bytes of body and fields stand for those on the wire one by one: unmasked, or opened with a public key

	// Parts is what this message has in common with others that bring the same
	// thing in pieces, nil where it stands alone. One of them gives a field that
	// all of them brought: what was found before is not found again in it.
	Parts *Parts

	State any // the sink's own
}

// Parts is shared by messages that bring one thing in pieces, in any order.
type Parts struct {
	State any // the sink's own
}

// Field is a contiguous run of a message's bytes, or what several runs of its and
// of earlier messages make together.
type Field struct {
	Name  string       // http.head, http.trailer, http.chunk, dns.name, dns.rest, tls.sni, tls.handshake, socks
	Data  []byte       // borrowed; as long as its run on the wire, but where Wire is set
	At    int64        // stream offset of Data[0]; 0 where there are Runs
	Namer detect.Namer // finer names within Data; nil where Name is enough

	// Wire is the run on the wire that Data is read from, where those are not the
	// same bytes: every place in Data is all of it. Borrowed as Data is.
	Wire []byte
	Form string // what hides Data in Wire, "" where it stands there as it is

	Runs []Run // that Data is made of, in its order; nil: it is one, at At
}

// Run is bytes of a field that lie together in the stream.
type Run struct {
	At int64 // stream offset
	N  int
}

// Len returns how many bytes of the wire f is.
func (f *Field) Len() int {
	if f.Wire != nil {
		return len(f.Wire)
	}
	return len(f.Data)
}

// Choose asks which dissector understands b, the first bytes of direction d
// of a flow (or a datagram) over IP protocol proto, port being the server's.
// Where several say Yes the one whose port it is wins. Maybe comes with the
// dissector that needs more bytes; [Unknown] comes with No.
func Choose(proto uint8, d telltale.Direction, b []byte, port uint16) (*Dissector, Verdict) {
	best, verdict := Unknown, No
	for _, c := range atHome[home{proto, port}] { // as a rule one of them says Yes, and no other is asked
		if v := c.Probe(d, b, port); v > verdict {
			best, verdict = c, v
		}
	}
	if verdict == Yes {
		return best, verdict
	}
	for _, c := range All {
		if c.Proto != proto || c.serves(port) {
			continue
		}
		if v := c.Probe(d, b, port); v > verdict {
			best, verdict = c, v
		}
	}
	return best, verdict
}

// ChooseCut returns the dissector that understands b, the first bytes of a flow over IP
// protocol proto, though it would like more, and none follow; nil if none does.
func ChooseCut(proto uint8, b []byte) *Dissector {
	for _, c := range All {
		if c.Proto == proto && c.ProbeCut != nil && c.ProbeCut(b) {
			return c
		}
	}
	return nil
}

// A home is a port of a dissector's.
type home struct {
	proto uint8
	port  uint16
}

// atHome are the dissectors by their ports, in the order of [All].
var atHome = func() map[home][]*Dissector {
	m := map[home][]*Dissector{}
	for _, c := range All {
		for _, port := range c.Ports {
			m[home{c.Proto, port}] = append(m[home{c.Proto, port}], c)
		}
	}
	return m
}()

// serves reports whether port is one of the dissector's.
func (c *Dissector) serves(port uint16) bool {
	return slices.Contains(c.Ports, port)
}

// ErrSwitched is returned, once in each direction, where the two sides agreed
// on another protocol: what follows may be anything, the same one included,
// and is worth another [Choose].
var ErrSwitched = errors.New("the flow has switched to another protocol")

// The other errors of Parse. They say why the bytes are not of the protocol.
var (
	errHead     = errors.New("not the head of a message")
	errTooLong  = errors.New("a head longer than a parser waits for")
	errChunk    = errors.New("malformed chunk")
	errRecord   = errors.New("not a TLS record")
	errDNS      = errors.New("not a DNS message")
	errSOCKS    = errors.New("not a SOCKS message")
	errMQTT     = errors.New("not an MQTT packet")
	errDatagram = errors.New("not a datagram of the protocol")
	errFrame    = errors.New("not a WebSocket frame")
)

// HTTP is the head of an HTTP/1 message. Its slices lie in the head.
type HTTP struct {
	Method        []byte // nil: a response
	URL           []byte // the request's target as written
	Status        int    // 0: a request, or a response of HTTP/0.9
	Version       []byte // "HTTP/1.1"; nil: HTTP/0.9
	Host          []byte
	UserAgent     []byte
	ContentType   []byte
	ForwardedFor  []byte // X-Forwarded-For: for whom the sender says it asks
	ContentLength int64  // -1: not told
	Stream        uint32 // of HTTP/2: a response is to the request with its number; 0: to the oldest without one
}

// DNS is what a DNS message tells. Names are in the case of the wire, without
// the last dot; bytes that do not print stay as they are.
type DNS struct {
	Query bool
	Rcode uint8
	Name  []byte // of the first question
	Type  string // of the first question: "A", "TYPE99"
	// Questions are all of them, where there are several.
	Questions []Question
	Answers   []Answer
	// Besides are addresses that stand beside the answers: in the additional
	// section, and as hints in records of type SVCB and HTTPS.
	Besides []Answer
}

// Question is one of several that a message asks.
type Question struct {
	Name []byte
	Type string
}

// Answer is one resource record of the answer section.
type Answer struct {
	Name []byte
	Type string
	TTL  uint32     // seconds
	Data []byte     // as text; nil for types that are not shown
	Addr netip.Addr // of A and AAAA
}

// TLS is what a ClientHello or a server's flight tells in clear. A server's is
// known when its message ends.
type TLS struct {
	SNI     []byte
	Version string   // highest offered, or chosen: "TLS 1.3"
	ALPN    [][]byte // in the client's order, or the one chosen
	ECH     bool     // encrypted_client_hello was offered

	Cipher      string // chosen by the server
	Certificate []byte // the server's own, DER; nil where it is sealed

	hello    []byte // body of the ClientHello, for fingerprints
	overQUIC bool
	overDTLS bool
	ja3, ja4 string // once they were asked for
}

// Fact is one thing that a message of a small protocol tells.
type Fact struct {
	Name  string
	Value []byte // borrowed as a field's bytes are
}

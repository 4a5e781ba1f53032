package pipeline

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/flow"
)

// An Event is something that closed: a message, or a flow. Everything in it
// is owned by it and may be kept.
type Event struct {
	At   int64 // number of the packet that closed it; math.MaxInt64 at the capture's end
	Flow *FlowInfo
	seq  int

	// At most one is set; none: the flow itself closed.
	Message *Message
	Told    *Told  // in a message, before that one's own event
	Crash   *Crash // a parser of its failed, which tells nothing of the flow
}

// closing is a flow's information with the event that closes it: most flows
// leave nothing else.
type closing struct {
	FlowInfo
	event Event
}

// FlowInfo is what is known of a flow. Until the event that closes the flow,
// only ID, Key, hardware addresses, program and Start are settled.
type FlowInfo struct {
	ID             int64 // number of its first packet
	Part           uint8 // which packet of a Wi-Fi frame that was, from 0
	Reversed       bool  // its client is Dst: the other end spoke first
	Key            flow.Key
	Tunnel         *FlowInfo // that it came through; nil for most
	SrcMAC, DstMAC [6]byte
	HasMAC         bool
	Program        *capture.App // on the phone; nil where the capture does not say
	Start, End     telltale.Time
	Ended          telltale.Ended
	Packets, Bytes [2]int64 // by direction; whole packets
	AppProto       string
	Protection     telltale.Protection
	Prints         *Prints // of its ClientHello; nil where it has none, or they are not asked for
	Lookup         bool    // in it the client offers to look names up, and nothing else
	Joins          bool    // in it the client does what devices do as they join a network
	Names
}

// Prints are the fingerprints of a ClientHello.
type Prints struct{ JA3, JA4 string }

// Names are what a flow calls its server, as first told in clear: by the client
// or, Cert, by the first name in its certificate.
type Names struct{ Host, SNI, Cert string }

// Message is a message with what was found in it.
type Message struct {
	Proto       string
	Dir         telltale.Direction
	Protection  telltale.Protection
	View        telltale.View
	Time        telltale.Time // of its last packet
	Packets     telltale.Packets
	HTTP        *telltale.HTTPMessage
	DNS         *telltale.DNSMessage
	TLS         *telltale.TLSMessage
	Facts       []telltale.Fact
	Sightings   []*Sighting
	Answered    string // none, ack or response
	Response    string // short, as captured
	ContentType string
	Forwarded   telltale.Text // X-Forwarded-For
	Whole       *Whole        // its bytes; nil where they are not asked for, or were not had
	Names                     // of the flow, when the message closed
}

// Sighting is one identifier with the bytes around it.
type Sighting struct {
	telltale.Sighting        // all but ids, device and tag
	Seed              int    // index of the device file whose value it is; -1 otherwise
	Wire              []byte // as on the wire, around the value
	WireMark          telltale.Range
	WireBlank         []telltale.Range // all that sightings cover in Wire
	Decoded           []byte           // as decoded, around the value
	DecodedMark       telltale.Range
}

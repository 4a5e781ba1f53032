// Package report writes an audit for people. It knows a screen and words, no
// protocol: what it says is read off the records, and every captured string
// in it has passed a [telltale.Masker].
package report

import (
	"net/netip"

	"github.com/telltale-audit/telltale"
)

// Audit is one run as a report needs it: the records, joined by who got what.
type Audit struct {
	Info         telltale.Audit
	Inputs       []telltale.Input
	Devices      []telltale.Device
	Destinations []telltale.Destination
	Identifiers  []telltale.Identifier
	Services     []Service // that sends and contacts are known as
	Sends        []Send
	Contacts     []Contact
	Exhibit      *Exhibit // nil where nothing was sent
	Coverage     telltale.Coverage
	Start, End   telltale.Time // of the capture: first and last packet
	Joins        int           // times that a device joined a network, as far as that shows
	Packets      int64
	Bytes        int64 // size of the inputs
}

// Service is a service that is known by the form of its messages, or by its far
// end.
type Service struct {
	ID      string
	Says    string // ends "This is ..."
	Contact string // ends "It talked to ..."
	Source  string // who says so, and when
}

// Send is what one device sent to one destination in one template under one
// protection, however often: transmissions that differ only in their time.
type Send struct {
	Destination telltale.Text // the far end's name; the zero Text where only DestIP is known
	DestIP      netip.Addr
	Device      string        // device_id
	Service     string        // id of the [Service] whose form it has, or ""
	App         telltale.Text // program on the device; the zero Text where the capture does not say
	Received    bool          // the far end sent it and the device received it
	Kinds       []telltale.Kind
	Identifiers []string // identifier_id, in the order the message names them
	Count       int
	First, Last telltale.Time
	Times       []telltale.Time // at most MaxTimes, ascending
	Protection  telltale.Protection
	ReadableBy  telltale.ReadableBy
	Level       telltale.Level // of the surest sighting
	Forms       []string       // how the values were written: "plain", "base64>json"
	Answered    string         // none, ack, response
	Response    telltale.Text
	Input       int
	Packets     telltale.Packets // of one transmission, the one to look at
	FlowID      string
	Messages    []Message // its transmissions one by one, the first MaxMessages of them at most
	Spots       []Spot    // where in the first message each identifier stood
	Exhibit     *Exhibit  // bytes of the first message; nil past the sends of most consequence
}

// Message is one transmission of a [Send].
type Message struct {
	Transmission string // transmission_id
	Time         telltale.Time
	Input        int // that its first packet is in
	FlowID       string
	Packets      telltale.Packets
	Answered     string // none, ack, response
	Response     telltale.Text
}

// MaxMessages is how many transmissions a [Send] lists one by one.
const MaxMessages = 64

// Spot is where in a message an identifier stood, and how it was written.
type Spot struct {
	Identifier string // identifier_id
	Field      telltale.Text
	Form       string
	Ranges     []telltale.Range // in the stream of the direction it was sent in
	View       telltale.View
}

// MaxTimes is how many times of sending a [Send] or a [Contact] keeps.
const MaxTimes = 512

// Contact is a far end that took part in flows, whether or not an identifier
// was seen on the way to it.
type Contact struct {
	Name           telltale.Text
	DestIP         netip.Addr
	Service        string // id of the [Service] whose far end it is, or ""
	AppProto       string // http, tls, quic, dns, unknown
	Flows          int64
	Sent, Received int64 // bytes of whole packets, by the device and by the far end
	Protection     telltale.Protection
	First, Last    telltale.Time
	Times          []telltale.Time // starts of flows, at most MaxTimes, ascending
}

// Exhibit is the proof a person can check: the bytes of one transmission as
// they were on the wire and as they read when decoded.
type Exhibit struct {
	Input       int // that the first packet is in; 0 where that is not known
	Packets     telltale.Packets
	FlowID      string
	Message, Of int // this is the Message-th of Of like it, from 1
	Kind        telltale.Kind
	// Wire and Decoded are the same place in two readings, each with the same
	// identifier marked: as it was on the wire, and with all encodings undone.
	// Where nothing was encoded, Decoded has no Data. MaxExcerpt bytes of each
	// are of use.
	Wire, Decoded telltale.Excerpt
	Chain         telltale.Text // "http.body > base64 (line feed every 76) > json > $.SIM1ICCID"
	Response      telltale.Text
	Whole         *Whole // nil where its bytes were not kept
}

// Whole is a message as it crossed the network, or how it began.
type Whole struct {
	Size       int64             // bytes of the message
	Head, Body telltale.Document // Head is lines of text; neither has Data where there is none
	Bytes      bool              // Body is no text
	Encoded    bool              // parts of Body are written in an encoding
	Packed     string            // what the body, which is not shown, is compressed with: "gzip"
	PackedSize int64             // bytes of that body
	Unread     int64             // bytes of a body that is no text and, masked, would be dots
	Left       int64             // bytes of the message behind those
	Failed     bool              // by a fault of ours nothing can be shown of it
	Kept       Kept              // why nothing is shown of it
	Beyond     int64             // where the first identifier stands, if no identifier is in what is shown

	Decoded     telltale.Document // the text that it comes to; no Data where it reads as it stands
	DecodedLeft int64             // bytes of that text behind those

	Kinds, Broken []telltale.Kind // of what is marked, and of that what an end of a line parts
}

// Kept is why a whole message is kept back.
type Kept uint8

// The reasons. Words of people have no shape by which they could be masked; heads of
// HTTP/2 are written in short, by what the messages before them said.
const (
	KeptWords Kept = 1 + iota
	KeptHeads
)

// MaxExcerpt is how many bytes of each layer of an [Exhibit] are of use.
const MaxExcerpt = 96

// Style says what the screen can show.
type Style struct {
	Width   int    // columns; 0 is 100
	Color   bool   // SGR codes may be used
	ASCII   bool   // only ASCII may be used
	Command string // how this run was called, for the lines that tell what to do next
}

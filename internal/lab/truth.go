package lab

import "github.com/telltale-audit/telltale"

// Truth is what the lab knows about a capture that it made.
type Truth struct {
	Simulated bool    `json:"simulated"` // always true
	Client    string  `json:"client"`
	Seed      uint64  `json:"seed"`
	Packets   int64   `json:"packets"`
	Flows     int64   `json:"flows"`
	Sealed    int64   `json:"sealed_bytes"` // TLS application data records with their headers
	Events    []Event `json:"events"`
	Sends     []Send  `json:"sends"`
	Decoys    []Decoy `json:"decoys"`
}

// A Send is a message that carried identifiers.
type Send struct {
	Time        telltale.Time `json:"time"` // when its conversation was opened
	Cause       int           `json:"cause"`
	Destination string        `json:"destination"`
	Flow        int64         `json:"flow"` // first packet of the conversation
	Response    string        `json:"response"`
	Sightings   []Sighting    `json:"sightings"`
}

// A Sighting is an identifier in a message.
type Sighting struct {
	Kind    telltale.Kind  `json:"kind"`
	Value   string         `json:"value"`
	Form    string         `json:"form"`
	Field   string         `json:"field"`
	Range   telltale.Range `json:"range"`   // in the stream from the phone, whole letters of the encoding
	Packets []int64        `json:"packets"` // that first carried the range, ascending
}

// A Decoy is a value that looks like an identifier and is none.
type Decoy struct {
	Looks string `json:"looks"` // like what
	Value string `json:"value"`
	Where string `json:"where"` // destination and field
}

// An openSend is a Send whose packets have no numbers yet.
type openSend struct {
	Send
	conn *Conn
}

// A packetSend is a Send in one packet that has no number yet. It begins its
// flow.
type packetSend struct {
	Send
	packet *Packet
}

// resolved returns the send with its packet number.
func (p packetSend) resolved() Send {
	p.Flow = p.packet.Number
	for i := range p.Sightings {
		p.Sightings[i].Packets = []int64{p.packet.Number}
	}
	return p.Send
}

// resolved returns the send with its packet numbers.
func (o openSend) resolved() Send {
	o.Flow = o.conn.First()
	for i := range o.Sightings {
		s := &o.Sightings[i]
		s.Packets = o.conn.Packets(telltale.ToServer, s.Range)
	}
	return o.Send
}

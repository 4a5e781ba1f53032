package lab

import (
	"fmt"
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/device"
)

// An Evasion is one way to keep bytes from whoever watches: segments that the
// receiver reads otherwise than an observer might. Everything it hides was
// readable on the wire.
type Evasion struct {
	Name  string   // number and slug, as in "E10-wrong-checksum-first"
	About string   // one clause
	Hides []string // the IMEIs that are on the wire

	shots   []shot
	v6      bool
	dialled bool     // it is the receiver that opens the connection
	isn     uint32   // sequence number of the sender's SYN; 0: some
	late    int      // packets that were sent before the capture began
	deaf    bool     // the capture has not the receiver's packets
	also    []string // numbers that no segment spells out
	twin    func(frame []byte) []byte
}

// A shot is one segment of the sender, or one packet of it in parts.
type shot struct {
	at      int64 // stream offset of the data
	data    string
	flags   uint8 // PSH and ACK unless set
	ack     int64 // what it acknowledges, counted from the receiver's first byte
	sum     sumKind
	urgent  uint16
	stamp   uint32 // timestamps option, if not 0
	options string
	isn     uint32                   // sequence number of its connection's SYN, if not the first's
	header  int                      // length of the TCP header in its own words, if it lies
	lost    bool                     // it does not reach the receiver: its time to live ends before
	unseen  bool                     // the receiver gets it with the right checksum
	parts   func(ip []byte) [][]byte // what becomes of the packet on the wire
	tweak   func(segment []byte)     // changes the segment before its checksum is made
}

// sumKind says which checksum a segment has.
type sumKind uint8

const (
	rightSum sumKind = iota
	wrongSum
	halfSum // of addresses and length alone, as left for the network card
)

// The two numbers that nearly every case hides: the one in the copy that is
// sent first, and the one in the other.
var (
	firstIMEI  = NewIdentity(1).IMEI[0]
	secondIMEI = NewIdentity(1).IMEI[1]
)

// told is how a case's payload spells a number: 21 bytes.
func told(imei string) string { return "imei=" + imei + ";" }

// Both spelled out.
var first, second = told(firstIMEI), told(secondIMEI)

// hello is the handshake of the sender, which every case begins with that
// does not say otherwise.
func hello() []shot { return []shot{{at: -1, flags: flagSYN}, {flags: flagACK}} }

// after returns the handshake with shots after it.
func after(shots ...shot) []shot { return append(hello(), shots...) }

// Evasions returns every case.
func Evasions() []*Evasion {
	var all []*Evasion
	for _, list := range [][]*Evasion{plainCases(), copyCases(), endCases(), renewedCases(), overlapCases(), oddCases(), headerCases(), handshakeCases(), captureCases(), fragmentCases()} {
		all = append(all, list...)
	}
	for _, e := range all {
		e.Hides = append([]string{}, e.also...)
		for _, imei := range []string{firstIMEI, secondIMEI} {
			if e.hides(imei) && !slices.Contains(e.also, imei) {
				e.Hides = append(e.Hides, imei)
			}
		}
		slices.Sort(e.Hides)
	}
	return all
}

// hides reports whether the case means to have the number on the wire: a
// segment spells it out, or all of them do, whichever copy of a byte counts.
func (e *Evasion) hides(imei string) bool {
	early, late := map[int64]byte{}, map[int64]byte{}
	for _, s := range e.shots {
		if strings.Contains(s.data, imei) {
			return true
		}
		for i := range s.data {
			at := s.at + int64(i)
			if late[at] = s.data[i]; early[at] == 0 {
				early[at] = s.data[i]
			}
		}
	}
	return strings.Contains(inLine(early), imei) || strings.Contains(inLine(late), imei)
}

// inLine writes bytes out in the order of their offsets, holes as '?'.
func inLine(bytes map[int64]byte) string {
	const most = 256
	var b strings.Builder
	for at := range int64(most) {
		if c := bytes[at]; c != 0 {
			b.WriteByte(c)
		} else {
			b.WriteByte('?')
		}
	}
	return b.String()
}

// evasionStart is when the captures begin.
const evasionStart = int64(1547456400e9)

// Scenario returns the case as a capture, with the receiver's packets as a
// Linux socket sent them.
func (e *Evasion) Scenario() *Scenario {
	packets := e.packets(e.exchange())
	return &Scenario{
		Comment: fmt.Sprintf("%s: %s: %s", Marker, e.Name, e.About), Packets: packets, Device: evasionDevice(),
		Truth: &Truth{Simulated: true, Client: e.Name, Seed: 1, Packets: int64(len(packets)), Flows: 1, Events: []Event{}, Sends: []Send{}, Decoys: []Decoy{}},
	}
}

// packets returns what a capture between two ends sees.
func (e *Evasion) packets(x *exchange) []*Packet {
	heard := Verdicts()[e.Name].Heard
	c, at := NewCapture(1), evasionStart
	put := func(frame []byte) {
		at += 1e5
		c.packets = append(c.packets, &Packet{Time: at, Data: frame})
		if e.twin != nil {
			c.packets = append(c.packets, &Packet{Time: at + 1e4, Data: e.twin(frame)})
		}
	}
	for i := -1; i < len(e.shots); i++ {
		at += 1e6
		if i >= 0 {
			for _, ip := range x.packets(&e.shots[i]) {
				put(x.frame(ip, false))
			}
		}
		for j := 0; i+1 < len(heard) && j < len(heard[i+1]) && !e.deaf; j++ {
			put(x.frame(x.reply(heard[i+1][j]), true))
		}
	}
	c.packets = c.packets[min(e.late, len(c.packets)):]
	return c.Packets()
}

// evasionDevice is the device file of all cases.
func evasionDevice() *device.File {
	return &device.File{
		Name: deviceName, Label: "evasion",
		Values: []telltale.Value{telltale.NewValue(telltale.IMEI, firstIMEI), telltale.NewValue(telltale.IMEI, secondIMEI)},
	}
}

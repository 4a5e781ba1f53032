// Package lab makes captures with known truth: it re-enacts the incident of
// 2019 and its siblings with made-up identifiers, and builds the conversations
// that tests are made of. It opens no socket and reads no clock; the same
// options give the same bytes.
//
// A [Capture] collects packets; a [Conn] adds those of a TCP conversation, cut
// and carried as its [Carriage] says; a [Scenario] is a whole capture with the
// device file that belongs to it and the [Truth] about it. A [Bulk] is a sort
// of large capture, written as it is made.
package lab

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/device"
	"github.com/telltale-audit/telltale/internal/packet"
)

// Marker begins the comment of every capture that the lab makes, and of every
// packet in a [Scenario].
const Marker = "SIMULATED by telltale lab"

// A Client is a phone program whose traffic the lab re-enacts.
type Client struct {
	Name  string // as in --client
	About string // one sentence
	run   func(*world)
}

// Clients lists every client of the family, and the phone without one.
var Clients = []*Client{&qc2014, &qc2017, &qc2018, &mtk, &samsung, &kaios, &nordic, &xinyi, &robot, &coap, &fixed}

// Options shape a re-enactment. The zero value of a field is its default.
type Options struct {
	Carriage // of everything that is not sealed

	Client    string // of [Clients] or [Siblings]; "qc2018"
	Seed      uint64
	IPv6      bool
	MEIDHolds string // what qc2018's field MEID carries: "meid", or "imei" to make its name lie
	Server    string // what the far end of a registration does, one of [Servers]; "check-error"
	// Boots and ScreenOns are the length of the event script; if both are 0,
	// it has 3 and 12.
	Boots, ScreenOns int
	Start            telltale.Time // of the capture; 2019-01-14 09:00 UTC
}

// A Scenario is a capture, the device file that belongs to it, and the truth.
type Scenario struct {
	Comment string // of the capture and of each packet
	Packets []*Packet
	Device  *device.File
	Truth   *Truth
}

// Incident re-enacts what a phone with the given client does, in the midst of
// other traffic, while its owner switches it on and looks at it.
func Incident(o Options) (*Scenario, error) {
	o = o.withDefaults()
	client, err := o.check()
	if err != nil {
		return nil, err
	}
	w := newWorld(o)
	w.ordinary()
	client.run(w)
	return w.scenario(), nil
}

func (o Options) withDefaults() Options {
	if o.Client == "" {
		o.Client = qc2018.Name
	}
	if o.MEIDHolds == "" {
		o.MEIDHolds = "meid"
	}
	if o.Server == "" {
		o.Server = "check-error"
	}
	if o.Boots == 0 && o.ScreenOns == 0 {
		o.Boots, o.ScreenOns = 3, 12
	}
	if o.Start == 0 {
		o.Start = telltale.Time(time.Date(2019, 1, 14, 9, 0, 0, 0, time.UTC).UnixNano())
	}
	return o
}

// check returns the client that the options name, or what is wrong with them.
func (o Options) check() (*Client, error) {
	const most = 1000
	switch {
	case o.MEIDHolds != "meid" && o.MEIDHolds != "imei":
		return nil, fmt.Errorf("lab: the field MEID can hold \"meid\" or \"imei\", not %q", o.MEIDHolds)
	case !slices.Contains(Servers(), o.Server):
		return nil, fmt.Errorf("lab: no server mode %q; there are %s", o.Server, strings.Join(Servers(), ", "))
	case o.Boots < 0 || o.Boots > most || o.ScreenOns < 0 || o.ScreenOns > most:
		return nil, fmt.Errorf("lab: a script has 0 to %d boots and as many screen-ons", most)
	case o.Segment < 0 || o.Repeat < 0:
		return nil, fmt.Errorf("lab: a segment size or a repeat count below 0")
	}
	var names []string
	for _, c := range slices.Concat(Clients, Siblings) {
		if c.Name == o.Client {
			return c, nil
		}
		names = append(names, c.Name)
	}
	return nil, fmt.Errorf("lab: no client %q; there are %s", o.Client, strings.Join(names, ", "))
}

// WriteCapture writes the packets as a capture file. Only pcapng has room for
// the comment on every packet.
func (s *Scenario) WriteCapture(w io.Writer, format capture.Format) error {
	out, err := capture.NewWriter(w, format, packet.LinkEthernet, s.Comment)
	if err != nil {
		return fmt.Errorf("lab: begin the capture: %w", err)
	}
	for _, p := range s.Packets {
		if err := out.Write(p.Time, p.Data, s.Comment); err != nil {
			return fmt.Errorf("lab: write packet %d: %w", p.Number, err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("lab: end the capture: %w", err)
	}
	return nil
}

// Package capture brings packets in and out: it reads and writes pcap and
// pcapng files, and reads the same from standard input or a FIFO.
//
// A [File] reads through a window of its own straight into the caller's
// [Batch]; packets are slices of it. What is damaged in a capture never ends
// the reading: it is noted, counted, and the next whole packet is looked for.
package capture

import (
	"context"
	"fmt"

	"github.com/telltale-audit/telltale/internal/packet"
)

// A Packet is one packet as it was captured.
type Packet struct {
	Data    []byte // borrowed from the batch
	Time    int64  // nanoseconds since the Unix epoch; whatever the capture says, however absurd
	Number  int64  // from 1, per input
	WireLen int    // bytes on the wire: len(Data) or, if the capture length cut it, more
	Link    packet.Link
	// Interface numbers the interfaces of a pcapng section, 0 elsewhere.
	Interface uint32
	Comment   []byte // what the capture says of this packet; borrowed from the batch, nil for most
	App       *App   // the phone's program it belongs to; nil where the capture does not say
}

// A Batch holds packets and the bytes they lie in. Its zero value is ready;
// use one again to use its memory again.
type Batch struct {
	Packets []Packet
	buf     []byte
}

// A Source yields packets.
type Source interface {
	// Read replaces b with the next packets, at least one if its error is
	// nil. It returns io.EOF at the end, and b is then empty.
	Read(ctx context.Context, b *Batch) error
	Close() error
}

// Limits of what is read.
const (
	sniffed    = 16        // bytes that tell the format
	firstRead  = 64 << 10  // bytes of a batch's first buffer
	window     = 1 << 20   // bytes read at a time, once buffers have grown to it
	keepBuffer = 2 << 20   // a batch's buffer that grew beyond this is not kept
	maxPacket  = 16 << 20  // bytes of one packet
	sanePacket = 256 << 10 // above this a packet must also fit the file's snaplen
	maxDamage  = 64        // places of damage that are told one by one
	maxLinks   = 64        // link types that are told
)

// A Format is a capture file format that a [Writer] can write.
type Format string

// The formats. [PcapNano] is pcap with nanoseconds instead of microseconds;
// pcapng is written with nanoseconds.
const (
	Pcap     Format = "pcap"
	PcapNano Format = "pcap-nano"
	Pcapng   Format = "pcapng"
)

// A FormatError says that an input is not a capture that can be read.
type FormatError struct {
	Name string // base name of the input
	Why  string
	Hint string // what to do about it; may be empty
}

// Error returns the name and the reason.
func (e *FormatError) Error() string { return fmt.Sprintf("%s: %s", e.Name, e.Why) }

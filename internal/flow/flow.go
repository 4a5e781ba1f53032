// Package flow sorts packets into flows and puts the bytes of each direction
// in order.
//
// A [Table] takes packets and tells its [Handler] what they carry: the bytes
// of the main view, in order and without a hole that is not announced; the
// holes; and every copy that the main view does not hold. The main view is
// what a Linux socket would have read: of two copies of a byte the first one
// counts, except that a segment that is next in line wins over what was held
// from behind it, and of two that are held the one that begins earlier. What
// a receiver may have refused, such as a segment with a wrong checksum, waits
// until its bytes are acknowledged. All that was on the wire is told all the
// same, whatever sequence numbers, FIN and RST say: an auditor asks what was
// readable, not what was accepted.
//
// Every payload byte is accounted for once: the bytes given to [Table.Packet]
// are the bytes given to [Handler.Data], those given to [Handler.Alt], and
// those that [Stats] counts as repeated.
package flow

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
)

// A Flow is one two-way conversation. It is valid from [Handler.Open] until
// [Handler.Close] returns; its memory is then used for another flow.
type Flow struct {
	ID int64 // number of its first packet
	Key
	Part           uint8   // which packet of a Wi-Fi frame that was, from 0
	SrcMAC, DstMAC [6]byte // of Src and Dst in the first packet; valid iff HasMAC
	HasMAC         bool
	Whole          bool // a packet with all its headers was seen of it, see [Table.Stray]

	class       class  // these lie here because they fill what else were holes
	counted     int32  // its runs, in the table's
	tag, record uint32 // its place in the table

	Start, End     int64          // times of the first and the latest packet, ns since the Unix epoch
	Packets, Bytes [2]int64       // by direction; bytes of whole packets as on the wire
	Program        *capture.App   // that it belongs to on the phone; nil where the capture does not say
	Ended          telltale.Ended // fin or rst as soon as that is seen; never empty at Close
	App            any            // the owner's; nil at Open

	seen    int64      // until when it counts as heard
	idle    node[Flow] // in the list of its class
	streams [2]stream
}

// A Handler is told what a table's packets carry: all calls in order, all
// bytes borrowed for the length of the call. It may ask the flow for its
// packets and have it forget them, but must not call the table.
type Handler interface {
	// Open begins a flow. Its ends, ID, Start and MACs are known.
	Open(f *Flow)
	// Data is the next bytes of the main view. The first payload byte of a
	// direction has offset 0, and at is where the last Data or Gap of the
	// direction ended. All but TCP make one call a packet.
	Data(f *Flow, d telltale.Direction, at int64, b []byte)
	// Gap says that n bytes are missing from the main view: no packet of the
	// capture had them in time.
	Gap(f *Flow, d telltale.Direction, at, n int64)
	// Alt is bytes that were on the wire and that the main view does not
	// hold: a copy that differs, or bytes without a place in it.
	Alt(f *Flow, d telltale.Direction, c Copy)
	// Close ends a flow whose bytes have all been told. packet is the number
	// of the packet whose arrival closed it, math.MaxInt64 at the capture's end.
	Close(f *Flow, packet int64)
}

// A Copy is bytes that the main view does not hold, amid what a receiver that
// preferred them would have read. Only what begins before To and ends after
// From is news: all else was told before.
type Copy struct {
	Data     []byte
	From, To int   // indexes into Data
	At       int64 // offset of Data[From]; below zero before the first byte that was known
	New      int   // how many bytes of Data no call told before
	Packets  []int64
}

// Limits bound the memory of one table. Zero fields mean the defaults, which
// are a 64th of what the program may use.
type Limits struct {
	Flows  int   // flows at a time, of which each class has its share; default 4,096
	Stream int64 // bytes held for one direction until those before them come; default 1 MiB
	Hold   int64 // the same of all directions together; default 1 MiB
	Memory int64 // bytes of all flows, with what waits in them and what the owner holds for them; default 640 for each of Flows
	Recent int   // bytes of delivered data kept to compare repeated ones with; default 128 KiB
}

func (l Limits) orDefault() Limits {
	if l.Flows <= 0 {
		l.Flows = 262144 / 64
	}
	if l.Stream <= 0 {
		l.Stream = 1 << 20
	}
	if l.Hold <= 0 {
		l.Hold = 64 << 20 / 64
	}
	if l.Memory <= 0 {
		l.Memory = 640 * int64(l.Flows)
	}
	if l.Recent <= 0 {
		l.Recent = 128 << 10
	}
	return l
}

// Stats counts payload bytes and evictions. Payload = bytes given to [Handler.Data] and to
// [Handler.Alt] + Repeated, once the flows are closed.
type Stats struct {
	Payload   int64 // in the packets given to the table
	Repeated  int64 // delivered before, and not known to differ
	Unchecked int64 // of Repeated: the first copy was too long ago to compare
	Gap       int64 // missing inside streams, though in no packet's cut part
	Cut       int64 // cut off packets by the capture length

	Forgotten int64 // packets whose bytes nobody is told they supplied, for want of memory

	// Steps counts the slots, records, pieces and copies that were looked at or
	// moved: it grows with the packets, whatever is in them.
	Steps int64

	// Flows that were closed for want of room while they might have gone on.
	HalfOpen  int64 // TCP that had not carried a byte
	Datagrams int64 // not TCP
	Streams   int64 // TCP that had
}

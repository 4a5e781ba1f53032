package pipeline

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/packet"
)

// Tally accounts for every packet and payload byte of an input. In is
// counted where packets are read; the other sides of the equation are
// counted where bytes are scanned, repeated, passed over or skipped.
type Tally struct {
	Packets    telltale.PacketCoverage
	Payload    telltale.PayloadCoverage
	Missing    telltale.Missing
	Suppressed map[string]int64
	First      telltale.Time // earliest and latest packet
	Last       telltale.Time
	Bytes      int64 // of whole packets, on the wire
	Unchecked  int64 // repeated bytes whose first copy was not at hand any more
	Faults     int64 // failures of the engine outside of parsers
	Work       Work
}

// Work counts what an input took. All of it grows with the input's packets and
// bytes, whatever is in them, and a test says so: no clock is asked.
type Work struct {
	Steps    int64 // in flow tables and among fragments
	Calls    int64 // of parsers, and theirs of the sink
	Given    int64 // bytes given to parsers, or moved to be given once more
	Searched int64 // bytes given to the search
	Looked   int64 // what that took: bytes of all views of them, and tokens judged
}

func (w *Work) add(o *Work) {
	w.Steps += o.Steps
	w.Calls += o.Calls
	w.Given += o.Given
	w.Searched += o.Searched
	w.Looked += o.Looked
}

func newTally() *Tally {
	return &Tally{
		Packets:    telltale.PacketCoverage{Undecodable: map[string]int64{}},
		Payload:    telltale.PayloadCoverage{Opaque: map[string]int64{}, Skipped: map[telltale.SkipReason]int64{}},
		Suppressed: map[string]int64{},
	}
}

// packet counts a packet that was read and reports whether it, or one of those
// in its Wi-Fi frame, goes on to a flow.
func (t *Tally) packet(p *capture.Packet, h *packet.Header) bool {
	t.Packets.In++
	t.Bytes += int64(p.WireLen)
	at := telltale.Time(p.Time)
	if t.Packets.In == 1 || at < t.First {
		t.First = at
	}
	if t.Packets.In == 1 || at > t.Last {
		t.Last = at
	}
	read := t.part(h)
	if h.Aggregate() {
		for next := *h; next.Next(p.Data, &next); {
			read = t.part(&next) || read
		}
	}
	if read {
		t.Packets.Decoded++
	} else {
		t.Packets.Undecodable[h.Status.String()]++
	}
	return read && (toFlow(h) || h.Aggregate()) || broken(h)
}

// toFlow reports whether a packet belongs to a flow.
func toFlow(h *packet.Header) bool {
	return h.Status == packet.OK || h.Status == packet.Fragment && h.Version != 0 || isEAPOL(h)
}

// broken reports whether a packet is known to be of two addresses, and no more:
// its payload counts as skipped, though it is searched by itself.
func broken(h *packet.Header) bool { return h.Status == packet.Malformed && h.Version != 0 }

// part counts the payload of a packet, and reports whether it could be read.
func (t *Tally) part(h *packet.Header) bool {
	n := payload(h)
	t.Payload.In += n
	t.Missing.Snaplen += int64(h.Cut + h.Lacks)
	switch {
	case toFlow(h):
		return true
	case h.EtherType == etherTypeARP && h.Status == packet.NotIP:
		// ARP is read whole: it ties addresses to hardware on the local
		// network and carries nothing else.
		t.Payload.Scanned += n
		return true
	case h.Status == packet.SealedWiFi:
		t.Payload.Opaque["wifi"] += n
	default:
		t.Payload.Skipped[h.Status.Skip()] += n
	}
	return false
}

// suppress counts what a rule kept out.
func (t *Tally) suppress(rule string, n int64) {
	if n > 0 {
		t.Suppressed[rule] += n
	}
}

const etherTypeARP = 0x0806

// add merges what a worker or another input counted.
func (t *Tally) add(o *Tally) {
	t.Packets.In += o.Packets.In
	t.Packets.Decoded += o.Packets.Decoded
	addCounts(t.Packets.Undecodable, o.Packets.Undecodable)
	t.Payload.In += o.Payload.In
	t.Payload.Scanned += o.Payload.Scanned
	t.Payload.Repeated += o.Payload.Repeated
	addCounts(t.Payload.Opaque, o.Payload.Opaque)
	addCounts(t.Payload.Skipped, o.Payload.Skipped)
	t.Missing.Gap += o.Missing.Gap
	t.Missing.Snaplen += o.Missing.Snaplen
	addCounts(t.Suppressed, o.Suppressed)
	t.Bytes += o.Bytes
	t.Unchecked += o.Unchecked
	t.Faults += o.Faults
	t.Work.add(&o.Work)
}

// settle counts as skipped what faults of the engine left in no other count.
func (t *Tally) settle() {
	if t.Faults > 0 {
		t.Payload.Skipped[telltale.SkipParserPanic] += max(t.Payload.Balance(), 0)
	}
}

func addCounts[K comparable](dst, src map[K]int64) {
	for k, n := range src {
		dst[k] += n
	}
}

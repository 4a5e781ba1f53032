package capture

import (
	"slices"
	"strconv"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
)

// A ledger keeps what there is to say about an input, packets aside. The
// file and its cutter share it.
type ledger struct {
	input     telltale.Input
	at        int64 // offset of the window that is being cut
	simulated bool
	apps      apps
	damaged   int64 // places of damage, told or not
	skipped   int64 // bytes of records that could not be handed out
}

// damage notes that the format is broken at an offset.
func (l *ledger) damage(offset int64, reason string) {
	l.damaged++
	if l.damaged <= maxDamage {
		l.input.Damage = append(l.input.Damage, telltale.Damage{Offset: offset, Reason: reason})
		return
	}
	more := strconv.FormatInt(l.damaged-maxDamage, 10) + " more places of damage up to here"
	l.input.Damage = append(l.input.Damage[:maxDamage], telltale.Damage{Offset: offset, Reason: more})
}

// link notes a link type of the capture.
func (l *ledger) link(t packet.Link) {
	if name := t.String(); !slices.Contains(l.input.LinkTypes, name) && len(l.input.LinkTypes) < maxLinks {
		l.input.LinkTypes = append(l.input.LinkTypes, name)
	}
}

// count numbers the packets of a batch and notes their times. It mends wire
// lengths that some writers leave at 0.
func (l *ledger) count(packets []Packet) {
	first, last := l.input.First, l.input.Last
	if l.input.Packets == 0 {
		first, last = telltale.Time(packets[0].Time), telltale.Time(packets[0].Time)
	}
	for i := range packets {
		p := &packets[i]
		l.input.Packets++
		p.Number = l.input.Packets
		p.WireLen = max(p.WireLen, len(p.Data))
		first, last = min(first, telltale.Time(p.Time)), max(last, telltale.Time(p.Time))
	}
	l.input.First, l.input.Last = first, last
}

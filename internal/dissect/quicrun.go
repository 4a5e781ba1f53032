package dissect

import (
	"cmp"
	"slices"
)

// quicPiece is a piece of the handshake, of one frame.
type quicPiece struct {
	off  int
	at   int64 // stream offset
	data []byte
}

// quicRun is bytes of the handshake without a hole, of one frame or more.
type quicRun struct {
	off  int
	data []byte
	lies []Run // where they lie in the stream
}

// runsOf puts together what pieces of one packet have no hole between them. What
// came before, or came twice, is a run of its own: all of it is searched.
func runsOf(pieces []quicPiece) (runs []quicRun) {
	slices.SortStableFunc(pieces, func(a, b quicPiece) int { return cmp.Compare(a.off, b.off) })
	for _, p := range pieces {
		if k := len(runs) - 1; k < 0 || !runs[k].join(p) {
			runs = append(runs, quicRun{p.off, slices.Clip(p.data), []Run{{p.at, len(p.data)}}})
		}
	}
	return runs
}

// join appends a piece that begins where the run ends.
func (r *quicRun) join(p quicPiece) bool {
	if p.off != r.off+len(r.data) {
		return false
	}
	r.data = append(r.data, p.data...)
	r.lies = append(r.lies, Run{p.at, len(p.data)})
	return true
}

// field returns the run as a field to search.
func (r *quicRun) field() Field {
	if len(r.lies) == 1 {
		return Field{Name: "quic.crypto", Data: r.data, At: r.lies[0].At}
	}
	return Field{Name: "quic.crypto", Data: r.data, Runs: r.lies}
}

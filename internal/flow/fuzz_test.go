package flow

import (
	"math/rand/v2"
	"testing"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/oracle"
	"github.com/telltale-audit/telltale/internal/packet"
)

// mostOffset is past the last byte of a stream that [FuzzMainView] makes up.
const mostOffset = 4*255 + 64

// fixedTable is what a table and its log take however little they are given,
// in bytes: the memory for recent data above all.
const fixedTable = 1 << 20

// FuzzMainView sends segments over one connection, in any order, with copies
// that differ, and compares with the naive model. An operation has four
// bytes, direction and kind, place, length, and content, and is a segment of up
// to 63: these are its input, and the log keeps a copy of what it is told of them.
func FuzzMainView(f *testing.F) {
	f.Add(uint32(7), []byte("\x00\x00\x08\x00\x00\x08\x08\x00\x01\x00\x1f\x00\x00\x20\x08\x01\x00\x10\x10\x02\x00\x18\x08\x00"))
	f.Add(uint32(0xfffffff0), []byte("\x00\x10\x1f\x00\x00\x00\x10\x00\x00\x08\x1f\x03\x01\x01\x01\x01\x01\x00\x02\x00"))
	rng := rand.New(rand.NewPCG(5, 5))
	for range 8 {
		ops := make([]byte, 4*60)
		for i := range ops {
			ops[i] = byte(rng.Uint32())
		}
		f.Add(rng.Uint32(), ops)
	}
	f.Fuzz(func(t *testing.T, isn uint32, ops []byte) {
		ops = ops[:min(len(ops), 4*500)]
		oracle.Allocates(t, fixedTable, 16*len(ops), func() { mainView(t, isn, ops) })
	})
}

// mainView plays operations to a table and to a model of each direction.
func mainView(t *testing.T, isn uint32, ops []byte) {
	w, l := begin(t, Limits{})
	var models [2]model
	var seen [2]map[int64]map[byte]bool
	for d := range models {
		models[d] = model{main: make([]byte, mostOffset), had: make([]bool, mostOffset), from: make([]cut, mostOffset)}
		seen[d] = map[int64]map[byte]bool{}
	}
	w.flagged(link(), packet.SYN, isn, 0)
	w.flagged(turned(link()), packet.SYN|packet.ACK, isn*3, isn+1)
	for ; len(ops) >= 4; ops = ops[4:] {
		h, d, base, other := link(), telltale.ToServer, isn+1, isn*3+1
		if ops[0]&1 != 0 {
			h, d, base, other = turned(h), telltale.ToClient, other, base
		}
		at := int64(ops[1]) * int64(1+ops[0]>>1&3)
		if ops[0]&0x30 == 0x30 { // near the edge
			at = min(max(0, models[d].next+int64(int8(ops[1]))%16), mostOffset-64)
		}
		c := cut{at: at, data: content(at, int(ops[2]&63), ops[3])}
		c.end = at + int64(len(c.data))
		h.Seq, h.Ack = base+uint32(at), other
		w.send(h, c.data)
		models[d].arrive(c)
		c.note(seen[d])
	}
	o := l.only(w.table)
	for d := range models {
		compareViews(t, o, telltale.Direction(d), &models[d], seen[d])
	}
}

// note adds the bytes of a segment to those seen at each offset.
func (c cut) note(seen map[int64]map[byte]bool) {
	for i := range c.data {
		at := c.at + int64(i)
		if seen[at] == nil {
			seen[at] = map[byte]bool{}
		}
		seen[at][c.data[i]] = true
	}
}

// content is what a segment at an offset carries: what the stream holds there
// or, for few values of other, another copy from some byte on.
func content(at int64, n int, other byte) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte((at+int64(i))%23)
		if other&7 == 7 && i >= int(other>>3) {
			b[i] = 'A' + other>>3
		}
	}
	return string(b)
}

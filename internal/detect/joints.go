package detect

import (
	"math/bits"

	"github.com/telltale-audit/telltale/internal/decode"
)

// joints are the places of the joints in some blocks of a text. They are gathered
// before they are looked at, some more than there are at a time: how many a block
// has is a guess that goes wrong as a rule, and costs more than the whole look.
type joints struct {
	places [jointBlocks*64 + jointsAhead]uint32
	n      int
}

const (
	jointBlocks = 16 // are gathered from at a time
	jointsAhead = 4  // are written at a time
)

// gather takes the joints of blocks, of which the first begins at base.
func (j *joints) gather(blocks []decode.Block, base int) {
	n := 0
	for i := range blocks {
		set, first := blocks[i][decode.Joints], uint32(base+i*64)
		for last := n + bits.OnesCount64(set); ; {
			to := j.places[n : n+jointsAhead : n+jointsAhead]
			to[0], set = first+uint32(bits.TrailingZeros64(set)), set&(set-1)
			to[1], set = first+uint32(bits.TrailingZeros64(set)), set&(set-1)
			to[2], set = first+uint32(bits.TrailingZeros64(set)), set&(set-1)
			to[3], set = first+uint32(bits.TrailingZeros64(set)), set&(set-1)
			if n += jointsAhead; n >= last {
				n = last
				break
			}
		}
	}
	j.n = n
}

// scan finds the values of known keys in b, as JSON, form, header and
// assignment write them.
func (k *keyScan) scan(b []byte, blocks []decode.Block) {
	k.beside, k.keyed, k.axes, k.agents, k.open, k.prose = k.beside[:0], k.keyed[:0], k.axes[:0], k.agents[:0], stretch{}, stretch{}
	k.long, k.cut = k.long[:0], -1
	ends := &dictionary.ends
	for from := 0; from < len(blocks); from += jointBlocks {
		k.joints.gather(blocks[from:min(from+jointBlocks, len(blocks))], from*64)
		for _, place := range k.joints.places[:k.joints.n] {
			if at := int(place); b[at] != '-' && ends.mayEndAt(b, at) {
				k.at(b, at)
			}
		}
	}
}

// addresses calls found for what may be an address written with colons or hyphens:
// six pairs with the same joint between them, and not part of a longer such row.
func addresses(b []byte, blocks []decode.Block, found func(start, end int)) {
	for i := range blocks {
		row, next := blocks[i][decode.Joints], uint64(0)
		if row == 0 {
			continue
		}
		if i+1 < len(blocks) {
			next = blocks[i+1][decode.Joints]
		}
		set := row & (row>>3 | next<<61) & (row>>6 | next<<58) & (row>>9 | next<<55) & (row>>12 | next<<52)
		for ; set != 0; set &= set - 1 {
			if at := i*64 + bits.TrailingZeros64(set); b[at] != '=' {
				addressAt(b, at, found)
			}
		}
	}
}

// addressAt calls found if at is the first separator of six pairs that are not
// part of a longer such row. Whether the pairs are hexadecimal is not judged.
func addressAt(b []byte, at int, found func(start, end int)) {
	sep, start := b[at], at-2
	end := start + 17
	if start < 0 || end > len(b) || b[at+3] != sep || b[at+6] != sep || b[at+9] != sep || b[at+12] != sep {
		return
	}
	if start > 0 && (b[start-1] == sep || isWord(b[start-1])) || end < len(b) && (b[end] == sep && end+1 < len(b) && isWord(b[end+1]) || isWord(b[end])) {
		return
	}
	found(start, end)
}

package detect

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// Lengths of patterns that the filters are made for: a pattern of n bytes is
// found by windows of w bytes looked at every s bytes if n >= w+s-1.
const (
	longPattern  = 12 // window 8, every 5 bytes
	shortPattern = 6  // window 4, every 3 bytes
)

// A filter finds all occurrences of a set of patterns. It hashes a window of
// the text every few bytes and asks two bits of one 64-bit word; what passes
// is compared exactly. Almost all text is passed over without being compared.
type filter struct {
	patterns []pattern
	table    []uint64
	shift    uint   // leaves the top bits of a hash, the index into table
	mask     uint64 // of the window's bytes
	window   int
	stride   int
	exact    map[uint64][]anchor
}

// An anchor says that a window occurs in a pattern at an offset.
type anchor struct{ pattern, offset int32 }

// Table sizes in words of 64 bits. The smallest fits the first-level cache.
const (
	minTable = 1 << 12
	maxTable = 1 << 17
)

// newFilter returns a filter for patterns of at least window+stride-1 bytes,
// or nil if there is none.
func newFilter(patterns []pattern, window, stride int) *filter {
	if len(patterns) == 0 {
		return nil
	}
	// With 16 bits and more a window, less than one in 100 misses passes.
	size := min(max(minTable, 1<<bits.Len(uint(len(patterns)*stride/4))), maxTable)
	f := &filter{
		patterns: patterns,
		table:    make([]uint64, size),
		shift:    uint(64 - bits.TrailingZeros(uint(size))),
		mask:     ^uint64(0) >> (64 - 8*window),
		window:   window,
		stride:   stride,
		exact:    make(map[uint64][]anchor, len(patterns)*stride),
	}
	var padded [16]byte
	for i, p := range patterns {
		for off := range stride {
			clear(padded[:])
			copy(padded[:], p.text[off:off+window])
			w := binary.LittleEndian.Uint64(padded[:])
			h := hash(w)
			f.table[h>>f.shift] |= 1<<(h>>41&63) | 1<<(h>>35&63) // below the bits that choose the word
			f.exact[w] = append(f.exact[w], anchor{int32(i), int32(off)})
		}
	}
	return f
}

func hash(w uint64) uint64 { return w * 0x9E3779B97F4A7C15 }

// find calls found for each occurrence of a pattern in b.
func (f *filter) find(b []byte, found func(p *pattern, start int)) {
	if f == nil {
		return
	}
	table, shift, mask, stride := f.table, f.shift, f.mask, f.stride
	i := 0
	for ; i <= len(b)-8; i += stride {
		w := binary.LittleEndian.Uint64(b[i:i+8]) & mask
		h := hash(w)
		word := table[h>>(shift&63)] // here and below, &63 spares a test
		if (word>>(h>>41&63))&(word>>(h>>35&63))&1 != 0 {
			f.verify(b, i, w, found)
		}
	}
	var padded [16]byte // windows shorter than 8 bytes may still lie behind
	for ; i+f.window <= len(b); i += stride {
		clear(padded[:])
		copy(padded[:], b[i:i+f.window])
		f.verify(b, i, binary.LittleEndian.Uint64(padded[:]), found)
	}
}

// verify compares b with the patterns that have window w, which stands at i.
func (f *filter) verify(b []byte, i int, w uint64, found func(p *pattern, start int)) {
	for _, a := range f.exact[w] {
		start := i - int(a.offset)
		p := &f.patterns[a.pattern]
		if start >= 0 && bytes.HasPrefix(b[start:], p.text) {
			found(p, start)
		}
	}
}

// isBinary reports whether b holds control characters that text never does.
func isBinary(b []byte) bool {
	const each, high = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		if (w-each*9)&^w&high != 0 {
			return true
		}
	}
	for ; i < len(b); i++ {
		if b[i] < 9 {
			return true
		}
	}
	return false
}

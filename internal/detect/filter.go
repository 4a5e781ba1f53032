package detect

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// Lengths of patterns, in bytes: shorter ones than shortPattern are not
// searched; those from longPattern on share the fast filter, but for what is shorter
// than freePattern and in binary data alone. Text shorter than that must stand at
// the bounds of words.
const (
	shortPattern = 6
	longPattern  = 10
	freePattern  = 12
)

// sampling returns how many bytes a filter's windows have and how far apart
// they are, for patterns of at least n bytes, which is at least shortPattern:
// each holds a whole window.
func sampling(n int) (window, stride int) {
	window = min(n-2, wordSize)
	switch {
	case n >= freePattern:
		window = min(n-6, wordSize)
	case n >= 8:
		window = min(n-4, wordSize)
	}
	return window, n - window + 1
}

// A filter finds all occurrences of a set of patterns. It hashes a window of
// the text every few bytes and asks three bits of one 64-bit word; what passes
// is compared exactly. Almost all text is passed over without being compared.
type filter struct {
	patterns []pattern
	table    []uint64 // as many words as a power of 2
	mask     uint64   // of the window's bytes
	window   int
	stride   int
	chains   []int32  // the first anchor of the windows with one hash; as many as a power of 2
	anchors  []anchor // the one at 0 is none
}

// An anchor says that a window occurs in a pattern at an offset, and which
// anchor of the same hash is next. Windows themselves are not kept: what the
// hash lets pass is compared with the pattern, which lies far off, if the tag, more
// of the hash, is the same.
type anchor struct {
	pattern, next int32
	offset, tag   uint16
}

// Table sizes in words of 64 bits. The smallest fits the first-level cache.
const (
	minTable = 1 << 12
	maxTable = 1 << 17
)

// newFilter returns a filter for patterns of at least shortPattern bytes, or
// nil if there is none.
func newFilter(patterns []pattern) *filter {
	if len(patterns) == 0 {
		return nil
	}
	order := longestFirst(patterns) // of those that begin alike, the longest are found first
	window, stride := sampling(len(patterns[order[len(order)-1]].text))
	windows := len(patterns) * stride
	// With 16 bits and more a window, about one in 200 misses passes.
	size := min(max(minTable, 1<<bits.Len(uint(windows/4))), maxTable)
	f := &filter{
		patterns: patterns,
		table:    make([]uint64, size),
		mask:     ^uint64(0) >> (64 - 8*window),
		window:   window,
		stride:   stride,
		chains:   make([]int32, 1<<bits.Len(uint(windows))),
		anchors:  make([]anchor, 1, 1+windows),
	}
	for _, i := range slices.Backward(order) { // each goes before those of its window
		for off := range stride {
			f.note(i, uint16(off), patterns[i].text[off:])
		}
	}
	return f
}

// longestFirst returns the places of the patterns by their length; equally long
// ones stay as they are.
func longestFirst(patterns []pattern) []int32 {
	longest := 0
	for i := range patterns {
		longest = max(longest, len(patterns[i].text))
	}
	next := make([]int32, longest+2) // where the next pattern goes that is shorter than the longest by so much
	for i := range patterns {
		next[longest-len(patterns[i].text)+1]++
	}
	for i := range longest + 1 {
		next[i+1] += next[i]
	}
	order := make([]int32, len(patterns))
	for i := range patterns {
		n := &next[longest-len(patterns[i].text)]
		order[*n] = int32(i)
		*n++
	}
	return order
}

// note adds the window that text begins with, which lies in a pattern at off.
func (f *filter) note(pattern int32, off uint16, text string) {
	var b [wordSize]byte
	if len(text) >= wordSize {
		copy(b[:], text[:wordSize]) // of known length, which is quicker
	} else {
		copy(b[:], text)
	}
	h := hash(binary.LittleEndian.Uint64(b[:]) & f.mask)
	f.table[h>>wordAt&uint64(len(f.table)-1)] |= noted(h) | fourth(h)
	chain := f.chain(h)
	f.anchors = append(f.anchors, anchor{pattern, *chain, off, tagOf(h)})
	*chain = int32(len(f.anchors) - 1)
}

// windowOf returns the window that b begins with; b need not be longer.
func (f *filter) windowOf(b []byte) uint64 {
	if len(b) >= wordSize {
		return binary.LittleEndian.Uint64(b) & f.mask
	}
	var padded [wordSize]byte
	copy(padded[:], b[:f.window])
	return binary.LittleEndian.Uint64(padded[:])
}

// chain returns the chain of anchors for a window of hash h.
func (f *filter) chain(h uint64) *int32 { return &f.chains[h>>chainAt&uint64(len(f.chains)-1)] }

// hash returns where a window is noted in the table: three bits of one word. The
// parts of it are behind the shifts below.
func hash(w uint64) uint64 { return w * 0x9E3779B97F4A7C15 }

// noted returns the three bits of a window of hash h.
func noted(h uint64) uint64 { return threeBits[h>>bitsAt] }

// fourth returns one more bit of the same word. There are few ways to choose three
// bits: that other patterns have just these is seen here, before memory is fetched
// to compare.
func fourth(h uint64) uint64 { return 1 << (h >> fourthAt % 64) }

// threeBits has 256 ways to choose three bits of a word.
var threeBits = func() (t [256]uint64) {
	for i := range t {
		h := hash(hash(uint64(i)+1) >> 7)
		t[i] = 1<<(h>>58) | 1<<(h>>52&63) | 1<<(h>>46&63)
	}
	return t
}()

const (
	bitsAt  = 56
	wordAt  = 39
	chainAt = 36
	tagAt   = 20

	fourthAt = 30
)

// tagOf returns what an anchor keeps of a hash.
func tagOf(h uint64) uint16 { return uint16(h >> tagAt) }

// find calls found for each occurrence of a pattern in b.
func (f *filter) find(b []byte, found func(p *pattern, start int)) {
	if f == nil {
		return
	}
	table, words, mask, stride := f.table, uint64(len(f.table)-1), f.mask, f.stride
	i := 0
	for ; i <= len(b)-wordSize; i += stride {
		w := binary.LittleEndian.Uint64(b[i:i+wordSize]) & mask
		h := hash(w)
		if bits := noted(h); table[h>>wordAt&words]&bits == bits { // one guess: each bit by itself would be guessed wrong often
			f.verify(b, i, h, found)
		}
	}
	for ; i+f.window <= len(b); i += stride { // windows shorter than a word may still lie behind
		h := hash(f.windowOf(b[i:]))
		if bits := noted(h); table[h>>wordAt&words]&bits == bits {
			f.verify(b, i, h, found)
		}
	}
}

// verify compares b with the patterns that may have the window at i, whose hash
// is h.
func (f *filter) verify(b []byte, i int, h uint64, found func(p *pattern, start int)) {
	if f.table[h>>wordAt&uint64(len(f.table)-1)]&fourth(h) == 0 {
		return
	}
	for next := *f.chain(h); next != 0; {
		a := &f.anchors[next]
		next = a.next
		if a.tag != tagOf(h) {
			continue
		}
		start := i - int(a.offset)
		p := &f.patterns[a.pattern]
		if start >= 0 && start+len(p.text) <= len(b) && string(b[start:start+len(p.text)]) == p.text {
			found(p, start)
		}
	}
}

// A word has wordSize bytes; eachByte has 1 in each.
const (
	wordSize = 8
	eachByte = 0x0101010101010101
)

package telltale

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

// Sizes of what a [Masker] remembers.
const (
	shownTexts = 1 << 11 // a power of two
	shownBytes = 64      // of a text; longer ones come back too seldom
)

// shown remembers how texts are shown: the name of a host is told with every flow
// to it, and judging it takes ten times as long as finding it here. Goroutines may
// share it; where two texts have one place, the later has it.
type shown struct {
	seed  maphash.Seed
	texts [shownTexts]atomic.Pointer[shownText]
}

type shownText struct{ raw, shown string }

func newShown() *shown { return &shown{seed: maphash.MakeSeed()} }

// of returns how raw is shown: as it was, or else as show says. What is no single
// word is no name, and seldom comes back.
func (s *shown) of(raw string, show func(raw string) string) string {
	if len(raw) > shownBytes || strings.IndexByte(raw, ' ') >= 0 {
		return show(raw)
	}
	place := &s.texts[maphash.String(s.seed, raw)%shownTexts]
	if t := place.Load(); t != nil && t.raw == raw {
		return t.shown
	}
	t := &shownText{raw: strings.Clone(raw)} // raw may lie in much that need not be kept
	t.shown = show(t.raw)
	place.Store(t)
	return t.shown
}

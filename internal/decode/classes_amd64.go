//go:build !purego

package decode

import "golang.org/x/sys/cpu"

// classifyAVX2 sets out to the Blocks of as many times 64 bytes, and returns their
// Marks, to be put together of 8 bytes.
//
//go:noescape
func classifyAVX2(out *uint64, b *byte, blocks int) uint64

// classifyWhole is classifyPlain, at least one block.
func classifyWhole(blocks []Block, b []byte) Marks {
	if !cpu.X86.HasAVX2 {
		return classifyPlain(blocks, b)
	}
	b = b[:len(blocks)*blockLen]
	marks := classifyAVX2(&blocks[0][0], &b[0], len(blocks))
	marks |= marks >> 32
	marks |= marks >> 16
	return Marks(marks | marks>>8)
}

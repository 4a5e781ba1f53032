//go:build !purego

package decode

import "golang.org/x/sys/cpu"

// classifyAVX2 sets out to the Blocks of as many times 64 bytes.
//
//go:noescape
func classifyAVX2(out *uint64, b *byte, blocks int)

// classifyWhole is classifyPlain, at least one block.
func classifyWhole(blocks []Block, b []byte) {
	if !cpu.X86.HasAVX2 {
		classifyPlain(blocks, b)
		return
	}
	b = b[:len(blocks)*blockLen]
	classifyAVX2(&blocks[0][0], &b[0], len(blocks))
}

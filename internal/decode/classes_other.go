//go:build !amd64 || purego

package decode

// classifyWhole is classifyPlain.
func classifyWhole(blocks []Block, b []byte) Marks { return classifyPlain(blocks, b) }

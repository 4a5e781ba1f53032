package numbering

import _ "embed"

// Makers of network hardware by the first three bytes of its addresses: the
// large blocks (MA-L) of the IEEE.
//
//go:embed oui.txt
var makersText string

// Maker returns who the IEEE gave the block of m to, or "" where m was made up
// or its block is shared out in smaller ones.
func (m MAC) Maker() string {
	if m.Local() || m.Multicast() {
		return ""
	}
	var room [6]byte
	for i, b := range m[:3] {
		room[2*i], room[2*i+1] = "0123456789ABCDEF"[b>>4], "0123456789ABCDEF"[b&15]
	}
	return lookup(makersText, string(room[:]))
}

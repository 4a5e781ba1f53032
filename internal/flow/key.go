package flow

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/packet"
)

// A Key names a flow by its two ends. Src opened it, or seems to have.
type Key struct {
	Src, Dst         packet.Addr
	SrcPort, DstPort uint16 // 0 unless Proto is TCP or UDP
	Proto            uint8
	Depth            uint8  // how many tunnels it came through: a tunnel may lie in its like
	Carrier          uint32 // which ones: addresses inside mean nothing outside
}

// reverse returns k as the other side sends it.
func (k *Key) reverse() Key {
	return Key{Src: k.Dst, Dst: k.Src, SrcPort: k.DstPort, DstPort: k.SrcPort, Proto: k.Proto, Depth: k.Depth, Carrier: k.Carrier}
}

// set makes k the key of a packet, its sender as Src.
func (k *Key) set(h *packet.Header) {
	k.Src, k.Dst = h.Src, h.Dst
	k.Proto, k.Depth, k.Carrier = h.Proto, h.Depth, h.Carrier
	if h.Proto == packet.TCP || h.Proto == packet.UDP {
		k.SrcPort, k.DstPort = h.SrcPort, h.DstPort
	}
}

// has reports whether a packet of key p is of the flow of key k, and which way it goes.
func (k *Key) has(p *Key) (d telltale.Direction, ok bool) {
	if k.Proto != p.Proto || k.Depth != p.Depth || k.Carrier != p.Carrier {
		return 0, false
	}
	switch {
	case k.SrcPort == p.SrcPort && k.DstPort == p.DstPort && k.Src == p.Src && k.Dst == p.Dst:
		return telltale.ToServer, true
	case k.SrcPort == p.DstPort && k.DstPort == p.SrcPort && k.Src == p.Dst && k.Dst == p.Src:
		return telltale.ToClient, true
	}
	return 0, false
}

// tag hashes a flow's ends and tunnels, the same from either side. The seed keeps an
// outsider from choosing flows that collide.
func (t *Table) tag(k *Key) uint32 {
	var b [42]byte
	order := bytes.Compare(k.Src[:], k.Dst[:])
	if order < 0 || order == 0 && k.SrcPort <= k.DstPort {
		copy(b[:16], k.Src[:])
		copy(b[16:32], k.Dst[:])
		binary.BigEndian.PutUint32(b[32:], uint32(k.SrcPort)<<16|uint32(k.DstPort))
	} else {
		copy(b[:16], k.Dst[:])
		copy(b[16:32], k.Src[:])
		binary.BigEndian.PutUint32(b[32:], uint32(k.DstPort)<<16|uint32(k.SrcPort))
	}
	b[36], b[37] = k.Proto, k.Depth
	binary.BigEndian.PutUint32(b[38:], k.Carrier)
	return uint32(maphash.Bytes(t.seed, b[:]))
}

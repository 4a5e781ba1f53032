package pipeline

import (
	"encoding/binary"
	"hash/maphash"
	"slices"

	"github.com/telltale-audit/telltale/internal/capture"
	"github.com/telltale-audit/telltale/internal/packet"
)

// Bounds within which a packet is known for one that was captured before.
const (
	twinSets   = 32                 // a power of two
	twinWays   = 4                  // packets that are remembered in each set, the latest
	twinPlaces = 3                  // where one of them may have been captured
	twinWait   = uint64(100e6)      // ns until it is captured elsewhere
	twinThere  = twinWait / 100     // and at the same place, as by a mirrored port
	twinHop    = uint64(1)          // routers between places
	primeTwin  = 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio
)

// twins knows packets again that were captured at several places: on all
// interfaces of one host, on both sides of a bridge or router, at a mirrored
// port. Such a packet is one packet.
//
// All of it from the IP header on is the same, but for what a hop changes. A
// program that says the same once more makes another packet of that: with
// another IPv4 id or, where there is none, seen at a place where this one was
// seen already. So where everything is captured twice, and something is said
// three times, it is counted three times.
type twins struct {
	seed  maphash.Seed
	sets  [twinSets]twinSet
	known [twinSets][twinWays]twin
}

// A twinSet says which packets a set knows. It is apart from what is known of
// them, which is touched only if one comes again.
type twinSet struct {
	tags   [twinWays]uint32 // part of each one's hash
	oldest uint8
}

// A twin is a packet that was captured once at least.
type twin struct {
	hash   uint64 // of what stays the same
	time   int64  // of the first capture, ns
	places [twinPlaces]uint32
	count  uint8 // of places; 0: there is no packet
	ttl    uint8
}

// again reports whether a packet was captured before.
func (t *twins) again(h *packet.Header, p *capture.Packet) bool {
	said := p.Data[h.PayloadStart:max(h.PayloadEnd, h.SurplusEnd)]
	hash, at := t.hash(h, said), placeOf(h, p)
	i := setOf(h, said)
	set, known := &t.sets[i], &t.known[i]
	for n := range uint8(twinWays) {
		way := (set.oldest + n) % twinWays
		if set.tags[way] != uint32(hash) {
			continue
		}
		if w := &known[way]; w.hash == hash && w.count > 0 && w.near(h, p) {
			if w.at(at) {
				if h.PacketID() != 0 && apart(p.Time, w.time) <= twinThere {
					return true
				}
			} else if w.count < twinPlaces {
				w.places[w.count] = at
				w.count++
				return true
			}
		}
	}
	set.tags[set.oldest] = uint32(hash)
	known[set.oldest] = twin{hash: hash, time: p.Time, places: [twinPlaces]uint32{at}, count: 1, ttl: h.TTL}
	set.oldest = (set.oldest + 1) % twinWays
	return false
}

// near reports whether a packet came soon enough after w, from not too far.
func (w *twin) near(h *packet.Header, p *capture.Packet) bool {
	return apart(p.Time, w.time) <= twinWait && apart(int64(h.TTL), int64(w.ttl)) <= twinHop
}

// at reports whether w was captured at a place.
func (w *twin) at(place uint32) bool { return slices.Contains(w.places[:w.count], place) }

// hash returns the hash of what all captures of a packet have in common. That
// of all but TCP has every byte in it, and a seed: what has the same one is not
// looked at. The bytes of TCP are compared in their stream.
func (t *twins) hash(h *packet.Header, said []byte) uint64 {
	x := uint64(h.PacketID())<<32 | uint64(h.SrcPort)<<16 | uint64(h.DstPort)
	if h.Proto == packet.TCP && h.Status == packet.OK {
		x = (x ^ uint64(h.Seq)<<32 ^ uint64(h.Ack)) * primeTwin
		x = (x ^ x>>29 ^ uint64(h.Flags)<<48 ^ uint64(h.Window)<<32 ^ uint64(h.PayloadEnd-h.PayloadStart)) * primeTwin
		return (x ^ x>>31 ^ binary.LittleEndian.Uint64(h.Src[8:]) ^ uint64(h.Stamp)) * primeTwin
	}
	var head [60]byte
	copy(head[:], h.Src[:])
	copy(head[16:], h.Dst[:])
	binary.LittleEndian.PutUint64(head[32:], x)
	binary.LittleEndian.PutUint64(head[40:], uint64(h.FragOffset))
	binary.LittleEndian.PutUint32(head[48:], uint32(h.Cut))
	binary.LittleEndian.PutUint32(head[52:], uint32(h.PayloadEnd-h.PayloadStart))
	head[56], head[57], head[58] = h.Proto, byte(h.Status), h.Part
	if h.FragMore {
		head[59] = 1
	}
	x = maphash.Bytes(t.seed, head[:])
	return (x^x>>31)*primeTwin ^ maphash.Bytes(t.seed, said)
}

// setOf chooses the set of a packet. It has no seed: which packets are forgotten
// must not change from run to run.
func setOf(h *packet.Header, said []byte) int {
	x := uint64(h.PacketID())<<32 ^ uint64(h.SrcPort)<<16 ^ uint64(h.DstPort) ^ uint64(len(said))<<48
	switch {
	case h.Proto == packet.TCP && h.Status == packet.OK: // whose payload is not touched
		x ^= uint64(h.Seq)<<20 ^ uint64(h.Ack)
	case len(said) >= 8:
		x ^= binary.LittleEndian.Uint64(said) * primeTwin
		x ^= binary.LittleEndian.Uint64(said[len(said)-8:]) >> 7
	}
	return int(x * primeTwin >> 32 % twinSets)
}

// placeOf returns a hash of where a packet was captured, as far as it shows.
func placeOf(h *packet.Header, p *capture.Packet) uint32 {
	x := uint64(p.Interface)<<32 | uint64(p.Link)<<16 | uint64(h.TTL)
	switch {
	case p.Link == packet.LinkSLL && len(p.Data) >= 2: // whether it came or went
		x ^= uint64(binary.BigEndian.Uint16(p.Data)) << 8
	case p.Link == packet.LinkSLL2 && len(p.Data) >= 11: // and on which interface
		x ^= uint64(binary.BigEndian.Uint32(p.Data[4:]))<<32 ^ uint64(p.Data[10])<<8
	}
	x *= primeTwin
	x = (x ^ x>>31 ^ uint64(h.VLAN)<<48 ^ number(h.SrcMAC)) * primeTwin
	x = (x ^ x>>31 ^ number(h.DstMAC)) * primeTwin
	return uint32(x >> 32)
}

// number returns a hardware address as a number.
func number(mac [6]byte) uint64 {
	return uint64(binary.BigEndian.Uint32(mac[:]))<<16 | uint64(binary.BigEndian.Uint16(mac[4:]))
}

// apart returns how far a and b are from each other.
func apart(a, b int64) uint64 { return uint64(max(a, b)) - uint64(min(a, b)) }

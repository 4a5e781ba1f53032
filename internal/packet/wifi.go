package packet

import (
	"encoding/binary"
	"math"
)

// Bits of the frame control field of IEEE 802.11 (section 9.2.4.1), as a
// little-endian number, and of the QoS control field.
const (
	wifiType      = 0x000f // type and version
	wifiData      = 0x0008
	wifiNull      = 0x0040 // of data frames: nothing is carried
	wifiQoS       = 0x0080
	wifiToDS      = 0x0100
	wifiFromDS    = 0x0200
	wifiProtected = 0x4000
	wifiOrder     = 0x8000 // with QoS: there is an HT control field

	qosAMSDU = 0x0080
)

// wifi reads an IEEE 802.11 frame. Data frames in clear carry LLC and what
// that carries; one frame may carry several packets, see [Header.Next]. pad
// is 2 where the header's length is padded to a multiple of 4, else 0.
func (h *Header) wifi(data []byte, pad int) Status {
	b := h.rest(data)
	if len(b) < 10 { // of the shortest frame there is
		return h.short(10)
	}
	control := binary.LittleEndian.Uint16(b)
	if control&wifiType != wifiData {
		return NotIP
	}
	size := wifiHeader(control)
	if size > len(b) {
		return h.short(size)
	}
	h.wifiAddresses(b, control)
	end := h.end()
	size += size & pad
	h.PayloadStart += min(len(b), size)
	h.Cut -= min(h.Cut, max(0, size-len(b))) // padding that was cut off is no payload
	switch {
	case control&wifiNull != 0:
		return NotIP
	case control&wifiProtected != 0:
		return SealedWiFi
	case b[22]&0x0f != 0: // not the first part
		h.Fragment = true
		return Fragment
	case control&wifiQoS != 0 && b[qosAt(control)]&qosAMSDU != 0:
		h.frameEnd = end
		return h.subframe(data)
	}
	return h.llc(data, h.end()-h.PayloadStart)
}

// wifiHeader returns the length of a data frame's header.
func wifiHeader(control uint16) int {
	size := qosAt(control)
	if control&wifiQoS != 0 {
		size += 2
		if control&wifiOrder != 0 {
			size += 4
		}
	}
	return size
}

// qosAt returns where the QoS control field is or would be: behind the
// fourth address, if there is one.
func qosAt(control uint16) int {
	if control&wifiToDS != 0 && control&wifiFromDS != 0 {
		return 30
	}
	return 24
}

// wifiAddresses finds who sent the frame first and who gets it last (IEEE
// 802.11 table 9-30).
func (h *Header) wifiAddresses(b []byte, control uint16) {
	to, from := 4, 10
	if control&wifiToDS != 0 {
		to = 16
	}
	switch {
	case control&wifiToDS != 0 && control&wifiFromDS != 0:
		from = 24
	case control&wifiFromDS != 0:
		from = 16
	}
	h.DstMAC, h.SrcMAC, h.HasMAC = [6]byte(b[to:]), [6]byte(b[from:]), true
}

// subframe reads one of the packets of an aggregate frame, an A-MSDU (IEEE
// 802.11 section 9.3.2.2.2).
func (h *Header) subframe(data []byte) Status {
	b, s := h.take(data, 14)
	if s != OK {
		return s
	}
	h.DstMAC, h.SrcMAC, h.HasMAC = [6]byte(b), [6]byte(b[6:]), true
	length := int(binary.BigEndian.Uint16(b[12:]))
	if h.PayloadStart+length > h.end() {
		return Malformed
	}
	if next := h.PayloadStart + length + -(14+length)&3; next < h.frameEnd {
		h.next = next
	}
	h.limit(h.PayloadStart + length)
	return h.llc(data, length)
}

// Aggregate reports whether other packets follow in the same 802.11 frame.
func (h *Header) Aggregate() bool { return h.next != 0 && h.Depth == 0 }

// Next decodes the packet that follows in the same 802.11 frame, as
// [Header.Decode] does: aggregate frames carry several. data is what h was
// decoded from. It returns false if there is none.
func (h *Header) Next(data []byte, next *Header) bool {
	if !h.Aggregate() {
		return false
	}
	end := min(h.frameEnd, len(data))
	n := Header{Link: h.Link, PayloadStart: min(h.next, end), PayloadEnd: end, Cut: h.frameEnd - end, frameEnd: h.frameEnd}
	n.Part = min(h.Part, math.MaxUint8-1) + 1
	n.Status = n.subframe(data)
	*next = n
	return true
}

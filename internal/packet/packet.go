// Package packet reads the headers of one packet, from the link to TCP or
// UDP, into one flat struct that is used again for every packet.
//
// A malformed packet is a value, not an error: [Header.Decode] says in a
// [Status] how far it came, and which bytes lie after the headers it
// understood. It allocates nothing. What a packet carries inside, in a tunnel,
// [Header.Inner] reads; [Fragments] puts parts of IP packets together.
package packet

// Protocol numbers of [Header.Proto] that the program knows by name (IANA,
// Assigned Internet Protocol Numbers).
const (
	ICMP   = 1
	TCP    = 6
	UDP    = 17
	ICMPv6 = 58
)

// Bits of [Header.Flags] (RFC 9293 section 3.1).
const (
	FIN = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
)

// A Header is what the headers of one packet say. Fields of layers that
// [Header.Decode] did not reach are zero.
type Header struct {
	Status Status
	Depth  uint8 // how many packets carry this one: 0 for what the link carried itself
	Part   uint8 // which one of the packets in its Wi-Fi frame, from 0
	// Carrier tells tunnels apart that a packet of some Depth may come through:
	// by the hosts at their ends, and by the network they say they belong to.
	// It is a hash, the same for both directions; 0 iff Depth is.
	Carrier uint32
	// Tunnel is the number that the receiving end of the tunnel gave it, which
	// that of the other direction need not be like: GTP-U's endpoint id, L2TP's
	// tunnel and session, PPTP's call. 0 where there is none.
	Tunnel uint32

	Link      Link
	SrcMAC    [6]byte // valid iff HasMAC
	DstMAC    [6]byte // valid iff HasMAC; zero on Linux cooked links, which do not record it
	HasMAC    bool
	EtherType uint16 // of what the link carries; 0 where nothing says it
	VLAN      uint16 // id of the innermost 802.1Q tag, 0 without one

	Version  uint8 // 4 or 6, else 0: the fields down to Ack are not valid
	Proto    uint8 // what the IP payload is, past all extension headers
	Src, Dst Addr
	ID       uint16 // of the IPv4 header; many senders leave it 0 where the packet may not be split (RFC 6864 section 4.1)
	TTL      uint8  // or hop limit, as captured
	Fragment bool   // a part of a larger packet: there are no ports

	FragID     uint32 // this and the next: valid iff Fragment, and Version is not 0
	FragOffset int    // bytes of the larger packet's payload that lie before this part
	FragMore   bool   // this is not the last part

	// Disputed says that a receiver drops the packet: it was put together from parts
	// that contradict each other, or not of all, or its IP options are such.
	Disputed bool

	// Again says that the packet was captured before: its flow counts it once.
	Again bool

	SrcPort, DstPort uint16 // valid iff Status is OK and Proto is TCP or UDP
	Flags            uint8  // this and the next: valid iff Status is OK and Proto is TCP
	Seq, Ack         uint32
	Window           uint16 // as sent, not scaled
	Urgent           uint16 // urgent pointer; means something iff Flags has URG
	Stamp            uint32 // TSval of the timestamps option (RFC 7323 section 3.2); valid iff Stamped
	Stamped          bool
	Signed           bool // there is an MD5 or TCP-AO option (RFC 2385, RFC 5925)

	// [PayloadStart, PayloadEnd) are the packet's bytes after the last header
	// that was understood, whatever Status says. Ethernet padding and all
	// else past the length in the IP or UDP header is outside.
	PayloadStart, PayloadEnd int
	// [SurplusStart, SurplusEnd) are the bytes that the IP packet has behind the end of
	// its UDP datagram (RFC 9868 section 3): hardly any has some. Where a tunnel
	// carries the packet, they are its own: see [Header.Around].
	SurplusStart, SurplusEnd int
	// Cut is the number of bytes after PayloadEnd that were on the wire and
	// that the capture length cut off.
	Cut int
	// Lacks is the number of bytes that the length in the IP header promises
	// beyond the end of what was on the wire: they were cut off before the
	// capture, as mirrors of switches do. With IPv4 only a header with a right
	// checksum is believed.
	Lacks int

	transportStart int  // of the TCP or UDP header; valid iff summed
	summed         bool // there is a transport header
	misheaded      bool // the checksum of the IPv4 header is wrong
	rerouted       bool // by a routing header: Dst is not the last one, whose sum it would be

	ipStart    int    // of the IP header, iff Version is not 0
	realm      uint32 // that the tunnel's header says: VXLAN and Geneve VNI, GRE key
	frameStart int    // of the innermost Ethernet frame
	layers     uint8  // link headers passed that carry another link's
	// In an 802.11 frame that carries several packets: where the next one
	// starts, and where the frame ends on the wire.
	next, frameEnd int
}

// Decode reads the headers of data, a packet of wireLen bytes captured on a
// link of the given type, and overwrites all of h. It returns h.Status.
func (h *Header) Decode(link Link, data []byte, wireLen int) Status {
	*h = Header{Link: link, PayloadEnd: len(data), Cut: max(0, wireLen-len(data))}
	h.Status = h.link(data, link)
	return h.Status
}

// PacketID returns the number by which a sender tells this IP packet from
// others, 0 where it has none.
func (h *Header) PacketID() uint32 {
	if h.Fragment {
		return h.FragID
	}
	return uint32(h.ID)
}

// rest returns the bytes that no header has taken yet.
func (h *Header) rest(data []byte) []byte { return data[h.PayloadStart:h.PayloadEnd] }

// limit says that the packet, padding left out, ends at offset end on the wire.
func (h *Header) limit(end int) {
	if end < h.end() {
		h.Cut = max(0, end-h.PayloadEnd)
		h.PayloadEnd = min(h.PayloadEnd, end)
	}
}

// end returns where the packet ends on the wire.
func (h *Header) end() int { return h.PayloadEnd + h.Cut }

// take passes a header of n bytes and returns it, or why it is not there.
func (h *Header) take(data []byte, n int) ([]byte, Status) {
	b := h.rest(data)
	if len(b) < n {
		return nil, h.short(n)
	}
	h.PayloadStart += n
	return b[:n], OK
}

// short returns why the n bytes of a header are not all there.
func (h *Header) short(n int) Status {
	if h.PayloadStart+n <= h.end() {
		return Truncated
	}
	return Malformed
}

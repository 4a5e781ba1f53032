package telltale

import "net/netip"

// A Record is one line of the output contract.
type Record interface {
	// EventType returns the record's "event_type".
	EventType() string
}

// Audit opens a run's output and says how the run was made.
type Audit struct {
	Version   string   `json:"version"`
	Inputs    []string `json:"inputs"` // base names, in the order given
	Options   Options  `json:"options"`
	Data      []Table  `json:"data,omitempty"` // every data table used
	Simulated bool     `json:"simulated,omitempty"`
}

// Options are the choices that shape a run's output.
type Options struct {
	Reveal   bool     `json:"reveal,omitempty"`
	Messages bool     `json:"messages,omitempty"`
	Plain    bool     `json:"plain,omitempty"`    // nothing was decoded, and no names of fields were read
	Everyone bool     `json:"everyone,omitempty"` // what undeclared devices did is told, too
	Devices  []string `json:"devices,omitempty"`  // base names of the device files
}

// Table names a data table and the state of it that was used.
type Table struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Date    string `json:"date"`
	SHA256  string `json:"sha256,omitempty"` // absent where a module carries the table and Version is a hash itself
}

// Device is a device that took part in the traffic.
type Device struct {
	ID        string            `json:"device_id"`
	Label     string            `json:"label,omitempty"` // from the device file
	How       string            `json:"how"`             // lan_mac, declared, only_private_address, unknown
	Addresses []Value           `json:"addresses,omitempty"`
	Facts     map[string]string `json:"facts,omitempty"` // from the device file
}

// Flow is one two-way conversation. Src opened it.
type Flow struct {
	ID           string     `json:"flow_id"` // "<input number>-<first packet>"
	Input        int        `json:"input"`
	Device       string     `json:"device_id,omitempty"`
	SrcIP        netip.Addr `json:"src_ip"`
	SrcPort      uint16     `json:"src_port,omitempty"`
	DestIP       netip.Addr `json:"dest_ip"`
	DestPort     uint16     `json:"dest_port,omitempty"`
	Proto        string     `json:"proto"`                  // TCP, UDP, ICMP ...
	AppProto     string     `json:"app_proto"`              // http, dns, tls, quic, unknown
	CommunityID  string     `json:"community_id,omitempty"` // absent where it rests on more than addresses and ports
	Start        Time       `json:"start"`
	End          Time       `json:"end"`
	Ended        Ended      `json:"ended"`
	PktsToServer int64      `json:"pkts_toserver"`
	ByteToServer int64      `json:"bytes_toserver"` // of whole packets, as on the wire
	PktsToClient int64      `json:"pkts_toclient"`
	ByteToClient int64      `json:"bytes_toclient"`
	Names        []Name     `json:"names,omitempty"` // most trusted first
	Protection   Protection `json:"protection"`
	JA3          string     `json:"ja3,omitempty"`         // fingerprints of its first ClientHello
	JA4          string     `json:"ja4,omitempty"`         //
	Signature    string     `json:"signature,omitempty"`   // whose far end it is, by its name or address alone
	App          Text       `json:"app,omitempty"`         // program on the phone, as the tool that captured says
	AppPackage   Text       `json:"app_package,omitempty"` // its package name, such as org.example.mail
	Tunnel       string     `json:"tunnel,omitempty"`      // flow_id of the flow that carried it
}

// Name is a name of a far end with where it came from: host, sni, dns, cert,
// dns_expired, dns_other (another device was told), other_flow (to the same
// address), local (what the machine calls itself in its network), well_known,
// ptr or network (whose network it is in). Of the last three some are several
// words, which no host's name is.
type Name struct {
	Name       Text    `json:"name"`
	Source     string  `json:"source"`
	Confidence float64 `json:"confidence"`
}

// Message is one message of an application protocol.
type Message struct {
	FlowID     string       `json:"flow_id"`
	Time       Time         `json:"timestamp"` // of its last packet
	Input      int          `json:"input"`     // that its first packet is in
	Device     string       `json:"device_id,omitempty"`
	AppProto   string       `json:"app_proto"`
	Direction  Direction    `json:"direction"`
	SentBy     SentBy       `json:"sent_by"`
	Protection Protection   `json:"protection"`
	Signature  string       `json:"signature,omitempty"`
	Packets    Packets      `json:"packets"`
	HTTP       *HTTPMessage `json:"http,omitempty"`
	DNS        *DNSMessage  `json:"dns,omitempty"`
	TLS        *TLSMessage  `json:"tls,omitempty"`
	Facts      []Fact       `json:"facts,omitempty"` // what it tells besides, in the order of the wire
}

// Fact is one thing that a message tells, such as an MQTT client's id.
type Fact struct {
	Name  string `json:"name"`
	Value Text   `json:"value"`
}

// HTTPMessage is what is told of an HTTP/1 request or response.
type HTTPMessage struct {
	Hostname    Text  `json:"hostname,omitempty"`
	Method      Text  `json:"http_method,omitempty"`
	URL         Text  `json:"url,omitempty"`
	Status      int   `json:"status,omitempty"`
	UserAgent   Text  `json:"http_user_agent,omitempty"`
	ContentType Text  `json:"http_content_type,omitempty"`
	Length      int64 `json:"length"` // body bytes on the wire, without chunk framing
}

// DNSMessage is what is told of a DNS query or answer.
type DNSMessage struct {
	Type   string `json:"type"` // query or answer
	Name   Text   `json:"rrname,omitempty"`
	RRType string `json:"rrtype,omitempty"`
	// Questions are all of them, where there is more than the one above.
	Questions []DNSQuestion `json:"questions,omitempty"`
	Answers   []DNSAnswer   `json:"answers,omitempty"`
}

// DNSQuestion is one question of a message that asks several.
type DNSQuestion struct {
	Name   Text   `json:"rrname"`
	RRType string `json:"rrtype"`
}

// DNSAnswer is one resource record of an answer.
type DNSAnswer struct {
	Name   Text   `json:"rrname"`
	RRType string `json:"rrtype"`
	TTL    uint32 `json:"ttl"` // seconds
	Data   Text   `json:"rdata,omitempty"`
}

// TLSMessage is what a hello or a certificate tells in clear.
type TLSMessage struct {
	SNI         Text            `json:"sni,omitempty"`
	Version     string          `json:"version,omitempty"` // highest the client offers, or the one chosen
	ALPN        []Text          `json:"alpn,omitempty"`
	ECH         bool            `json:"ech,omitempty"`    // encrypted_client_hello was offered
	JA3         string          `json:"ja3,omitempty"`    // fingerprints of a ClientHello
	JA4         string          `json:"ja4,omitempty"`    //
	Cipher      string          `json:"cipher,omitempty"` // chosen by the server
	Certificate *TLSCertificate `json:"certificate,omitempty"`
}

// TLSCertificate is what the certificate of one end says (RFC 5280).
type TLSCertificate struct {
	Subject      Text   `json:"subject,omitempty"`      // common name
	Organisation Text   `json:"organisation,omitempty"` // of the subject
	Issuer       Text   `json:"issuer,omitempty"`       // common name, or else organisation
	Names        []Text `json:"names,omitempty"`        // subject alternative names
	NotBefore    Time   `json:"not_before"`
	NotAfter     Time   `json:"not_after"`
}

// Sighting is one identifier in one place.
type Sighting struct {
	ID           string     `json:"sighting_id"`
	Time         Time       `json:"timestamp"` // of the last packet it rests on
	Input        int        `json:"input"`
	FlowID       string     `json:"flow_id"`
	Transmission string     `json:"transmission_id"`
	Device       string     `json:"device_id,omitempty"`
	Kind         Kind       `json:"kind"`
	Value        Value      `json:"value"`
	Tag          string     `json:"tag"`
	Form         string     `json:"form"`
	Field        Text       `json:"field"`
	Direction    Direction  `json:"direction"`
	Packets      Packets    `json:"packets"`
	Ranges       []Range    `json:"ranges"`
	Protection   Protection `json:"protection"`
	ReadableBy   ReadableBy `json:"readable_by"`
	Level        Level      `json:"level"`
	Confidence   float64    `json:"confidence"`
	Why          []Evidence `json:"why"`
	View         View       `json:"view"`
	Notes        []string   `json:"notes,omitempty"`
}

// Evidence is one reason for or against an identifier, with its likelihood
// ratio.
type Evidence struct {
	Evidence string  `json:"evidence"`
	LR       float64 `json:"lr"`
}

// Transmission is a message that carried at least one sighting.
type Transmission struct {
	ID          string     `json:"transmission_id"`
	Time        Time       `json:"timestamp"`
	Input       int        `json:"input"` // that its first packet is in
	FlowID      string     `json:"flow_id"`
	Device      string     `json:"device_id,omitempty"`
	Direction   Direction  `json:"direction"`
	SentBy      SentBy     `json:"sent_by"`
	Destination string     `json:"destination_id"`
	App         Text       `json:"app,omitempty"`      // program on the device, as the tool that captured says
	Template    Text       `json:"template,omitempty"` // what messages of this sort share: method, path, content type
	Kinds       []Kind     `json:"kinds"`
	Sightings   []string   `json:"sighting_ids"`
	Protection  Protection `json:"protection"`
	ReadableBy  ReadableBy `json:"readable_by"`
	Packets     Packets    `json:"packets"`
	Answered    string     `json:"answered"` // none, ack, response
	Response    Text       `json:"response,omitempty"`
	Signature   string     `json:"signature,omitempty"` // the service whose form the message has
}

// Destination is a far end.
type Destination struct {
	ID     string       `json:"destination_id"`
	Name   Text         `json:"name,omitempty"`
	Domain Text         `json:"registrable_domain,omitempty"` // what of Name somebody registered
	DestIP []netip.Addr `json:"dest_ip"`
	Claims []Claim      `json:"claims,omitempty"`
}

// Claim is one source's statement about a destination. Conflicting claims
// all stay.
type Claim struct {
	Subject    Text    `json:"subject"`
	Predicate  string  `json:"predicate"`
	Object     Text    `json:"object"` // an alias that DNS gave was captured, like a name
	Source     string  `json:"source"`
	Date       string  `json:"date,omitempty"` // of the source; absent where that is the capture
	Confidence float64 `json:"confidence,omitempty"`
}

// Identifier is one value of one kind that a device told.
type Identifier struct {
	ID           string     `json:"identifier_id"`
	Device       string     `json:"device_id,omitempty"`
	Kind         Kind       `json:"kind"`
	Value        Value      `json:"value"`
	Tag          string     `json:"tag"`
	Origin       string     `json:"origin,omitempty"` // what its number plan tells of it
	Confidence   float64    `json:"confidence"`
	Level        Level      `json:"level"`
	Why          []Evidence `json:"why"`
	Count        int64      `json:"count"` // sightings
	First        Time       `json:"first"`
	Last         Time       `json:"last"`
	Destinations []string   `json:"destination_ids"`
}

// Finding is one claim about a device: that it sent identifiers to a far end,
// or was sent some. It holds facts; how grave that is, it does not say.
type Finding struct {
	ID           string     `json:"finding_id"` // the same in every capture of the same thing
	Device       string     `json:"device_id,omitempty"`
	Sentence     string     `json:"sentence"` // masked
	Rule         string     `json:"rule"`
	Kinds        []Kind     `json:"kinds"`
	Destination  string     `json:"destination_id,omitempty"`
	SentBy       SentBy     `json:"sent_by"`
	Protection   Protection `json:"protection"`
	ReadableBy   ReadableBy `json:"readable_by"`
	Class        string     `json:"class"` // A open and plain, B open and encoded, C sealed and known by a key, E not known
	Count        int64      `json:"count"` // transmissions
	First        Time       `json:"first"`
	Last         Time       `json:"last"`
	Transmission []string   `json:"transmission_ids"` // the first of them
	Confidence   float64    `json:"confidence"`       // of the least sure identifier
	WeakestLink  string     `json:"weakest_link"`     // what that is
	Exhibit      *Exhibit   `json:"exhibit,omitempty"`
}

// Exhibit is one identifier in the bytes of one message, in two readings. What
// may not be shown is dotted in both; the marks count characters.
type Exhibit struct {
	Kind        Kind    `json:"kind"`
	Input       int     `json:"input"` // that its first packet is in
	Packets     Packets `json:"packets"`
	Wire        string  `json:"wire"`
	WireMark    Range   `json:"wire_mark"`
	Decoded     string  `json:"decoded,omitempty"` // absent where nothing was encoded
	DecodedMark Range   `json:"decoded_mark"`
	Chain       Text    `json:"chain,omitempty"` // from the message to the value
}

// Input is one file or stream that was read.
type Input struct {
	Input     int      `json:"input"`
	Continues int      `json:"continues,omitempty"` // number of the input that it goes on from, as one capture
	Name      string   `json:"name"`                // base name
	SHA256    string   `json:"sha256"`
	Size      int64    `json:"size"`
	Format    string   `json:"format"`
	LinkTypes []string `json:"link_types"`
	Packets   int64    `json:"packets"`
	First     Time     `json:"first,omitempty"`
	Last      Time     `json:"last,omitempty"`
	Damage    []Damage `json:"damage,omitempty"`
}

// Damage is a place where an input could not be read as its format says.
type Damage struct {
	Offset int64  `json:"offset"`
	Reason string `json:"reason"`
}

// Coverage closes a run's output and accounts for every byte.
type Coverage struct {
	Packets    PacketCoverage  `json:"packets"`
	Payload    PayloadCoverage `json:"payload_bytes"`
	Missing    Missing         `json:"missing"`
	BlindSpots []string        `json:"blind_spots,omitempty"`
	Suppressed []Suppressed    `json:"suppressed,omitempty"`
	Complete   bool            `json:"complete"`
	Verdict    Verdict         `json:"verdict"`
}

// PacketCoverage counts packets: In = Decoded + sum of Undecodable.
type PacketCoverage struct {
	In          int64            `json:"in"`
	Decoded     int64            `json:"decoded"`
	Undecodable map[string]int64 `json:"undecodable"`
}

// PayloadCoverage counts the payload bytes that the input held:
// In = Scanned + Repeated + sum of Opaque + sum of Skipped.
type PayloadCoverage struct {
	In       int64                `json:"in"`
	Scanned  int64                `json:"scanned"`
	Repeated int64                `json:"repeated"` // retransmitted, already seen
	Opaque   map[string]int64     `json:"opaque"`   // sealed, by channel
	Skipped  map[SkipReason]int64 `json:"skipped"`
}

// Balance returns In minus everything accounted for: 0 in every sound run.
func (p *PayloadCoverage) Balance() int64 {
	n := p.In - p.Scanned - p.Repeated
	for _, v := range p.Opaque {
		n -= v
	}
	for _, v := range p.Skipped {
		n -= v
	}
	return n
}

// Missing counts bytes and packets that the input never had.
type Missing struct {
	Gap     int64            `json:"gap"`     // bytes inside streams
	Snaplen int64            `json:"snaplen"` // bytes cut off packets
	Drops   map[string]int64 `json:"drops,omitempty"`
}

// Suppressed counts candidates that a rule kept out of the records.
type Suppressed struct {
	Rule  string `json:"rule"`
	Count int64  `json:"count"`
}

// Packets are packet numbers from 1 in their input, ascending. Those beyond its
// last packet are in the input that continues it, counted on. A record shows at
// most [MaxPackets] of them, else only the first, the last and the count.
type Packets []int64

// MaxPackets is how many packet numbers a record lists one by one.
const MaxPackets = 64

// EventType implements [Record].
func (*Audit) EventType() string { return "audit" }

// EventType implements [Record].
func (*Device) EventType() string { return "device" }

// EventType implements [Record].
func (*Flow) EventType() string { return "flow" }

// EventType implements [Record].
func (*Message) EventType() string { return "message" }

// EventType implements [Record].
func (*Sighting) EventType() string { return "sighting" }

// EventType implements [Record].
func (*Transmission) EventType() string { return "transmission" }

// EventType implements [Record].
func (*Destination) EventType() string { return "destination" }

// EventType implements [Record].
func (*Identifier) EventType() string { return "identifier" }

// EventType implements [Record].
func (*Finding) EventType() string { return "finding" }

// EventType implements [Record].
func (*Input) EventType() string { return "input" }

// EventType implements [Record].
func (*Coverage) EventType() string { return "coverage" }

package packet

import "github.com/telltale-audit/telltale"

// Status says how far [Header.Decode] understood a packet.
type Status uint8

// OK means that all headers were understood; every other status is a reason
// why not.
const (
	OK              Status = iota
	UnsupportedLink        // a link type that is not read
	NotIP                  // the link carries something other than IP, such as ARP
	Truncated              // the capture length cut a header off
	Malformed              // a header contradicts itself or the packet's length
	Fragment               // a part of a larger IP packet
	TooDeep                // more tags, labels, links in links or extension headers than are followed
	SealedWiFi             // an encrypted 802.11 frame
)

// Statuses lists every [Status].
var Statuses = []Status{OK, UnsupportedLink, NotIP, Truncated, Malformed, Fragment, TooDeep, SealedWiFi}

// String returns the word that coverage uses.
func (s Status) String() string {
	switch s {
	case OK:
		return "ok"
	case UnsupportedLink:
		return "unsupported_link"
	case NotIP:
		return "not_ip"
	case Truncated:
		return "truncated"
	case Fragment:
		return "fragment"
	case TooDeep:
		return "too_deep"
	case SealedWiFi:
		return "sealed_wifi"
	}
	return "malformed"
}

// Skip returns why the payload of a packet of this status is not scanned,
// or "" for [OK].
func (s Status) Skip() telltale.SkipReason {
	switch s {
	case OK:
		return ""
	case UnsupportedLink:
		return telltale.SkipUnsupportedLink
	case Fragment:
		return telltale.SkipFragIncomplete
	}
	return telltale.SkipUndecodable
}

package audit

import (
	"net/netip"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/destination"
	"github.com/telltale-audit/telltale/internal/numbering"
	"github.com/telltale-audit/telltale/internal/pipeline"
)

// What speaks for an address being built from a hardware address (RFC 4291,
// appendix A). That ff:fe stands in the middle comes about by chance once in
// 65,536 addresses; that the device sends from it is context.
const (
	midLR    = 1 << 16
	makerLR  = 10
	sourceLR = 50
	eui64    = 0.02 // of addresses, before they are looked at
	surest   = 0.9999
)

// noteLocal is what a sighting of an address says that no maker gave out.
const noteLocal = "locally_administered"

// toldAddress is a hardware address that was told to a far end.
type toldAddress struct {
	device string
	own    netip.Addr
	far    string // destination_id
}

// maxToldAddresses bounds how many of them are remembered; further ones are
// not told again.
const maxToldAddresses = 1 << 14

// address has a device's own address be a sighting, once for each far end on
// the internet, where it holds the hardware address: that leaves the local
// network with every packet. The hardware address that frames bear does not,
// and is listed with the device alone.
func (r *recorder) address(f *pipeline.FlowInfo, dev *owner, isSrc bool, end far) {
	own, other, d := f.Key.Src.Netip(), f.Key.Dst.Netip(), telltale.ToServer
	if !isSrc {
		own, other, d = other, own, telltale.ToClient
	}
	b := own.As16()
	if !own.Is6() || b[11] != 0xff || b[12] != 0xfe || f.Packets[d] == 0 {
		return
	}
	if !destination.IsPublic(own) || !destination.IsPublic(other) || f.Key.Depth > 0 {
		return
	}
	key := toldAddress{dev.ID, own, r.dests.of(end).ID()}
	if r.toldAddr[key] || len(r.toldAddr) >= maxToldAddresses {
		return
	}
	r.toldAddr[key] = true
	m := &pipeline.Message{
		Proto: "ipv6", Dir: d, Protection: telltale.Open, View: telltale.ViewMain, Time: f.Start, Packets: telltale.Packets{f.ID},
		Answered: "none", Names: f.Names, Sightings: []*pipeline.Sighting{r.ownAddress(f, own, d)},
	}
	if f.Packets[d.Reverse()] > 0 {
		m.Answered = "response"
	}
	r.transmission(&pipeline.Event{Flow: f, Message: m}, dev, isSrc, speaker(dev, isSrc, d))
}

// ownAddress returns the sighting of an address in the header of a packet.
func (r *recorder) ownAddress(f *pipeline.FlowInfo, own netip.Addr, d telltale.Direction) *pipeline.Sighting {
	b := own.As16()
	mac := numbering.MAC{b[8] ^ 2, b[9], b[10], b[13], b[14], b[15]}
	s := &pipeline.Sighting{Seed: undeclared, Wire: b[:], WireMark: telltale.Range{Start: 8, End: 16}, WireBlank: []telltale.Range{{Start: 8, End: 16}}}
	s.Time, s.Packets, s.Direction, s.View = f.Start, telltale.Packets{f.ID}, d, telltale.ViewMain
	s.Kind, s.Value = telltale.IPv6EUI64, telltale.NewValue(telltale.IPv6EUI64, own.String())
	s.Form, s.Field = "eui64", telltale.NewText("ipv6.source")
	s.Why = []telltale.Evidence{{Evidence: "ff:fe in the middle of its last half", LR: midLR}, {Evidence: "the address that the device sends from", LR: sourceLR}}
	if mac.Maker() != "" {
		s.Why[0] = telltale.Evidence{Evidence: "ff:fe in the middle of its last half, around an address of a known maker", LR: midLR * makerLR}
	}
	if mac.Local() {
		s.Notes = append(s.Notes, noteLocal)
	}
	odds := eui64 / (1 - eui64)
	for _, e := range s.Why {
		odds *= e.LR
	}
	s.Level, s.Confidence = telltale.Probable, min(odds/(1+odds), surest)
	if i, ok := r.devices.macs[hardware(mac)]; ok {
		s.Level, s.Confidence, s.Seed = telltale.Confirmed, 1, i
		s.Why = append(s.Why, telltale.Evidence{Evidence: "holds a hardware address of the device file", LR: 1e6})
	}
	return s
}

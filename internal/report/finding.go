package report

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/netip"
	"slices"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/destination"
)

// ruleSent is the rule that every finding so far follows from: a device sent
// identifiers, or was sent some.
const ruleSent = "identifiers-in-transit/1"

// id names a finding by what it says, not by where it stands: the same device,
// destination, kinds and protection have the same id in every capture. It says
// nothing about values.
func (v *view) id(p *party) string {
	h := sha256.New()
	put := func(s string) { _, _ = io.WriteString(h, s+"\x00") }
	put(ruleSent)
	put(v.ownLabel(p))
	put(v.farSide(p))
	for _, k := range p.kinds() {
		put(string(k))
	}
	put(string(p.protection))
	put(string(p.readableBy))
	if p.sends[0].Received {
		put("received")
	}
	return "F-" + hex.EncodeToString(h.Sum(nil)[:4])
}

// ownLabel is the owner's name for the device, or "".
func (v *view) ownLabel(p *party) string {
	for i := range v.Devices {
		if d := &v.Devices[i]; d.ID == p.sends[0].Device {
			return d.Label
		}
	}
	return ""
}

// farSide is the registrable domain of the party, its name where it has none,
// or the block of addresses it is in.
func (v *view) farSide(p *party) string {
	if !p.text.IsZero() {
		if d, ok := destination.DomainOf(p.name); ok {
			return d.Registrable
		}
		return p.name
	}
	bits := 24
	if p.ip.Is6() && !p.ip.Is4In6() {
		bits = 48
	}
	block, _ := p.ip.Prefix(bits)
	if !block.IsValid() {
		block = netip.Prefix{}
	}
	return block.String()
}

// kinds returns the kinds of what the party got, in order of their names.
func (p *party) kinds() []telltale.Kind {
	var out []telltale.Kind
	for _, id := range p.ids {
		out = append(out, id.Kind)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// findings returns the parties that have a finding each: who was sent
// identifiers, then who sent some to a device.
func (v *view) findings() []*party { return slices.Concat(v.parties, v.senders) }

// say is the sentence of a finding.
func (v *view) say(p *party) string {
	if !p.sends[0].Received {
		return v.sentence([]*party{p}, p.ids, p.count, 4, "more identifiers")
	}
	return v.subject(p.ids) + " received " + whatSent(identifying(p.ids), 4, "more identifiers") + " from " + whom([]*party{p}) + " " + times(p.count) + "."
}

// destination returns the record of the party's far end, or nil.
func (v *view) destination(p *party) *telltale.Destination {
	for i := range v.Destinations {
		d := &v.Destinations[i]
		switch {
		case p.text.IsZero() && d.Name.IsZero() && slices.Contains(d.DestIP, p.ip):
			return d
		case !p.text.IsZero() && !d.Name.IsZero() && v.m.Text(d.Name) == p.name:
			return d
		}
	}
	return nil
}

// exhibit returns the bytes that show the finding, and the send they are of.
func (p *party) exhibit() (*Exhibit, *Send) {
	for _, s := range p.sends {
		if s.Exhibit != nil {
			return s.Exhibit, s
		}
	}
	return nil, nil
}

// Findings returns the findings of an audit, those of most consequence first.
func Findings(a *Audit, m *telltale.Masker) []telltale.Finding {
	v := newView(a, m)
	var out []telltale.Finding
	for _, p := range v.findings() {
		out = append(out, v.record(p))
	}
	return out
}

func (v *view) record(p *party) telltale.Finding {
	f := telltale.Finding{
		ID: v.id(p), Device: p.sends[0].Device, Sentence: v.say(p), Rule: ruleSent, Kinds: p.kinds(), SentBy: telltale.SentByDevice,
		Protection: p.protection, ReadableBy: p.readableBy, Class: p.evidenceClass(), Count: int64(p.count),
		First: p.sends[0].First, Last: p.sends[0].Last, Confidence: 1,
	}
	if p.sends[0].Received {
		f.SentBy = telltale.SentByPeer
	}
	if d := v.destination(p); d != nil {
		f.Destination = d.ID
	}
	for _, s := range p.sends {
		f.First, f.Last = min(f.First, s.First), max(f.Last, s.Last)
		for _, msg := range s.Messages[:min(len(s.Messages), telltale.MaxPackets-len(f.Transmission))] {
			f.Transmission = append(f.Transmission, msg.Transmission)
		}
	}
	for _, id := range identifying(p.ids) {
		if id.Confidence < f.Confidence {
			f.Confidence, f.WeakestLink = id.Confidence, "that the "+wordsOf(id.Kind).one+" is one"
		}
	}
	f.Exhibit = v.exhibitRecord(p)
	return f
}

func (v *view) exhibitRecord(p *party) *telltale.Exhibit {
	x, _ := p.exhibit()
	if x == nil {
		return nil
	}
	out := &telltale.Exhibit{Kind: x.Kind, Input: x.Input, Packets: x.Packets, Chain: x.Chain}
	out.Wire, out.WireMark = v.m.Excerpt(x.Wire)
	if len(x.Decoded.Data) > 0 {
		out.Decoded, out.DecodedMark = v.m.Excerpt(x.Decoded)
	}
	return out
}

// evidenceClass is the class of what was seen: A open and plain, B open and
// encoded, C sealed and known by a key; E where the channel is not known.
func (p *party) evidenceClass() string {
	switch {
	case p.protection == telltale.Sealed:
		return "C"
	case p.protection != telltale.Open:
		return "E"
	case encodingNote([]*party{p}) != "":
		return "B"
	}
	return "A"
}

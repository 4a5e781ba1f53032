package audit

import (
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/pipeline"
	"github.com/telltale-audit/telltale/internal/report"
)

func newCoverage() telltale.Coverage {
	return telltale.Coverage{
		Packets: telltale.PacketCoverage{Undecodable: map[string]int64{}},
		Payload: telltale.PayloadCoverage{Opaque: map[string]int64{}, Skipped: map[telltale.SkipReason]int64{}},
		Missing: telltale.Missing{Drops: map[string]int64{}},
	}
}

// addUnread adds what of an input could not be read as packets, and the packets
// that it says it lost.
func addUnread(c *telltale.Coverage, unread map[telltale.SkipReason]int64, drops map[string]int64) {
	for k, n := range unread {
		c.Payload.In += n
		c.Payload.Skipped[k] += n
	}
	for k, n := range drops {
		c.Missing.Drops[k] += n
	}
}

// addCoverage adds what a run through the engine counted.
func addCoverage(c *telltale.Coverage, t *pipeline.Tally) {
	c.Packets.In += t.Packets.In
	c.Packets.Decoded += t.Packets.Decoded
	for k, n := range t.Packets.Undecodable {
		c.Packets.Undecodable[k] += n
	}
	p := &c.Payload
	p.In += t.Payload.In
	p.Scanned += t.Payload.Scanned
	p.Repeated += t.Payload.Repeated
	for k, n := range t.Payload.Opaque {
		p.Opaque[k] += n
	}
	for k, n := range t.Payload.Skipped {
		p.Skipped[k] += n
	}
	c.Missing.Gap += t.Missing.Gap
	c.Missing.Snaplen += t.Missing.Snaplen
	for k, n := range t.Suppressed {
		c.Suppressed = suppress(c.Suppressed, k, n)
	}
}

func suppress(list []telltale.Suppressed, rule string, n int64) []telltale.Suppressed {
	i, found := slices.BinarySearchFunc(list, rule, func(s telltale.Suppressed, r string) int { return strings.Compare(s.Rule, r) })
	if !found {
		list = slices.Insert(list, i, telltale.Suppressed{Rule: rule})
	}
	list[i].Count += n
	return list
}

// settle draws the conclusions that the whole run allows.
func settle(c *telltale.Coverage, unchecked int64, plain bool, ids []telltale.Identifier, inputs []telltale.Input) {
	for k, n := range c.Payload.Skipped {
		if n == 0 {
			delete(c.Payload.Skipped, k)
		}
	}
	damaged := slices.ContainsFunc(inputs, func(in telltale.Input) bool { return len(in.Damage) > 0 })
	cut := slices.ContainsFunc(c.Suppressed, func(s telltale.Suppressed) bool { return slices.Contains(report.Cuts, s.Rule) })
	c.Complete = len(c.Payload.Skipped) == 0 && !damaged && !cut
	c.BlindSpots = blindSpots(c, unchecked, plain)
	switch {
	case slices.ContainsFunc(ids, func(id telltale.Identifier) bool { return id.Level.AtLeast(telltale.Probable) }):
		c.Verdict = telltale.Findings
	case !c.Complete || c.Payload.Scanned == 0:
		c.Verdict = telltale.Inconclusive
	default:
		c.Verdict = telltale.NothingSeen
	}
}

// blindSpots lists what a capture like this one cannot show.
func blindSpots(c *telltale.Coverage, unchecked int64, plain bool) []string {
	spots := []string{"SMS", "traffic of the modem itself", "headers added by the operator further on the way"}
	if plain {
		spots = append(spots, "values in encoded or compressed bytes: nothing was decoded",
			"values that the name of their field alone tells, such as serial numbers and positions: names were not read")
	}
	if len(c.Payload.Opaque) > 0 {
		spots = append(spots, "contents of sealed channels")
	}
	if c.Missing.Gap > 0 {
		spots = append(spots, "bytes that the capture missed")
	}
	if unchecked > 0 {
		spots = append(spots, "repeated bytes that may differ from their first copy")
	}
	if c.Missing.Snaplen > 0 {
		spots = append(spots, "bytes cut off packets")
	}
	return spots
}

package report

import (
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
)

// coverage accounts for every byte and draws what part was read.
func (v *view) coverage(s *screen) {
	p := &v.Coverage.Payload
	state := "complete"
	if !v.Coverage.Complete {
		state = "not complete"
	}
	text := ": " + counted(p.In, "byte") + " = " + thousands(p.Scanned) + " scanned"
	if p.Repeated > 0 {
		text += " + " + thousands(p.Repeated) + " repeated"
	}
	text += " + " + thousands(opaque(&v.Coverage)) + " sealed + " + thousands(skipped(&v.Coverage)) + " skipped"
	s.blank()
	head := &row{}
	head.put("COVERAGE", bold)
	head.put(strings.Repeat(" ", column(s)-head.cells), plain)
	s.under(head, column(s), span{state, bold}, span{text, plain})
	v.bar(s)
	v.losses(s)
}

// bar draws the read, skipped and sealed shares of the payload.
func (v *view) bar(s *screen) {
	p := &v.Coverage.Payload
	if v.distinct() == 0 {
		return
	}
	label := v.readShare() + " read, " + percent(opaque(&v.Coverage), v.distinct()) + " sealed"
	if n := skipped(&v.Coverage); n > 0 {
		label += ", " + percent(n, v.distinct()) + " skipped"
	}
	n := min(68, s.width-cells(label)-6)
	if n < 8 {
		s.prose(2, 2, span{label, plain})
		return
	}
	share := barCells([]int64{p.Scanned, skipped(&v.Coverage), opaque(&v.Coverage)}, n)
	r := &row{}
	r.at(2, strings.Repeat("█", share[0])+strings.Repeat("▒", share[1])+strings.Repeat("░", share[2]), plain)
	r.put("   "+label, plain)
	s.row(r)
}

// barCells shares n cells out among parts: none for nothing, never none for
// something, and what rounding leaves over to the largest.
func barCells(parts []int64, n int) []int {
	var whole int64
	for _, p := range parts {
		whole += p
	}
	out, largest, left := make([]int, len(parts)), 0, n
	for i, p := range parts {
		if p > 0 {
			out[i] = max(int(float64(p)/float64(whole)*float64(n)), 1)
		}
		if p > parts[largest] {
			largest = i
		}
		left -= out[i]
	}
	out[largest] += left
	return out
}

// skipWords say plainly why bytes were not read.
var skipWords = map[telltale.SkipReason]string{
	telltale.SkipUnsupportedLink: "on a link type that telltale does not know",
	telltale.SkipUndecodable:     "in packets or contents that could not be understood",
	telltale.SkipCorruptBlock:    "in damaged parts of the file",
	telltale.SkipFragIncomplete:  "in fragments without their other parts",
	telltale.SkipFlowEvicted:     "in flows given up for want of memory",
	telltale.SkipHoldBudget:      "beyond what a flow may hold back",
	telltale.SkipBodyBudget:      "beyond what a message may take",
	telltale.SkipInflateBudget:   "in contents that unpack to too much",
	telltale.SkipDecodeDepth:     "under too many layers of encoding",
	telltale.SkipParserPanic:     "where a parser failed",
	telltale.SkipParserStuck:     "where a parser did not go on",
	telltale.SkipNoKeyYet:        "waiting for a key",
	telltale.SkipNotEnrolled:     "of devices that are not enrolled",
}

// Skipped says plainly of n bytes that they were not read, and why; o is what the
// audit was told to do.
func Skipped(n int64, why telltale.SkipReason, o telltale.Options) string {
	words := skipWords[why]
	if o.Plain && why == telltale.SkipDecodeDepth {
		words = "in compressed contents, left as they are because --plain was asked for"
	}
	return counted(n, "byte") + " " + words
}

// losses lists what was skipped and what the capture never had.
func (v *view) losses(s *screen) {
	c := &v.Coverage
	for _, reason := range telltale.SkipReasons {
		if n := c.Payload.Skipped[reason]; n > 0 {
			s.prose(2, 4, span{"skipped", bold}, span{": " + Skipped(n, reason, v.Info.Options), plain})
		}
	}
	var parts []string
	if c.Missing.Gap > 0 {
		parts = append(parts, counted(c.Missing.Gap, "byte")+" inside streams")
	}
	if c.Missing.Snaplen > 0 {
		parts = append(parts, counted(c.Missing.Snaplen, "byte")+" cut off packets")
	}
	for _, k := range sortedKeys(c.Missing.Drops) {
		parts = append(parts, counted(c.Missing.Drops[k], "packet")+" dropped by "+strings.ReplaceAll(k, "_", " "))
	}
	if len(parts) > 0 {
		s.prose(2, 4, span{"the capture never had", bold}, span{": " + listed(parts), plain})
	}
	v.damageLine(s)
	v.suppressedLine(s)
}

func (v *view) damageLine(s *screen) {
	if n := v.damaged(); n > 0 {
		s.prose(2, 4, span{"damaged", bold}, span{": " + counted(int64(n), "place") + " in the input could not be read", plain})
	}
	var parts []string
	for _, k := range sortedKeys(v.Coverage.Packets.Undecodable) {
		if n := v.Coverage.Packets.Undecodable[k]; n > 0 {
			parts = append(parts, thousands(n)+" "+strings.ReplaceAll(k, "_", " ")+v.linksOf(k))
		}
	}
	if len(parts) > 0 {
		s.prose(2, 4, span{"packets without readable headers", bold}, span{": " + listed(parts), plain})
	}
}

// Cuts are the rules under which bytes were searched in parts, so that a value
// on a cut was not seen. An audit in which one of them applied is not complete.
var Cuts = []string{"searched_in_parts", "stream_flows_evicted"}

// Suppressed says plainly what a rule kept out, and how often.
func Suppressed(r telltale.Suppressed) string {
	switch r.Rule {
	case "undeclared_devices":
		return counted(r.Count, "device") + " that no device file declares; told as counts only, --everyone tells more"
	case "undeclared_flows":
		return counted(r.Count, "flow") + " of theirs"
	case "undeclared_destinations":
		return counted(r.Count, "destination") + " that only they talked to"
	case "same_user_agent":
		return counted(r.Count, "message") + " in which a program named the same device again"
	case "values_too_long":
		return counted(r.Count, "value") + " of more than 4 KiB under names for texts and tokens, not judged"
	case "undeclared_sightings":
		return counted(r.Count, "value") + " in what they told"
	}
	return thousands(r.Count) + " " + strings.ReplaceAll(r.Rule, "_", " ")
}

// linksOf names the link types that are not read, by their numbers, where that
// is why packets have no headers.
func (v *view) linksOf(why string) string {
	if why != string(telltale.SkipUnsupportedLink) {
		return ""
	}
	var names []string
	for _, in := range v.Inputs {
		for _, l := range in.LinkTypes {
			if strings.HasPrefix(l, "link-") && !slices.Contains(names, l) {
				names = append(names, l)
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " (" + strings.Join(names, ", ") + ")"
}

func (v *view) suppressedLine(s *screen) {
	var parts []string
	for _, r := range v.Coverage.Suppressed {
		parts = append(parts, Suppressed(r))
	}
	if len(parts) > 0 {
		s.prose(2, 4, span{"kept out", bold}, span{": " + listed(parts), plain})
	}
}

// limits says what this audit cannot show. It stands in the last ten lines.
func (v *view) limits(s *screen) {
	blind := "SMS, the modem's own traffic, other networks than this one"
	if len(v.Coverage.BlindSpots) > 0 {
		blind = strings.ReplaceAll(strings.Join(v.Coverage.BlindSpots, ", "), "_", " ")
	}
	s.prose(2, 4, span{"not visible from here", bold}, span{": " + fit(blind, 2*s.width-40), plain})
	s.blank()
}

// closing says what this text is and how its values stand in it.
func (v *view) closing(s *screen) {
	text := "Technical findings; not legal advice. "
	if v.Info.Simulated {
		text = "Simulated: made-up numbers, made-up capture. "
	}
	if v.m.Reveal() {
		text += "UNREDACTED: this output shows whole values."
	} else {
		text += "Values masked, the dots are ours; --reveal shows them."
	}
	if s.width >= narrow {
		s.blank()
	}
	s.prose(0, 0, span{text, plain})
}

// column is where text stands beside a section's heading or a label.
func column(s *screen) int {
	if s.width < narrow {
		return 10
	}
	return 18
}

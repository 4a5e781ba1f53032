package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/telltale-audit/telltale"
)

// coverageFigure accounts for every byte.
type coverageFigure struct {
	Sum, State, Aria      string
	Scanned, Sealed, Skip float64 // percent of the width
	Key                   []fact
	Packets               string
	Lost                  []string // what was skipped or never captured
	Blind                 []string
	Suppressed            []string
	Searched, Exercised   string
	Empty                 bool
}

func (v *view) coverageFigure() coverageFigure {
	c, p := &v.Coverage, &v.Coverage.Payload
	scanned, sealed, skip := p.Scanned, opaque(c), skipped(c)
	f := coverageFigure{State: "Complete.", Empty: v.distinct() == 0, Suppressed: suppressedOf(c), Lost: v.lost(), Blind: v.blind()}
	if !c.Complete {
		f.State = "Not complete: something was skipped, damaged or cut."
	}
	f.Sum = counted(p.In, "byte") + " in = " + thousands(scanned) + " scanned"
	if p.Repeated > 0 {
		f.Sum += " + " + thousands(p.Repeated) + " repeated"
	}
	f.Sum += " + " + thousands(sealed) + " sealed + " + thousands(skip) + " skipped."
	if whole := float64(v.distinct()); whole > 0 {
		f.Scanned, f.Sealed, f.Skip = 100*float64(scanned)/whole, 100*float64(sealed)/whole, 100*float64(skip)/whole
	}
	f.Key = []fact{{v.readShare(), "read and searched"}, {percent(sealed, v.distinct()), "sealed: counted, not read"}, {percent(skip, v.distinct()), "skipped"}}
	f.Aria = v.readShare() + " read, " + f.Key[1].Name + " sealed, " + f.Key[2].Name + " skipped"
	f.Packets = counted(c.Packets.In, "packet") + " in, " + thousands(c.Packets.Decoded) + " decoded."
	f.Searched = "identifiers by their form and the names beside them; no device file was given"
	if n := len(v.Info.Options.Devices); n > 0 {
		f.Searched = "the values of " + counted(int64(n), "device file") + " in any form, and others by form and name"
	}
	f.Exercised = v.exercised()
	if v.Info.Options.Plain {
		f.Searched += "; only as it stands, for nothing was decoded (--plain)"
	}
	return f
}

// lost lists what was skipped, damaged, or never in the capture.
func (v *view) lost() []string {
	c := &v.Coverage
	var out []string
	for _, reason := range telltale.SkipReasons {
		if n := c.Payload.Skipped[reason]; n > 0 {
			out = append(out, "skipped: "+Skipped(n, reason, v.Info.Options))
		}
	}
	if c.Missing.Gap > 0 {
		out = append(out, "never captured: "+counted(c.Missing.Gap, "byte")+" inside streams")
	}
	if c.Missing.Snaplen > 0 {
		out = append(out, "never captured: "+counted(c.Missing.Snaplen, "byte")+" cut off packets")
	}
	for _, k := range sortedKeys(c.Missing.Drops) {
		out = append(out, "never captured: "+counted(c.Missing.Drops[k], "packet")+" dropped by "+harmless(strings.ReplaceAll(k, "_", " ")))
	}
	for _, k := range sortedKeys(c.Packets.Undecodable) {
		if n := c.Packets.Undecodable[k]; n > 0 {
			out = append(out, counted(n, "packet")+" without readable headers: "+harmless(strings.ReplaceAll(k, "_", " "))+v.linksOf(k))
		}
	}
	if n := v.damaged(); n > 0 {
		out = append(out, "damaged: "+counted(int64(n), "place")+" in the input could not be read")
	}
	return out
}

func (v *view) blind() []string {
	if len(v.Coverage.BlindSpots) == 0 {
		return []string{"SMS", "the modem's own traffic", "other networks than this one"}
	}
	var out []string
	for _, b := range v.Coverage.BlindSpots {
		out = append(out, harmless(strings.ReplaceAll(b, "_", " ")))
	}
	return out
}

func suppressedOf(c *telltale.Coverage) []string {
	var out []string
	for _, r := range c.Suppressed {
		out = append(out, harmless(Suppressed(r)))
	}
	return out
}

// step is something that the reader can do.
type step struct{ Do, How, Command string }

func (v *view) steps() []step {
	if len(v.findings()) == 0 {
		var out []step
		for _, t := range v.tries() {
			out = append(out, step{Do: strings.TrimSuffix(t[0], ","), How: capital(t[1])})
		}
		return out
	}
	out := []step{
		{"Keep the capture file as it is.", "It is the proof, and private: it holds what the phone sent. Its hash is at the end of this page.", ""},
		{"Update the phone, then capture again.", "Restart it, unlock it and let it join the same networks as often as here, then compare.", ""},
		{"Ask the maker of the phone or the app.", "What sends this, why, to whom, since when, and under which agreement? Name the packets. In the EEA you may ask for your own data and are owed an answer within a month (Art. 12 and 15 GDPR).", ""},
		{"Ask the authority.", "A data protection authority can ask what you cannot. Attach the packets, not pictures of them.", v.sliceCommand(v.findings()[0])},
	}
	if len(v.Info.Options.Devices) == 0 {
		out = append(out, step{"Make sure that these are your numbers.", "A device file holds them; then each is found for certain, in any form.", "telltale device new"})
	}
	if stays := v.stays(); stays != "" {
		out = append(out, step{"Know what stays.", stays, ""})
	}
	return out
}

// sliceCommand is how the packets of a finding are cut out, "" where nobody knows
// from which file.
func (v *view) sliceCommand(p *party) string {
	x, _ := p.exhibit()
	if x == nil || v.namesOf(x) == "" {
		return ""
	}
	return fmt.Sprintf("telltale slice %s %s%s -o %s.pcapng", v.id(p), v.namesOf(x), v.deviceFlags(), v.id(p))
}

// deviceFlags names the device files: with others, a finding has another name.
func (v *view) deviceFlags() string {
	var b strings.Builder
	for _, name := range v.Info.Options.Devices {
		b.WriteString(" --device " + shellQuote(harmless(name)))
	}
	if v.Info.Options.Everyone {
		b.WriteString(" --everyone")
	}
	return b.String()
}

// stays says of the kinds that were sent whether they can be changed.
func (v *view) stays() string {
	var parts []string
	seen := map[telltale.Kind]bool{}
	ids, _ := together(v.findings())
	for _, id := range ids {
		e, ok := Explain(id.Kind)
		if !ok || seen[id.Kind] || len(parts) == 5 {
			continue
		}
		seen[id.Kind] = true
		first, _, _ := strings.Cut(e.Change, ". ")
		parts = append(parts, capital(wordsOf(id.Kind).one)+": "+strings.ToLower(first[:1])+strings.TrimSuffix(first[1:], ".")+".")
	}
	if len(parts) == 0 {
		return ""
	}
	return "Can it be changed? " + strings.Join(parts, " ")
}

// logRow is one message in the list of all of them.
type logRow struct{ Number, Finding, Sent, To, Packets, Flow, Answer string }

// maxLog is how many messages the page lists one by one.
const maxLog = 120

func (v *view) log() (rows []logRow, more string) {
	whole := 0
	for _, p := range v.findings() {
		whole += p.count
		n := 0
		for _, s := range p.sends {
			for _, msg := range s.Messages {
				if len(rows) == maxLog {
					break
				}
				n++
				rows = append(rows, logRow{
					strconv.Itoa(n), v.id(p), v.clock(msg.Time) + fmt.Sprintf(".%03d", msg.Time.Std().Nanosecond()/1e6), p.name,
					v.packetsOf(msg.Input, msg.Packets), msg.FlowID, v.answer(msg),
				})
			}
		}
	}
	if n := whole - len(rows); n > 0 && whole > 0 {
		more = "and " + thousands(int64(n)) + " more; all are in the records (--json FILE)."
	}
	return rows, more
}

func (v *view) answer(m Message) string {
	if m.Response.IsZero() {
		return Answered(m.Answered)
	}
	return clip(v.m.Text(m.Response), 60)
}

type inputRow struct{ Name, SHA256, Size, Packets, Format, Damage string }

func (v *view) inputRows() []inputRow {
	var out []inputRow
	for i := range v.Inputs {
		in := &v.Inputs[i]
		row := inputRow{harmless(in.Name), in.SHA256, thousands(in.Size), thousands(in.Packets), in.Format, ""}
		if before := v.input(in.Continues); before != nil {
			row.Format += ", goes on from " + harmless(before.Name)
		}
		if n := len(in.Damage); n > 0 {
			row.Damage = counted(int64(n), "damaged place")
		}
		out = append(out, row)
	}
	return out[:min(len(out), maxLog)]
}

func (v *view) foot() []fact {
	out := []fact{{"Made by", "telltale " + harmless(v.Info.Version)}}
	for _, in := range v.Inputs[:min(len(v.Inputs), 12)] {
		out = append(out, fact{"SHA-256 of " + harmless(in.Name), in.SHA256})
	}
	if n := len(v.Info.Options.Devices); n > 0 {
		out = append(out, fact{"Searched for", "the values of " + counted(int64(n), "device file")})
	}
	values := "masked; the dots are in this report only, and what is kept is shared by many devices"
	if v.m.Reveal() {
		values = "UNREDACTED: shown whole"
	}
	return append(out,
		fact{"Values", values},
		fact{"Same again", "the same capture, device file and version make the same page, byte for byte"},
		fact{"What this is", "technical findings; not legal advice"},
	)
}

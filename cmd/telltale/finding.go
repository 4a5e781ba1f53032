package main

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/ndjson"
	"github.com/telltale-audit/telltale/internal/report"
)

var findingName = regexp.MustCompile(`^F-[0-9a-f]{8}$`)

// exhibits are what records hold of the findings of one name: one, or one for each
// device where nothing but the device tells them apart.
type exhibits struct {
	findings      []map[string]any
	transmissions []map[string]any            // of all the findings
	sightings     map[string][]map[string]any // by transmission_id
	inputs        []map[string]any
	all           []string // every finding's id
}

// gather collects the evidence of a finding from records or captures.
func gather(ctx context.Context, t *terminal, from *recordSource, name string, files []string) (*exhibits, error) {
	if len(files) == 0 {
		return nil, usage("name the records (audit --json FILE) or the capture that it is of", "no records and no capture named")
	}
	e := &exhibits{sightings: map[string][]map[string]any{}}
	err := from.each(ctx, t, files, func(l ndjson.Line) error {
		fields, _ := l.Get().(map[string]any)
		switch l.EventType {
		case "transmission":
			e.transmissions = append(e.transmissions, fields)
		case "sighting":
			id := l.Text("transmission_id")
			e.sightings[id] = append(e.sightings[id], fields)
		case "input":
			e.inputs = append(e.inputs, fields)
		case "finding":
			e.all = append(e.all, l.Text("finding_id"))
			if l.Text("finding_id") == name {
				e.findings = append(e.findings, fields)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(e.findings) == 0 {
		hint := "there are none in it"
		if len(e.all) > 0 {
			hint = "there are: " + strings.Join(e.all[:min(len(e.all), 12)], " ")
		}
		return nil, usage(hint+"; a finding needs the same --device file as when it was told", "no finding %s", name)
	}
	e.transmissions = slices.DeleteFunc(e.transmissions, func(x map[string]any) bool { return e.findingOf(x) == nil })
	return e, nil
}

// findingOf returns the finding that a transmission is of, or nil.
func (e *exhibits) findingOf(x map[string]any) map[string]any {
	for _, f := range e.findings {
		if carries(f, x) {
			return f
		}
	}
	return nil
}

// carries reports whether a transmission is one of the finding's.
func carries(f, x map[string]any) bool {
	for _, name := range []string{"destination_id", "device_id", "sent_by", "protection", "readable_by"} {
		if x[name] != f[name] {
			return false
		}
	}
	kinds, _ := f["kinds"].([]any)
	list, _ := x["kinds"].([]any)
	return slices.ContainsFunc(list, func(k any) bool { return slices.Contains(kinds, k) })
}

// explainFinding says what a finding rests on.
func explainFinding(ctx context.Context, t *terminal, from *recordSource, name string, files []string) error {
	e, err := gather(ctx, t, from, name, files)
	if err != nil {
		return err
	}
	var b strings.Builder
	for i, f := range e.findings {
		if i > 0 {
			b.WriteString("\n\n")
		}
		e.explain(&b, f)
	}
	return report.Prose(t.out, b.String(), t.style())
}

func (e *exhibits) explain(b *strings.Builder, f map[string]any) {
	fmt.Fprintf(b, "%s: %s\n\n", f["finding_id"], f["sentence"])
	if len(e.findings) > 1 {
		fmt.Fprintf(b, "Of device %v; others have a finding of the same name, for nothing but the device tells them apart\n\n", f["device_id"])
	}
	fmt.Fprintf(b, "How often\n  %s\n\n", howOften(f))
	fmt.Fprintf(b, "On the way\n  %s; %s\n  class %v: %s\n\n", channelWords[textOf(f["protection"])], readerWords[textOf(f["readable_by"])], f["class"], classWords[textOf(f["class"])])
	fmt.Fprintf(b, "How sure\n  %v, where 1 is certain; %s\n\n", f["confidence"], weakest(f))
	e.explainBytes(b, f)
	for _, x := range e.transmissions {
		if carries(f, x) {
			e.explainMessage(b, x)
			return
		}
	}
}

// howOften says how often and when it was sent.
func howOften(f map[string]any) string {
	if f["first"] == f["last"] {
		return fmt.Sprintf("once, at %v (UTC)", f["first"])
	}
	return fmt.Sprintf("%v times, from %v to %v (UTC)", f["count"], f["first"], f["last"])
}

// What the fixed words of records mean, in plain words.
var (
	channelWords = map[string]string{
		"open": "open: no key was needed to read it", "forgeable": "weak: sealed in a way that others can open",
		"sealed": "sealed: only with a key", "unknown": "nothing is known of how it was sealed",
	}
	readerWords = map[string]string{
		"anyone_on_path": "anyone on the way could", "local_network": "anyone in the same network could",
		"operator": "the operator of the network could", "destination_only": "only its destination could", "unknown": "who could is not known",
	}
	classWords = map[string]string{
		"A": "open, and written as it is", "B": "open, and encoded; encoded is not encrypted", "C": "sealed, and opened with a key that was given",
		"D": "sealed, contents not seen", "E": "outside of what this capture can show",
	}
)

// weakest says what the finding's certainty hangs on.
func weakest(f map[string]any) string {
	if link := textOf(f["weakest_link"]); link != "" {
		return "the weakest link is " + link
	}
	return "every value equals one of the device file"
}

// textOf returns a string of a record, "" where it has none.
func textOf(v any) string {
	s, _ := v.(string)
	return s
}

// explainBytes shows the bytes of one identifier, the identifier in brackets.
func (e *exhibits) explainBytes(b *strings.Builder, f map[string]any) {
	x, _ := f["exhibit"].(map[string]any)
	if x == nil {
		b.WriteString("The bytes\n  these records hold none of them; the packets below do\n\n")
		return
	}
	b.WriteString("The bytes (dots are ours; brackets mark the identifier)\n")
	fmt.Fprintf(b, "  on the wire: %s\n", bracketed(x["wire"], x["wire_mark"]))
	if x["decoded"] != nil {
		fmt.Fprintf(b, "  decoded:     %s\n", bracketed(x["decoded"], x["decoded_mark"]))
	}
	if x["chain"] != nil {
		fmt.Fprintf(b, "  chain:       %s\n", x["chain"])
	}
	input, packets := numberOf(x["input"]), packetsOf(x["packets"])
	fmt.Fprintf(b, "  packets:     %s", e.where(input, packets))
	if last := len(packets) - 1; last >= 0 && e.spot(input, packets[last]).input == input {
		fmt.Fprintf(b, "; display filter: frame.number in {%s}", joinNumbers(packets, ","))
	}
	b.WriteString("\n\n")
}

// bracketed sets brackets around the marked characters.
func bracketed(text, mark any) string {
	s, _ := text.(string)
	m, _ := mark.(map[string]any)
	rs := []rune(s)
	at := func(name string) int {
		n, _ := m[name].(json.Number)
		i, _ := strconv.Atoi(n.String())
		return min(max(i, 0), len(rs))
	}
	start, end := at("start"), at("end")
	end = max(start, end)
	return string(rs[:start]) + "[" + string(rs[start:end]) + "]" + string(rs[end:])
}

// explainMessage lists the identifiers of one message with their grounds.
func (e *exhibits) explainMessage(b *strings.Builder, x map[string]any) {
	id := textOf(x["transmission_id"])
	fmt.Fprintf(b, "The first of the messages (%v, flow %v, %v; %s)\n", id, x["flow_id"], x["timestamp"], report.Answered(textOf(x["answered"])))
	for _, s := range e.sightings[id] {
		fmt.Fprintf(b, "  %s %v: %v\n", report.KindName(telltale.Kind(textOf(s["kind"]))), s["value"], s["field"])
		grounds, _ := s["why"].([]any)
		var parts []string
		for _, g := range grounds {
			why, _ := g.(map[string]any)
			parts = append(parts, fmt.Sprintf("%v (×%v)", why["evidence"], why["lr"]))
		}
		fmt.Fprintf(b, "    %v (%v), because %s\n", s["level"], s["confidence"], strings.Join(parts, "; "))
	}
	b.WriteString("\n× says how many times likelier each makes it that the value is what it seems.\n")
}

// packetsOf reads packet numbers: all, or the first and the last of many.
func packetsOf(v any) []int64 {
	var out []int64
	add := func(v any) {
		if n, ok := v.(json.Number); ok {
			if i, err := n.Int64(); err == nil {
				out = append(out, i)
			}
		}
	}
	switch v := v.(type) {
	case telltale.Packets:
		return v
	case []any:
		for _, n := range v {
			add(n)
		}
	case map[string]any:
		add(v["first"])
		add(v["last"])
	}
	return out
}

func joinNumbers(list []int64, by string) string {
	parts := make([]string, len(list))
	for i, n := range list {
		parts[i] = strconv.FormatInt(n, 10)
	}
	return strings.Join(parts, by)
}

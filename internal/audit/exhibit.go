package audit

import (
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/pipeline"
	"github.com/telltale-audit/telltale/internal/report"
)

// exhibit returns the bytes of the group's first transmission.
func (g *send) exhibit(inputs []telltale.Input, m *telltale.Masker) *report.Exhibit {
	s := g.bytes
	if s == nil {
		return nil
	}
	decoded, mark := whole(s.Decoded, s.DecodedMark)
	blank := telltale.Union(append(slices.Clone(g.held), mark))
	return &report.Exhibit{
		Packets: s.Packets, FlowID: s.FlowID, Message: 1, Of: g.Count, Kind: s.Kind, Wire: wire(s, m),
		Decoded: telltale.Excerpt{Data: decoded, Mark: mark, Value: s.Value, Blank: blank},
		Chain:   s.Field, Response: g.Response, Capture: inputs[g.input-1].Name,
	}
}

// whole returns the decoded text around a value without what its ends cut in
// two: the rest of a neighbouring number would no longer look like one.
func whole(text []byte, mark telltale.Range) ([]byte, telltale.Range) {
	start, end := 0, len(text)
	for start < int(mark.Start) && isWordByte(text[start]) {
		start++
	}
	for end > int(mark.End) && isWordByte(text[end-1]) {
		end--
	}
	return text[start:end], telltale.Range{Start: mark.Start - int64(start), End: mark.End - int64(start)}
}

// isWordByte reports whether b may be part of a number, a name or an encoding.
func isWordByte(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80 || b == ':' || b == '-' || b == '.' || b == '_'
}

// wire returns the bytes around a value as they were on the wire. Where they
// are encoded, no shape shows what else they say: of Base64 the letters are
// blanked that spell what may not be shown decoded, of all else everything.
func wire(s *pipeline.Sighting, m *telltale.Masker) telltale.Excerpt {
	e := telltale.Excerpt{Data: s.Wire, Blank: s.WireBlank, Mark: s.WireMark, Value: s.Value}
	switch encodings(s.Form) {
	case "":
		return e
	case "base64":
		e.Blank = telltale.Union(append(hiddenLetters(s, m), s.WireBlank...))
	default:
		e.Blank = []telltale.Range{{End: int64(len(s.Wire))}}
	}
	e.Encoded = true
	return e
}

// encodings returns what of a form cannot be read as it stands.
func encodings(form string) string {
	var out []string
	for part := range strings.SplitSeq(form, ">") {
		switch part {
		case "plain", "json", "form", "url":
		default:
			out = append(out, part)
		}
	}
	return strings.Join(out, ">")
}

// slack is how many letters a line feed between them, and the ends of groups
// of four, can put the count out.
const slack = 4

// hiddenLetters returns the letters of Base64 that spell what the decoded text
// around a value may not show, and those beyond that text.
func hiddenLetters(s *pipeline.Sighting, m *telltale.Masker) []telltale.Range {
	if m.Reveal() {
		return nil
	}
	text, mark := whole(s.Decoded, s.DecodedMark)
	letter := func(at int64) int64 { // of the byte at an offset in text
		if at <= mark.Start {
			return s.WireMark.Start - (mark.Start-at)*4/3
		}
		return s.WireMark.End + (at-mark.End)*4/3
	}
	size, n := int64(len(text)), int64(len(s.Wire))
	var out []telltale.Range
	blank := func(start, end int64) {
		if start, end = max(start, 0), min(end, n); start < end {
			out = append(out, telltale.Range{Start: start, End: end})
		}
	}
	blank(0, letter(0)+slack)
	blank(letter(size)-slack, n)
	for _, h := range m.Hidden(text, []telltale.Range{mark}) {
		if h.End <= mark.Start || h.Start >= mark.End {
			blank(letter(h.Start)-slack, letter(h.End)+slack)
		}
	}
	return out
}

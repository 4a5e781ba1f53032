package audit

import (
	"bytes"
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/pipeline"
	"github.com/telltale-audit/telltale/internal/report"
)

// shown is what there is to show of a group: one sighting of its first
// transmission. There may be ten thousand, and few are shown: a whole sighting
// would take three times as much.
type shown struct {
	rank    int // of the sighting; 0: there is none
	value   telltale.Value
	field   telltale.Text
	form    string
	input   int // that the first of packets is in
	packets telltale.Packets
	bytes   []byte // as on the wire and, where that is something else, then as decoded
	wire    int    // how many are as on the wire
	from    int    // from which on they are as decoded

	wireMark, decodedMark telltale.Range
	wireBlank             []telltale.Range
	held                  []telltale.Range // of the decoded text around it, as whole returns it: values of its message
}

// show returns what there is to show of a sighting, whose message holds values.
func show(s *pipeline.Sighting, values []string) shown {
	text, _ := whole(s.Decoded, s.DecodedMark)
	both, from := s.Wire, 0
	if !bytes.Equal(s.Wire, s.Decoded) {
		both, from = slices.Concat(s.Wire, s.Decoded), len(s.Wire)
	}
	return shown{
		rank: exhibitRank(s), value: s.Value, field: s.Field, form: s.Form, input: s.Input, packets: s.Packets,
		bytes: both, wire: len(s.Wire), from: from,
		wireMark: s.WireMark, decodedMark: s.DecodedMark, wireBlank: s.WireBlank, held: cutPlaces(string(text), values),
	}
}

// onWire and decoded return the bytes around the value, in either reading.
func (s *shown) onWire() []byte  { return s.bytes[:s.wire:s.wire] }
func (s *shown) decoded() []byte { return s.bytes[s.from:] }

// exhibit returns the bytes of the group's first transmission.
func (g *send) exhibit(m *telltale.Masker) *report.Exhibit {
	if g.rank == 0 {
		return nil
	}
	decoded, mark := whole(g.decoded(), g.decodedMark)
	blank := telltale.Union(append(slices.Clone(g.held), mark))
	x := &report.Exhibit{
		Input: g.input, Packets: g.packets, FlowID: g.FlowID, Message: 1, Of: g.Count, Kind: g.value.Kind(), Wire: g.excerpt(m),
		Decoded: telltale.Excerpt{Data: decoded, Mark: mark, Value: g.value, Blank: blank},
		Chain:   g.field, Response: g.Response,
	}
	if g.whole != nil {
		x.Whole = g.whole.contained(decoded, m)
	}
	return x
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

// excerpt returns the bytes around a value as they were on the wire. Where they
// are encoded, no shape shows what else they say: of Base64 the letters are
// blanked that spell what may not be shown decoded, of all else everything.
func (s *shown) excerpt(m *telltale.Masker) telltale.Excerpt {
	e := telltale.Excerpt{Data: s.onWire(), Blank: s.wireBlank, Mark: s.wireMark, Value: s.value}
	switch encodings(s.form) {
	case "":
		return e
	case "base64":
		e.Blank = telltale.Union(append(s.hiddenLetters(m), s.wireBlank...))
	default:
		e.Blank = []telltale.Range{{End: int64(s.wire)}}
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
func (s *shown) hiddenLetters(m *telltale.Masker) []telltale.Range {
	if m.Reveal() {
		return nil
	}
	text, mark := whole(s.decoded(), s.decodedMark)
	letter := func(at int64) int64 { // of the byte at an offset in text
		if at <= mark.Start {
			return s.wireMark.Start - (mark.Start-at)*4/3
		}
		return s.wireMark.End + (at-mark.End)*4/3
	}
	size, n := int64(len(text)), int64(s.wire)
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

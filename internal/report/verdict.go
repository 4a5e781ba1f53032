package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
)

// verdict writes the sentences that stand alone.
func (v *view) verdict(s *screen) {
	switch {
	case len(v.parties) > 0:
		v.sent(s)
	case v.Coverage.Verdict == telltale.Inconclusive:
		s.prose(2, 2, span{"This capture does not answer the question. " + v.whyNot(), bold})
	case len(v.perhaps) > 0:
		s.prose(2, 2, span{"No identifier is certain. " + v.maybe(), bold})
		s.prose(2, 2, span{"That is neither proof that one was sent nor that none was.", plain})
	default:
		s.prose(2, 2, span{"No identifier was seen in what could be read (" + v.readShare() + " of bytes).", bold})
		s.prose(2, 2, span{"That is not proof that none was sent.", plain})
	}
}

// sent says what the readable parties got, or, where none was readable, what
// all of them got.
func (v *view) sent(s *screen) {
	told := v.parties
	if i := slices.IndexFunc(told, func(p *party) bool { return !p.open() }); i > 0 {
		told = told[:i]
	}
	ids, count := together(told)
	readable := v.readable(told)
	for _, budget := range []int{4, 3} {
		for _, rest := range []string{"more identifiers", "more"} {
			if text := v.sentence(told, ids, count, budget, rest); cells(text) <= s.width-2 {
				s.prose(2, 2, span{text, bold})
				s.prose(2, 2, readable...)
				return
			}
		}
	}
	// One paragraph, so that who could read it stays near the top.
	text := v.sentence(told, ids, count, 3, "more identifiers")
	s.prose(2, 2, append([]span{{text + " ", bold}}, readable...)...)
}

// readable says who could read it, and that an encoding hides nothing.
func (v *view) readable(told []*party) []span {
	spans := []span{readers(told[0].readableBy)}
	if told[0].readableBy != telltale.DestinationOnly {
		spans = append(spans, span{encodingNote(told), plain})
	}
	if rest := len(v.parties) - len(told); rest > 0 {
		spans = append(spans, span{fmt.Sprintf(" %s got identifiers in messages that not everyone could read.", counted(int64(rest), "more destination")), plain})
	}
	return spans
}

func readers(r telltale.ReadableBy) span {
	switch r {
	case telltale.AnyoneOnPath:
		return span{"Anyone on the way could read it.", signal}
	case telltale.LocalNetwork:
		return span{"Anyone on the same network could read it.", bold}
	case telltale.Operator:
		return span{"The network's operator could read it.", bold}
	case telltale.DestinationOnly:
		return span{"It was sealed: on the way, nobody without the key could read it.", bold}
	default:
		return span{"Who could read it on the way is not known.", bold}
	}
}

// encodingNote says what an encoding is not. A form names its transforms from
// the wire inwards, "base64>json".
func encodingNote(told []*party) string {
	encoded := false
	for _, p := range told {
		for _, snd := range p.sends {
			for _, form := range snd.Forms {
				if slices.Contains(strings.Split(form, ">"), "base64") {
					return " Base64 is not encryption."
				}
				encoded = encoded || form != "plain" && form != "json" && form != "url"
			}
		}
	}
	if encoded {
		return " It was encoded, which is not encryption."
	}
	return ""
}

// maybe counts what is possible only: "3 values may be ...".
func (v *view) maybe() string {
	n := len(v.perhaps)
	verb := "may be identifiers of a device"
	if n == 1 {
		verb = "may be an identifier of a device"
	}
	return counted(int64(n), "value") + " " + verb + "."
}

// whyNot says what kept the capture from answering.
func (v *view) whyNot() string {
	c := &v.Coverage
	switch {
	case v.Packets == 0 && c.Packets.In == 0:
		return "It holds no packets."
	case c.Packets.Decoded == 0:
		return "None of its packets could be understood."
	case c.Payload.In == 0:
		return "Its packets carry no contents."
	case c.Payload.Scanned == 0:
		return fmt.Sprintf("Nothing in it could be read: %s of bytes were sealed, %s skipped.", percent(opaque(c), c.Payload.In), percent(skipped(c), c.Payload.In))
	case v.damaged() > 0:
		return "It is damaged, and part of it could not be read."
	case skipped(c) > 0:
		return "Part of it was not read."
	}
	return "Too little of it could be read (" + v.readShare() + " of bytes)."
}

// damaged counts the places where an input could not be read.
func (v *view) damaged() int {
	n := 0
	for i := range v.Inputs {
		n += len(v.Inputs[i].Damage)
	}
	return n
}

// readShare is the share of payload bytes that was read.
func (v *view) readShare() string {
	p := &v.Coverage.Payload
	return percent(p.Scanned+p.Repeated, p.In)
}

func opaque(c *telltale.Coverage) (n int64) {
	for _, v := range c.Payload.Opaque {
		n += v
	}
	return n
}

func skipped(c *telltale.Coverage) (n int64) {
	for _, v := range c.Payload.Skipped {
		n += v
	}
	return n
}

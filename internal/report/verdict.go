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
	case len(v.senders) > 0:
		v.received(s)
	case v.Coverage.Verdict == telltale.Inconclusive:
		s.prose(2, 2, span{"This capture does not answer the question. " + v.whyNot(), bold})
	case len(v.perhaps) > 0:
		s.prose(2, 2, span{"No identifier is certain. " + v.maybe(), bold})
		s.prose(2, 2, span{"That is neither proof that one was sent nor that none was.", plain})
		v.servicesTalkedTo(s)
	default:
		s.prose(2, 2, span{"No identifier was seen in what could be read (" + v.readShare() + " of bytes).", bold})
		s.prose(2, 2, span{"That is not proof that none was sent" + v.sealedShare() + ".", plain})
		v.servicesTalkedTo(s)
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
				v.services(s, told)
				v.certainty(s, ids)
				return
			}
		}
	}
	// One paragraph, so that who could read it stays near the top.
	text := v.sentence(told, ids, count, 3, "more identifiers")
	s.prose(2, 2, append([]span{{text + " ", bold}}, readable...)...)
	v.services(s, told)
	v.certainty(s, ids)
}

// received says what a far end sent to a device that itself sent nothing.
func (v *view) received(s *screen) {
	from := v.senders[:1]
	ids, count := together(from)
	s.prose(2, 2, span{fmt.Sprintf("%s received %s from %s %s.", v.subject(ids), whatSent(ids, 3, "more"), whom(from), times(count)), bold})
	s.prose(2, 2, readers(from[0].readableBy), span{encodingNote(from) + " It was not seen to send any.", plain})
	v.services(s, from)
	v.certainty(s, ids)
}

// receivedLines says what came back to the devices, beside what they sent.
func (v *view) receivedLines(s *screen) {
	for i, p := range v.senders[:min(len(v.senders), maxParties)] {
		if i == 0 {
			s.blank()
		}
		text := fmt.Sprintf("%s, from %s, %s", whatSent(identifying(p.ids), 3, "more"), p.name, times(p.count))
		s.labelled(12, "received", bold, span{text + "  ", plain}, span{protectionMark(p.protection), p.wordInk()}, span{"  finding " + v.id(p), dim})
	}
	if n := len(v.senders) - maxParties; n > 0 {
		s.labelled(12, "received", bold, span{fmt.Sprintf("from %d more: ", n), plain}, span{v.findingsOf(v.senders[maxParties:]), dim})
	}
}

// certainty says of identifiers that none of the owner's values confirms how
// they were known.
func (v *view) certainty(s *screen, ids []*telltale.Identifier) {
	if text := v.howCertain(ids); text != "" {
		s.prose(2, 2, span{text, plain})
	}
}

func (v *view) howCertain(ids []*telltale.Identifier) string {
	switch {
	case slices.ContainsFunc(ids, func(id *telltale.Identifier) bool { return id.Level == telltale.Confirmed }):
		return ""
	case len(v.Info.Options.Devices) > 0:
		return "Probable, not certain: known by their form and the names beside them; not in the device file."
	}
	return "Probable, not certain: known by their form and the names beside them. Your own numbers, in a device file, would settle it."
}

// readable says who could read it, and that an encoding hides nothing.
func (v *view) readable(told []*party) []span {
	spans := []span{readers(told[0].readableBy)}
	if told[0].readableBy != telltale.DestinationOnly {
		spans = append(spans, span{encodingNote(told), plain})
	}
	if rest := len(v.parties) - len(told); rest > 0 {
		spans = append(spans, span{" " + others(rest), plain})
	}
	return spans
}

// others says of destinations beside those of the sentence that the way to them was
// not open to everyone.
func others(n int) string {
	return counted(int64(n), "more destination") + " got identifiers too, but in messages that not everyone on the way could read."
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
				for part := range strings.SplitSeq(form, ">") {
					switch part {
					case "base64":
						return " Base64 is not encryption."
					case "plain", "json", "form", "url", "eui64": // read by anyone as they stand
					default:
						encoded = true
					}
				}
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
		return "Nothing in it could be read: " + v.unread() + "."
	case v.damaged() > 0:
		return "It is damaged, and part of it could not be read."
	case skipped(c) > 0:
		return "Part of it was not read."
	}
	return "Too little of it could be read (" + v.readShare() + " of bytes)."
}

// sealedShare ends a sentence with the share of bytes that was sealed.
func (v *view) sealedShare() string {
	n := opaque(&v.Coverage)
	if n == 0 {
		return ""
	}
	return ": " + percent(n, v.distinct()) + " were sealed, and so unknown"
}

// unread says what became of bytes of which none was read.
func (v *view) unread() string {
	var parts []string
	if n := opaque(&v.Coverage); n > 0 {
		parts = append(parts, percent(n, v.distinct())+" of bytes were sealed")
	}
	if n := skipped(&v.Coverage); n > 0 {
		parts = append(parts, percent(n, v.distinct())+" of bytes were skipped")
	}
	return listed(parts)
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
func (v *view) readShare() string { return percent(v.Coverage.Payload.Scanned, v.distinct()) }

// distinct counts the payload bytes without those that only repeat others:
// what repeats sealed bytes was not read for being repeated.
func (v *view) distinct() int64 { return v.Coverage.Payload.In - v.Coverage.Payload.Repeated }

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

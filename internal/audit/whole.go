package audit

import (
	"bytes"
	"slices"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/pipeline"
	"github.com/telltale-audit/telltale/internal/report"
)

// wholeMessage is the first message of a group, as it was on the wire, and what was
// found in it.
type wholeMessage struct {
	*pipeline.Whole
	proto, contentType string
	spots              []spot
}

// spot is one sighting of a whole message.
type spot struct {
	value  telltale.Value
	around string           // decoded, the value with what stands beside it
	spelt  telltale.Range   // of that: the value
	ranges []telltale.Range // of the stream
	quiet  bool             // it is no more than possible
}

// spoken are the protocols whose messages are the words of people, which have no
// shape by which they could be masked.
var spoken = []string{"smtp", "imap", "pop3", "xmpp"}

// newWhole returns a message whole, nil where its bytes were not kept. A model
// and a build are shown: many phones share them.
func newWhole(m *pipeline.Message) *wholeMessage {
	if m.Whole == nil || len(m.Whole.Data) == 0 {
		return nil
	}
	w := &wholeMessage{Whole: m.Whole, proto: m.Proto, contentType: m.ContentType}
	for _, s := range m.Sightings {
		if s.Kind == telltale.Model || s.Kind == telltale.Build || s.View != telltale.ViewMain {
			continue
		}
		w.spots = append(w.spots, spot{
			value: s.Value, around: string(s.Decoded), spelt: s.DecodedMark,
			ranges: s.Ranges, quiet: !s.Level.AtLeast(telltale.Probable),
		})
	}
	return w
}

// maxKeptWholes is how many whole messages are kept at a time, of the groups of
// most consequence, and maxShownWhole how many bytes of one are shown.
const (
	maxKeptWholes = 2 * maxExhibits
	maxShownWhole = 4 << 10
)

// keepWhole keeps a message whole if a group begins with it.
func (x *sends) keepWhole(id string, m *pipeline.Message) {
	g := x.latest
	if g == nil || g.last != id || g.Count != 1 {
		return
	}
	if g.whole = newWhole(m); g.whole == nil {
		return
	}
	if x.wholes++; x.wholes > maxKeptWholes {
		x.dropWholes()
	}
}

// dropWholes drops those messages that are least likely to be shown.
func (x *sends) dropWholes() {
	x.wholes = 0
	for _, g := range byConsequence(slices.Clone(x.list)) {
		if x.wholes == maxExhibits {
			g.whole = nil
		} else if g.whole != nil {
			x.wholes++
		}
	}
}

// contained is show, but for a message on which that fails by a fault of ours:
// nothing of such a one is shown but that. Its bytes are anyone's to choose.
func (w *wholeMessage) contained(around []byte, m *telltale.Masker) (out *report.Whole) {
	defer func() {
		if recover() != nil {
			out = &report.Whole{Size: w.Size, Failed: true}
		}
	}()
	return w.show(around, m)
}

// show returns the message as a report shows it: its head, its body, and the
// text that has around in it.
func (w *wholeMessage) show(around []byte, m *telltale.Masker) *report.Whole {
	switch {
	case w.proto == "http2":
		return &report.Whole{Size: w.Size, Kept: report.KeptHeads}
	case slices.Contains(spoken, w.proto) && !m.Reveal():
		return &report.Whole{Size: w.Size, Kept: report.KeptWords}
	}
	head, body := w.split()
	h, r := w.document(head, 0), w.read(head, body, around, m)
	h.Blank = headBlank(head, h.Marks)
	out := &report.Whole{Size: w.Size, Broken: w.parted(len(head), body), Kinds: w.kinds()}
	out.Head = settled(h, min(len(head), maxShownWhole), m)
	shown := int64(len(out.Head.Data))
	if r.packed != "" && !m.Reveal() {
		out.Packed, out.PackedSize = r.packed, w.Size-int64(len(head))
		shown += out.PackedSize
	} else {
		out.Body = settled(r.body, min(len(body), maxShownWhole-len(out.Head.Data)), m)
		out.Bytes, out.Encoded = !isText(out.Body.Data), len(r.body.Clear) > 0
		if out.Bytes && mostlyHidden(&out.Body) {
			out.Unread, out.Body = int64(len(body)), telltale.Document{}
			shown += out.Unread
		}
		shown += int64(len(out.Body.Data))
	}
	out.Left = w.Size - shown
	out.Decoded, out.DecodedLeft = r.decoded()
	if out.Packed == "" && out.Unread == 0 && !isMarked(&out.Head) && !isMarked(&out.Body) && !isMarked(&out.Decoded) {
		out.Beyond = w.first()
	}
	return out
}

// isMarked reports whether a document has a mark that is to be seen.
func isMarked(d *telltale.Document) bool {
	return slices.ContainsFunc(d.Marks, func(k telltale.Mark) bool { return !k.Quiet })
}

// first returns how many bytes of the message stand before the first value that is
// to be marked, 0 where there is none.
func (w *wholeMessage) first() (before int64) {
	for _, s := range w.spots {
		if len(s.ranges) > 0 && !s.quiet && (before == 0 || s.ranges[0].Start-w.Start < before) {
			before = s.ranges[0].Start - w.Start
		}
	}
	return before
}

// mostlyHidden reports whether so little of a settled document is shown that it
// says nothing.
func mostlyHidden(d *telltale.Document) bool {
	var n int64
	for _, r := range d.Blank {
		n += r.Len()
	}
	return 2*n > int64(len(d.Data))
}

// split returns the head and the body of a message of HTTP/1; others are all body.
func (w *wholeMessage) split() (head, body []byte) {
	if w.proto != "http" {
		return nil, w.Data
	}
	end := len(w.Data)
	if i := bytes.Index(w.Data, []byte("\r\n\r\n")); i >= 0 {
		end = i + 4
	} else if i := bytes.Index(w.Data, []byte("\n\n")); i >= 0 {
		end = i + 2
	}
	return w.Data[:end], w.Data[end:]
}

// document returns bytes of the message, the first of which is the at-th, with
// their marks.
func (w *wholeMessage) document(data []byte, at int) telltale.Document {
	d := telltale.Document{Data: data, Marks: w.marksIn(data)}
	from := w.Start + int64(at)
	for _, s := range w.spots {
		for _, r := range s.ranges {
			r = telltale.Range{Start: max(r.Start-from, 0), End: min(r.End-from, int64(len(data)))}
			if r.Start < r.End {
				d.Marks = append(d.Marks, telltale.Mark{Range: r, Value: s.value, Quiet: s.quiet})
			}
		}
	}
	return d
}

// leastSpelt is how short a value may be to be looked for wherever it stands, and
// not only beside what it stood beside.
const leastSpelt = 4

// marksIn returns where in a text the message's values stand.
func (w *wholeMessage) marksIn(data []byte) (out []telltale.Mark) {
	text, low := string(data), lowered(string(data))
	for _, s := range w.spots {
		mark := func(at []int, spelt telltale.Range) {
			for _, i := range at {
				r := telltale.Range{Start: int64(i) + spelt.Start, End: int64(i) + spelt.End}
				out = append(out, telltale.Mark{Range: r, Value: s.value, Quiet: s.quiet})
			}
		}
		spelt, raw := s.around[s.spelt.Start:s.spelt.End], strings.ToLower(s.value.Raw())
		if len(spelt) < leastSpelt {
			mark(occurrences(text, s.around), s.spelt)
		} else {
			mark(occurrences(text, spelt), telltale.Range{End: s.spelt.Len()})
		}
		if len(raw) >= leastSpelt && raw != spelt {
			mark(occurrences(low, raw), telltale.Range{End: int64(len(raw))})
		}
	}
	return out
}

// occurrences returns where part stands in text.
func occurrences(text, part string) (out []int) {
	for at := 0; part != ""; at += len(part) {
		n := strings.Index(text[at:], part)
		if n < 0 {
			break
		}
		at += n
		out = append(out, at)
	}
	return out
}

// kinds returns the kinds of the values that are marked in the message.
func (w *wholeMessage) kinds() (kinds []telltale.Kind) {
	told := map[telltale.Value]bool{}
	for _, s := range w.spots {
		if !s.quiet && !told[s.value] {
			told[s.value] = true
			kinds = append(kinds, s.value.Kind())
		}
	}
	return kinds
}

// parted returns the kinds of those that an end of a line parts in the body.
func (w *wholeMessage) parted(head int, body []byte) (kinds []telltale.Kind) {
	told := map[telltale.Value]bool{}
	from := w.Start + int64(head)
	for _, s := range w.spots {
		for _, r := range s.ranges {
			start, end := max(r.Start-from, 0), min(r.End-from, int64(len(body)))
			if s.quiet || told[s.value] || start >= end || bytes.IndexByte(body[start:end], '\n') <= 0 {
				continue
			}
			told[s.value] = true
			kinds = append(kinds, s.value.Kind())
		}
	}
	return kinds
}

// isText reports whether nearly all of b is characters that print.
func isText(b []byte) bool {
	odd := 0
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
			odd++
		}
	}
	return odd*32 <= len(b) && strings.Count(string(bytes.ToValidUTF8(b, []byte{0})), "\x00") <= len(b)/16
}

package report

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/figure"
)

// maxProofs is how many findings a page proves with bytes.
const maxProofs = 8

// layerColumns is how many characters of a layer are shown.
const layerColumns = 44

// proof is what a reader can check of one finding.
type proof struct {
	ID, Name, Class string
	Conclusion      string
	Aside           string // what the encoding is
	Layers          []layer
	Whole           *wholeMessage // nil: the page does not show it
	Chain           []string
	Where, Filter   string
	Tshark, Slice   string
	Why             string
	Response        string
	Spots           []spotRow
	Also            string // what is not counted among them
}

// layer is one reading of the same bytes, with the identifier marked; Wedge
// leads from it to the next.
type layer struct {
	Number              int
	Name, Note          string
	Before, Mark, After string
	Wedge               template.HTML
	start, end          int // columns of the mark
}

type spotRow struct {
	Name, Value, Field, Form, Bytes, Level string
}

func (v *view) proofs() (out []proof, more string) {
	left, wholes, room := 0, 0, wholeRoom
	for _, p := range v.findings() {
		x, s := p.exhibit()
		if x == nil || len(out) == maxProofs {
			left++
			continue
		}
		next := v.proof(p, x, s)
		if wholes < maxWholes {
			next.Whole = v.whole(p, x)
		}
		if next.Whole != nil {
			if room -= next.Whole.size(); room < 0 {
				next.Whole = nil
			}
			wholes++
		}
		out = append(out, next)
	}
	if left > 0 {
		more = counted(int64(left), "more finding") + " can be looked at in the same way: telltale audit FILE --why FINDING."
	}
	return out, more
}

func (v *view) proof(p *party, x *Exhibit, s *Send) proof {
	id := v.id(p)
	out := proof{
		ID: id, Name: p.name, Class: p.class(), Layers: v.layers(x), Conclusion: v.layerConclusion(x), Aside: v.aside(x),
		Where: v.whereaboutsOf(x), Filter: v.filter(x), Response: v.m.Text(x.Response),
	}
	if !x.Chain.IsZero() {
		out.Chain = strings.Split(v.m.Text(x.Chain), " > ")
	}
	if names := v.namesOf(x); names != "" {
		out.Tshark = v.tshark(x)
		out.Why = "telltale audit " + names + v.deviceFlags() + " --why " + id
		out.Slice = v.sliceCommand(p)
	}
	out.Also = v.alsoSaid(p.ids)
	for _, spot := range s.Spots {
		if who := v.byID[spot.Identifier]; who != nil && who.Level.AtLeast(telltale.Probable) && (isOwn(who) || out.Also == "") {
			out.Spots = append(out.Spots, v.spot(who, spot))
		}
	}
	return out
}

// whereaboutsOf names the packets, the flow and which message of its like an
// exhibit is.
func (v *view) whereaboutsOf(x *Exhibit) string {
	was := v.Exhibit
	v.Exhibit = x
	defer func() { v.Exhibit = was }()
	return v.whereabouts()
}

func (v *view) spot(id *telltale.Identifier, s Spot) spotRow {
	var ranges []string
	for _, r := range s.Ranges[:min(len(s.Ranges), 3)] {
		ranges = append(ranges, thousands(r.Start)+"–"+thousands(r.End))
	}
	if n := len(s.Ranges) - 3; n > 0 {
		ranges = append(ranges, fmt.Sprintf("%d more", n))
	}
	row := spotRow{wordsOf(id.Kind).label, v.shown(id), v.m.Text(s.Field), strings.ReplaceAll(s.Form, ">", " > "), strings.Join(ranges, ", "), string(id.Level)}
	if s.View == telltale.ViewAlt {
		row.Form += ", in a conflicting copy"
	}
	return row
}

func (v *view) layerConclusion(x *Exhibit) string {
	if len(x.Decoded.Data) == 0 {
		return "It stood in the message as it is."
	}
	if strings.Contains(v.m.Text(x.Chain), "base64") {
		return "Base64 is a way of writing, not a lock."
	}
	return "An encoding is a way of writing, not a lock."
}

// aside says what was between the bytes and their reader.
func (v *view) aside(x *Exhibit) string {
	switch {
	case len(x.Decoded.Data) == 0:
		return "Nothing was done to hide it: whoever sees the bytes sees the value."
	case strings.Contains(v.m.Text(x.Chain), "base64"):
		return "Base64 writes any three bytes as four letters from a fixed alphabet of 64. The alphabet is public, so the way back is too."
	}
	return "The way back is public and needs no key: it is the chain below, undone step by step."
}

// layers are the same bytes on the wire, decoded, and read.
func (v *view) layers(x *Exhibit) []layer {
	var out []layer
	note := "Letters that look scrambled."
	if len(x.Decoded.Data) == 0 {
		note = "Readable as it stands."
	}
	out = append(out, v.layerOf(len(out)+1, "On the wire.", note, x.Wire))
	if len(x.Decoded.Data) > 0 {
		out = append(out, v.layerOf(len(out)+1, "Decoded.", "Names and numbers.", x.Decoded))
	}
	value := []rune(v.m.Value(x.Wire.Value))
	value = value[:min(len(value), layerColumns)]
	last := &out[len(out)-1]
	start := max(min(last.start, layerColumns-len(value)), 0)
	words := wordsOf(x.Kind)
	out = append(out, layer{
		Number: len(out) + 1, Name: "Read.", Note: words.label,
		Before: strings.Repeat(" ", start), Mark: string(value), start: start, end: start + len(value),
	})
	for i := range out[:len(out)-1] {
		a, b := &out[i], &out[i+1]
		a.Wedge = template.HTML(figure.Wedge(layerColumns, a.start, a.end, b.start, b.end))
	}
	return out
}

func (v *view) layerOf(number int, name, note string, e telltale.Excerpt) layer {
	text, at := v.m.Excerpt(e)
	text = lineEnds.Replace(text)
	before, inside, after := window([]rune(text), int(at.Start), int(at.End), layerColumns)
	start := cells(before)
	return layer{number, name, note, before, inside, after, "", start, start + cells(inside)}
}

// pathFigure is who could read it on the way: an open message and a sealed one
// of the same phone, hop by hop.
type pathFigure struct {
	Conclusion, Answer string
	Sealed             string // name of the sealed far end; "" where the capture has none
	Name               string
	Near               bool // it did not pass the internet
	Hops               []hop
}

type hop struct {
	Icon        template.HTML
	Name, About string
	Glass       string // what is to be seen in the open pipe
	Reads       string
	Sees        string // of a sealed message
	Party       bool   // an end of the path
}

// icons of the hops.
var hopIcons = map[string]template.HTML{
	"phone":   `<path d="M10 3h14v28H10zM15 27h4"/>`,
	"network": `<path d="M4 14c8-8 18-8 26 0M8.500 19c5-5 12-5 17 0M13 24c2.500-2.500 5.500-2.500 8 0M17 28.500v.1"/>`,
	"tower":   `<path d="M17 12v19M10 31h14M12 17l-4-4 4-4M22 17l4-4-4-4M17 12v.1"/>`,
	"globe":   `<path d="M17 4a13 13 0 1 0 0 26 13 13 0 1 0 0-26M4 17h26M17 4c-8 8-8 18 0 26M17 4c8 8 8 18 0 26"/>`,
	"server":  `<path d="M6 5h22v9H6zM6 19h22v9H6zM10 9.500h.1M10 23.500h.1M16 9.500h8M16 23.500h8"/>`,
}

// pathFigure returns the figure for the finding that most could read; nil
// where nothing that was found lay open.
func (v *view) pathFigure() *pathFigure {
	var p *party
	for _, q := range v.findings() {
		if q.class() == "open" || q.class() == "near" {
			p = q
			break
		}
	}
	if p == nil {
		return nil
	}
	f := &pathFigure{Name: p.name, Near: !p.open()}
	if len(v.sealed) > 0 {
		f.Sealed = v.sealed[0].name
	}
	all := allOf(len(identifying(p.ids)))
	if f.Near {
		f.Conclusion = "Whoever is on the same network could read it; it was not seen to go further."
		f.Answer = "Yes, on the network it was sent in. Messages like this one stay there, where every device and the owner of the network can read them."
		f.Hops = []hop{{Icon: hopIcons["phone"]}, {Icon: hopIcons["network"], Name: "The same network", About: "its owner, and the devices in it"}, {Icon: hopIcons["server"]}}
	} else {
		f.Conclusion = "Everyone between the phone and the destination could read " + all + "."
		f.Answer = "Yes, at every step. The message travels like a postcard: whoever carries it can read it, copy it, and know the phone again next time. Of a sealed message, carriers see only a name, a size and a time."
		f.Hops = []hop{
			{Icon: hopIcons["phone"]},
			{Icon: hopIcons["network"], Name: "The network it is in", About: "its owner; of a Wi-Fi without a password, anyone near"},
			{Icon: hopIcons["tower"], Name: "The internet provider", About: "of that network"},
			{Icon: hopIcons["globe"], Name: "Carriers in between", About: "which ones, a capture does not show"},
			{Icon: hopIcons["server"]},
		}
	}
	v.fillHops(f, p)
	return f
}

// fillHops writes what each hop could read.
func (v *view) fillHops(f *pathFigure, p *party) {
	device, wrote := "Your phone", "writes it in the open"
	if !strings.HasPrefix(v.subject(p.ids), "Your") {
		device = "The device"
	}
	last := len(f.Hops) - 1
	for i := range f.Hops {
		h := &f.Hops[i]
		id := identifying(p.ids)[i%len(identifying(p.ids))]
		h.Glass = strings.ToUpper(string(id.Kind)) + " " + v.shown(id)
		h.Reads, h.Sees = "could read "+fewWords(len(identifying(p.ids))), "name, size, time"
	}
	f.Hops[0].Name, f.Hops[0].About, f.Hops[0].Reads, f.Hops[0].Sees, f.Hops[0].Party = device, "writes the message", wrote, "seals it", true
	f.Hops[last].Name, f.Hops[last].About, f.Hops[last].Sees, f.Hops[last].Party = "The destination", p.name, "reads its message", true
	f.Hops[last].Reads = "receives " + fewWords(len(identifying(p.ids)))
	if p.sends[0].Received {
		f.Hops[0].Reads, f.Hops[0].About = "receives it", "is sent the message"
		f.Hops[last].Name, f.Hops[last].Reads = "The far end", "writes it in the open"
	}
}

// fewWords says "all 7" where there is little room.
func fewWords(n int) string {
	switch n {
	case 1:
		return "it"
	case 2:
		return "both"
	}
	return "all " + thousands(int64(n))
}

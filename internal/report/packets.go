package report

import (
	"strings"

	"github.com/telltale-audit/telltale"
)

// inFile is packets of one capture file, by their numbers in it.
type inFile struct {
	name    string // as a shell takes it
	packets telltale.Packets
}

// inFiles parts packet numbers, counted from the beginning of an input, by the files
// they are in: those beyond its last packet are in the one that continues it. It
// returns nil where the report does not know the files.
func (v *view) inFiles(input int, packets telltale.Packets) (out []inFile) {
	var base int64
	for in := v.input(input); in != nil && len(packets) > 0; in = v.continuation(in) {
		here := 0
		for here < len(packets) && packets[here]-base <= in.Packets {
			here++
		}
		if here > 0 {
			out = append(out, inFile{shellQuote(harmless(in.Name)), less(packets[:here], base)})
		}
		packets, base = packets[here:], base+in.Packets
	}
	return out
}

// less returns packet numbers, each less by base.
func less(packets telltale.Packets, base int64) telltale.Packets {
	out := make(telltale.Packets, len(packets))
	for i, n := range packets {
		out[i] = n - base
	}
	return out
}

// input returns an input by its number, nil if there is none.
func (v *view) input(number int) *telltale.Input {
	if number < 1 || number > len(v.Inputs) {
		return nil
	}
	return &v.Inputs[number-1]
}

// continuation returns the input that continues another, nil if none does.
func (v *view) continuation(in *telltale.Input) *telltale.Input {
	for i := range v.Inputs {
		if next := &v.Inputs[i]; next.Continues == in.Input && next != in {
			return next
		}
	}
	return nil
}

// packetsOf names packets, and the files they are in where there are several.
func (v *view) packetsOf(input int, packets telltale.Packets) string {
	files := v.inFiles(input, packets)
	if len(v.Inputs) < 2 || len(files) == 0 {
		return numbers(packets)
	}
	parts := make([]string, len(files))
	for i, f := range files {
		parts[i] = numbers(f.packets) + " of " + f.name
	}
	return strings.Join(parts, ", ")
}

// numbers lists packet numbers for people.
func numbers(packets telltale.Packets) string {
	return strings.ReplaceAll(strings.Trim(frameSet(packets), "{}"), ",", ", ")
}

// namesOf returns the files that an exhibit's packets are in, as a shell takes
// them; "" where they are not known.
func (v *view) namesOf(x *Exhibit) string {
	var names []string
	for _, f := range v.inFiles(x.Input, x.Packets) {
		names = append(names, f.name)
	}
	return strings.Join(names, " ")
}

// filter is the display filter that shows an exhibit's packets, those in the first
// of their files.
func (v *view) filter(x *Exhibit) string {
	packets := x.Packets
	if files := v.inFiles(x.Input, packets); len(files) > 0 {
		packets = files[0].packets
	}
	return "frame.number in " + frameSet(packets)
}

// tshark is the command that shows an exhibit's packets, those in the first of their
// files; "" where it is not known.
func (v *view) tshark(x *Exhibit) string {
	files := v.inFiles(x.Input, x.Packets)
	if len(files) == 0 {
		return ""
	}
	return "tshark -r " + files[0].name + " -Y '" + v.filter(x) + "' -V"
}

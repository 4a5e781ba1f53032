package audit

import (
	"bytes"

	"github.com/telltale-audit/telltale"
)

// maxIndent is how deep a JSON text is indented, in levels.
const maxIndent = 12

// indented returns a settled document of JSON with a line for each value. What may
// not be shown, and the marks, move with the bytes.
func indented(d telltale.Document) telltale.Document {
	data := bytes.TrimSpace(d.Data)
	if len(data) == 0 || data[0] != '{' && data[0] != '[' {
		return d
	}
	in := indenter{from: d.Data}
	in.run()
	return telltale.Document{
		Data: in.out, Clear: []telltale.Range{{End: int64(len(in.out))}},
		Blank: in.moved(d.Blank), Marks: in.movedMarks(d.Marks),
	}
}

// indenter writes a JSON text anew and keeps where each byte came from.
type indenter struct {
	from  []byte
	out   []byte
	at    []int64 // in from, of each byte of out; -1 for those that are new
	depth int
}

func (in *indenter) run() {
	quoted := false
	for i := 0; i < len(in.from); i++ {
		c := in.from[i]
		switch {
		case quoted:
			in.put(i)
			if c == '\\' && i+1 < len(in.from) {
				i++
				in.put(i)
			}
			quoted = c != '"'
		case c == '"':
			in.put(i)
			quoted = true
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
		case c == '{' || c == '[':
			in.put(i)
			if j := in.next(i); j < len(in.from) && (in.from[j] == '}' || in.from[j] == ']') {
				in.put(j)
				i = j
				continue
			}
			in.depth++
			in.line()
		case c == '}' || c == ']':
			in.depth = max(in.depth-1, 0)
			in.line()
			in.put(i)
		case c == ',':
			in.put(i)
			in.line()
		default:
			if in.put(i); c == ':' {
				in.add(' ')
			}
		}
	}
}

// next returns where the first byte behind from[i] is that is no white space.
func (in *indenter) next(i int) int {
	rest := in.from[i+1:]
	return len(in.from) - len(bytes.TrimLeft(rest, " \t\r\n"))
}

func (in *indenter) put(i int) { in.out, in.at = append(in.out, in.from[i]), append(in.at, int64(i)) }

func (in *indenter) add(c byte) { in.out, in.at = append(in.out, c), append(in.at, -1) }

func (in *indenter) line() {
	in.add('\n')
	for range 2 * min(in.depth, maxIndent) {
		in.add(' ')
	}
}

// moved returns the bytes of out that came from the ranges, which are sorted and
// disjoint.
func (in *indenter) moved(rs []telltale.Range) (out []telltale.Range) {
	for i, at := range in.at {
		for at >= 0 && len(rs) > 0 && rs[0].End <= at {
			rs = rs[1:]
		}
		if at >= 0 && len(rs) > 0 && rs[0].Start <= at {
			out = append(out, telltale.Range{Start: int64(i), End: int64(i + 1)})
		}
	}
	return telltale.Union(out)
}

func (in *indenter) movedMarks(marks []telltale.Mark) (out []telltale.Mark) {
	for _, k := range marks {
		for _, r := range in.moved([]telltale.Range{k.Range}) {
			out = append(out, telltale.Mark{Range: r, Quiet: k.Quiet})
		}
	}
	return out
}

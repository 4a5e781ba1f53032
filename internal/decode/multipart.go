package decode

import "bytes"

// multipartDecoder reads the forms that browsers send files with
// (multipart/form-data, RFC 7578): each part goes by its name. What a part holds
// stands in the body as it is; the view has it behind its name. A form may begin
// anywhere: behind a preamble (RFC 2046, 5.1.1), or with what is left of it behind
// a part that is longer than a window.
var multipartDecoder = &Decoder{Name: "multipart", Find: findMultipart, Decode: decodeMultipart, Encode: encodeMultipart, whole: true}

// Bounds of a form.
const (
	maxBoundary = 2 + 70  // bytes of the longest line between parts (RFC 2046, 5.1.1)
	maxHead     = 2 << 10 // bytes of the fields of a part
	maxOpen     = 8       // forms in one text that do not end there
)

// findMultipart finds forms.
func findMultipart(b []byte, f *Found) {
	if f.marks&equals == 0 && !f.More {
		return
	}
	for at, open := 0, 0; ; {
		start := nextDashes(b, at)
		if start < 0 {
			return
		}
		switch value, named := isPart(b, start); {
		case named && open == maxOpen:
			f.over(Candidate{Start: start, End: len(b)})
			return
		case named:
			var ended bool
			if at, ended = f.form(b, start, value); !ended {
				open++
			}
		case value == len(b) && f.hold(b, start): // its head is cut
			return
		default:
			at = start + len(dashes)
		}
	}
}

// dashes begin a line between parts, and end the last one.
var dashes = []byte("--")

// form takes the form whose first part is at start and holds what is behind value,
// up to the last line between parts. What is behind that waits for what follows;
// if nothing does, it is a part that was cut. It returns where the next form may
// begin, and whether this one has an end.
func (f *Found) form(b []byte, start, value int) (next int, ended bool) {
	boundary, _ := boundaryAt(b, start)
	last, parts := start, 0
	for at := nextBoundary(b, value, boundary); at >= 0; at = nextBoundary(b, last+len(boundary), boundary) {
		last = at
		if parts++; parts == maxItems {
			f.add(Candidate{Start: start, End: last})
			start, parts = last, 0
		}
	}
	end := last
	next = last + len(boundary)
	if ended = bytes.HasPrefix(b[next:], dashes); !ended {
		_, named := isPart(b, last)
		switch {
		case f.hold(b, last):
			next = len(b)
		case named && !f.More:
			end, next = len(b), len(b)
		}
	}
	if end > start {
		f.add(Candidate{Start: start, End: end})
	}
	return next, ended
}

// isPart reports whether a part with a name begins at b[at:], and where what it
// holds does, as [partHead] does.
func isPart(b []byte, at int) (value int, named bool) {
	boundary, head := boundaryAt(b, at)
	if boundary == nil {
		return head, false
	}
	_, value, named = partHead(b, head)
	return value, named
}

// nextDashes returns where the next line of b that begins with "--" does, at or
// behind at, -1 if there is none.
func nextDashes(b []byte, at int) int {
	if at == 0 && bytes.HasPrefix(b, dashes) {
		return 0
	}
	from := max(at-1, 0)
	n := bytes.Index(b[from:], []byte("\n--"))
	if n < 0 {
		return -1
	}
	return from + n + 1
}

// nextBoundary returns where the next line between parts begins, -1 if there is
// none.
func nextBoundary(b []byte, at int, boundary []byte) int {
	for at < len(b) {
		n := bytes.Index(b[at:], boundary)
		if n < 0 {
			break
		}
		at += n
		end := at + len(boundary)
		if at > 0 && b[at-1] == '\n' && (end == len(b) || isSpace(b[end]) || b[end] == '-') {
			return at
		}
		at = end
	}
	return -1
}

// boundaryAt returns the line at b[at:], if it may stand between parts, and where
// the next one begins, len(b) if it is cut.
func boundaryAt(b []byte, at int) (boundary []byte, next int) {
	line := b[at:min(len(b), at+maxBoundary+len("\r\n"))]
	n := bytes.IndexByte(line, '\n')
	if n < 0 {
		return nil, at + len(line)
	}
	boundary = bytes.TrimRight(line[:n], " \t\r")
	if len(boundary) <= len(dashes) {
		return nil, at
	}
	return boundary, at + n + 1
}

// partHead reads the fields of a part at b[at:] and returns its name and where
// what it holds begins. Of what is no part with a name it returns where it ceases
// to be one, len(b) if it is cut.
func partHead(b []byte, at int) (name []byte, value int, named bool) {
	for end := min(len(b), at+maxHead); ; {
		n := bytes.IndexByte(b[at:end], '\n')
		if n < 0 {
			return nil, end, false
		}
		line := bytes.TrimSuffix(b[at:at+n], []byte("\r"))
		switch {
		case len(line) == 0:
			return name, at + n + 1, named
		case bytes.HasPrefix(line, dashes) || bytes.IndexByte(line, ':') < 0:
			return nil, at, false
		}
		if !named {
			name, named = partName(line)
		}
		at += n + 1
	}
}

// partName returns the name that a field gives its part (RFC 7578, 4.2).
func partName(line []byte) (name []byte, ok bool) {
	const field = "content-disposition:"
	if len(line) < len(field) || !bytes.EqualFold(line[:len(field)], []byte(field)) {
		return nil, false
	}
	kind, rest, _ := bytes.Cut(line[len(field):], []byte(";"))
	if !bytes.EqualFold(bytes.TrimSpace(kind), []byte("form-data")) {
		return nil, false
	}
	for len(rest) > 0 {
		var key, value []byte
		key, rest, _ = bytes.Cut(rest, []byte("="))
		value, rest = parameter(rest)
		key = key[bytes.LastIndexByte(key, ';')+1:]
		if bytes.EqualFold(bytes.TrimSpace(key), []byte("name")) {
			return value, !bytes.HasPrefix(value, []byte(`\`)) // not escaped once more: that is undone first
		}
	}
	return nil, false
}

// parameter returns the value that b begins with, in quotes or not (RFC 2183, 2),
// and what is behind it.
func parameter(b []byte) (value, rest []byte) {
	b = bytes.TrimLeft(b, " \t")
	if !bytes.HasPrefix(b, []byte(`"`)) {
		value, rest, _ = bytes.Cut(b, []byte(";"))
		return bytes.Trim(value, " \t'"), rest
	}
	end := stringEnd(b, 0)
	return bytes.TrimSuffix(b[1:end], []byte(`"`)), b[end:]
}

// decodeMultipart writes the parts as JSON.
func decodeMultipart(dst []byte, w *Way, b []byte, c Candidate) []byte {
	t := tree{b: b[:c.End], at: c.Start, dst: dst, w: w}
	boundary, _ := boundaryAt(t.b, t.at)
	if boundary == nil { // a window ends in it
		return t.dst
	}
	t.put("{", t.at, t.at+1)
	for first := true; t.at < c.End && t.items < maxItems; t.items++ {
		end := nextBoundary(t.b, t.at+len(boundary), boundary)
		if end < 0 {
			end = c.End
		}
		if t.part(end, first) {
			first = false
		}
		t.at = end
	}
	t.close("}")
	return t.dst
}

// part reads the part up to end, and reports whether it had a name.
func (t *tree) part(end int, first bool) bool {
	_, head := boundaryAt(t.b[:end], t.at)
	name, value, named := partHead(t.b[:end], head)
	if !named {
		return false
	}
	t.at = value
	t.name(string(name), first, head)
	rest := bytes.TrimSuffix(bytes.TrimSuffix(t.b[value:end], []byte("\n")), []byte("\r"))
	t.string(value, value+len(rest), value-1)
	return true
}

// encodeMultipart returns a form with one part, b.
func encodeMultipart(b []byte) []byte {
	out := []byte("--boundary\r\nContent-Disposition: form-data; name=\"d\"\r\n\r\n")
	return append(append(out, b...), "\r\n--boundary--\r\n"...)
}

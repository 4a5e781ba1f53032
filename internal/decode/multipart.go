package decode

import "bytes"

// multipartDecoder reads the forms that browsers send files with
// (multipart/form-data, RFC 7578): each part goes by its name. What a part holds
// stands in the body as it is; the view has it behind its name.
var multipartDecoder = &Decoder{Name: "multipart", Find: findMultipart, Decode: decodeMultipart, Encode: encodeMultipart, whole: true}

// maxBoundary is the length of the longest line between parts (RFC 2046, 5.1.1).
const maxBoundary = 2 + 70

// findMultipart takes b if it begins with a part that has a name.
func findMultipart(b []byte, f *Found) {
	if boundary := boundaryOf(b); boundary != nil && bytes.Contains(b[:min(len(b), 1<<10)], []byte(partName)) {
		f.add(Candidate{End: len(b)})
	}
}

// partName stands before the name of a part.
const partName = `form-data; name="`

// boundaryOf returns the line that b begins with, if it is one between parts.
func boundaryOf(b []byte) []byte {
	if len(b) < 4 || b[0] != '-' || b[1] != '-' {
		return nil
	}
	if n := bytes.IndexByte(b[:min(len(b), maxBoundary+2)], '\n'); n > 3 {
		return bytes.TrimRight(b[:n], "\r")
	}
	return nil
}

// decodeMultipart writes the parts as JSON.
func decodeMultipart(dst []byte, w *Way, b []byte, c Candidate) []byte {
	t := tree{b: b[:c.End], at: c.Start, dst: dst, w: w}
	boundary := boundaryOf(t.b[t.at:])
	t.put("{", t.at, t.at+1)
	t.at += len(boundary)
	for first := true; t.items < maxItems; t.items++ {
		end := bytes.Index(t.b[t.at:], boundary)
		if end < 0 {
			break
		}
		if t.part(t.at+end, first) {
			first = false
		}
		t.at += len(boundary)
	}
	t.close("}")
	return t.dst
}

// part reads the part up to end, and reports whether it had a name.
func (t *tree) part(end int, first bool) bool {
	start := t.at
	head, rest, ok := bytes.Cut(t.b[start:end], []byte("\r\n\r\n"))
	t.at = end
	at := bytes.Index(head, []byte(partName))
	if !ok || at < 0 {
		return false
	}
	name, _, _ := bytes.Cut(head[at+len(partName):], []byte(`"`))
	value := end - len(rest)
	t.at = value
	t.name(string(name), first, start+at)
	t.string(value, value+len(bytes.TrimSuffix(rest, []byte("\r\n"))), value-1)
	t.at = end
	return true
}

// encodeMultipart returns a form with one part, b.
func encodeMultipart(b []byte) []byte {
	out := []byte("--boundary\r\nContent-Disposition: form-data; name=\"d\"\r\n\r\n")
	return append(append(out, b...), "\r\n--boundary--\r\n"...)
}

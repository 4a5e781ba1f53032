package audit

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/decode"
)

// maxJudged is how many bytes of decoded text are judged for one body. What is
// written in an encoding beyond that is not shown.
const maxJudged = 128 << 10

// reading is a body and what it says.
type reading struct {
	w       *wholeMessage
	m       *telltale.Masker
	body    telltale.Document
	framing []framed
	judged  int    // bytes of decoded text
	packed  string // what the body is compressed with
	around  []byte // decoded, what the text to be shown has in it
	text    []byte // the largest text that has it, or how that begins
	size    int    // of that text
}

// read returns the body as it can be shown, with the text that has around in it.
func (w *wholeMessage) read(head, body, around []byte, m *telltale.Masker) *reading {
	r := &reading{w: w, m: m, around: around, body: w.document(body, len(head))}
	content := body
	if isChunked(head) {
		content, r.framing = unchunk(body)
	} else {
		r.framing = []framed{{n: len(body)}}
	}
	new(decode.Walker).Walk(content, decode.Hints{Encodings: w.Encodings, ContentType: w.contentType}, r.view)
	r.body.Blank = append(r.body.Blank, hiddenURLs(body, r.body.Marks)...)
	r.body.Clear = telltale.Union(r.body.Clear)
	for i := range r.body.Marks {
		k := &r.body.Marks[i]
		if slices.ContainsFunc(r.body.Clear, k.Overlaps) {
			k.Value = telltale.Value{} // what of it may be shown is led back from the decoded text
		}
	}
	return r
}

// hiddenURLs returns the values in the queries of the URLs in a text that no mark
// judges.
func hiddenURLs(text []byte, marks []telltale.Mark) []telltale.Range {
	return telltale.Without(telltale.Union(urlQueries(string(text), 0)), rangesOf(marks))
}

// view takes one reading of the body. What of it may not be shown is led back to
// the bytes of the wire; so Base64 of a text can be shown but for the letters that
// spell what is hidden in it.
func (r *reading) view(v *decode.View) {
	encoded, packed := steps(v)
	if packed != "" && r.packed == "" {
		r.packed = packed
	}
	if !isText(v.Data[:min(len(v.Data), maxJudged)]) {
		return
	}
	r.keep(v)
	if v.Parent == nil || packed != "" || r.judged+len(v.Data) > maxJudged {
		return
	}
	r.judged += len(v.Data)
	d := r.judge(v.Data)
	for _, h := range r.m.Hide(&d) {
		r.body.Blank = r.back(r.body.Blank, v.Origin(h))
	}
	if encoded == "base64" {
		r.body.Clear = r.back(r.body.Clear, v.Origin(telltale.Range{End: int64(len(v.Data))}))
	}
}

// judge returns a decoded text with its marks.
func (r *reading) judge(text []byte) telltale.Document {
	marks := r.w.marksIn(text)
	return telltale.Document{Data: text, Marks: marks, Blank: hiddenURLs(text, marks)}
}

// keep keeps the text of a view if it is the one to be shown.
func (r *reading) keep(v *decode.View) {
	if len(v.Data) > r.size && len(r.around) > 0 && bytes.Contains(v.Data, r.around) {
		r.size = len(v.Data)
		r.text = slices.Clone(v.Data[:min(len(v.Data), 2*maxShownWhole)])
		if v.Parent == nil && !json.Valid(r.text) {
			r.text = nil // it reads as it stands
		}
	}
}

// decoded returns the text to be shown, and how many bytes more it has.
func (r *reading) decoded() (d telltale.Document, left int64) {
	if r.text == nil {
		return d, 0
	}
	n := min(len(r.text), maxShownWhole)
	d = settled(r.judge(r.text), n, r.m)
	if r.size > n || json.Valid(d.Data) {
		d = indented(d)
	}
	return d, int64(r.size - n)
}

// steps returns the encodings of a view that hide what they say, and what it is
// compressed with.
func steps(v *decode.View) (encoded, packed string) {
	for ; v.Parent != nil; v = v.Parent {
		switch v.Decoder {
		case "url", "json", "entities", "quoted":
		case "gzip", "zlib", "zip", "zstd", "deflate":
			packed = v.Decoder
		default:
			encoded += v.Decoder
		}
	}
	return encoded, packed
}

// settled returns the first n bytes of a document, of which all is known that may
// not be shown.
func settled(d telltale.Document, n int, m *telltale.Masker) telltale.Document {
	end := telltale.Range{End: int64(n)}
	out := telltale.Document{Data: d.Data[:n], Clear: []telltale.Range{end}}
	for _, h := range m.Hide(&d) {
		if h.End = min(h.End, end.End); h.Start < h.End {
			out.Blank = append(out.Blank, h)
		}
	}
	for _, k := range d.Marks {
		if k.End = min(k.End, end.End); k.Start < k.End {
			out.Marks = append(out.Marks, telltale.Mark{Range: k.Range, Quiet: k.Quiet})
		}
	}
	return out
}

// framed says that n bytes of a content from one place on are those of the body
// from another.
type framed struct{ content, body, n int }

// back appends where in the body a range of the content lies.
func (r *reading) back(dst []telltale.Range, at telltale.Range) []telltale.Range {
	for _, f := range r.framing {
		start, end := max(at.Start, int64(f.content)), min(at.End, int64(f.content+f.n))
		if start < end {
			move := int64(f.body - f.content)
			dst = append(dst, telltale.Range{Start: start + move, End: end + move})
		}
	}
	return dst
}

// isChunked reports whether a body is framed in chunks (RFC 9112 7.1).
func isChunked(head []byte) bool {
	for line := range strings.Lines(strings.ToLower(string(head))) {
		if strings.HasPrefix(line, "transfer-encoding:") && strings.Contains(line, "chunked") {
			return true
		}
	}
	return false
}

// unchunk returns what the chunks of a body hold, as far as they are whole.
func unchunk(body []byte) (content []byte, at []framed) {
	for from := 0; ; {
		end := bytes.IndexByte(body[from:], '\n')
		if end < 0 {
			return content, at
		}
		size, _, _ := strings.Cut(strings.TrimSpace(string(body[from:from+end])), ";")
		n, err := strconv.ParseUint(strings.TrimSpace(size), 16, 31)
		from += end + 1
		if err != nil || n == 0 {
			return content, at
		}
		k := min(int(n), len(body)-from)
		at = append(at, framed{len(content), from, k})
		content = append(content, body[from:from+k]...)
		if from += k; bytes.HasPrefix(body[from:], []byte("\r\n")) {
			from += 2
		}
	}
}

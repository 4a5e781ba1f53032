package dissect

import (
	"bytes"
)

// maxChunkLine bounds the line that tells a chunk's size.
const maxChunkLine = 16 << 10

// data pushes what b holds of the body or chunk.
func (h *httpHalf) data(at int64, b []byte, s Sink) int {
	if h.state == httpRest {
		h.body(at, b, s)
		return len(b)
	}
	n := min(h.left, int64(len(b)))
	h.body(at, b[:n], s)
	h.pass(n, s)
	return int(n)
}

// pass moves n bytes on in the body or chunk, had or not.
func (h *httpHalf) pass(n int64, s Sink) {
	h.left -= n
	switch {
	case h.left > 0:
	case h.state == httpChunk:
		h.state = httpChunkEnd
	default:
		h.state = httpStart
		h.end(s)
	}
}

// chunkLine reads a chunk's size (RFC 9112, section 7.1). A line with an
// extension is given to search: anything may stand in it.
func (h *httpHalf) chunkLine(at int64, b []byte, s Sink) (int, error) {
	i := bytes.IndexByte(b[h.seen:], '\n')
	end := h.seen + i + 1
	if i < 0 {
		h.seen, end = len(b), len(b)
	}
	if end > maxChunkLine {
		return 0, errChunk
	}
	if i < 0 {
		return 0, nil
	}
	line := b[:end]
	digits, _, extended := bytes.Cut(line, []byte(";"))
	size, ok := hexadecimal(trim(digits))
	if !ok {
		return 0, errChunk
	}
	if extended {
		h.field(Field{Name: "http.chunk", Data: line, At: at}, s)
	} else {
		h.framing(end)
	}
	h.state, h.left = httpChunk, size
	if size == 0 {
		h.state = httpTrailer
	}
	return end, nil
}

// chunkEnd reads the line end after a chunk's data.
func (h *httpHalf) chunkEnd(b []byte) (int, error) {
	n := lineEnd(b)
	switch n {
	case 0:
		return 0, errChunk
	case -1:
		return 0, nil
	}
	h.framing(n)
	h.state = httpChunkLine
	return n, nil
}

// trailer reads the fields after the last chunk (RFC 9112, section 7.1.2).
func (h *httpHalf) trailer(at int64, b []byte, s Sink) (int, error) {
	var err error
	end := lineEnd(b)
	switch {
	case end < 0:
		return 0, nil
	case end > 0:
		h.framing(end)
	default:
		if end, err = h.blankLine(b); end == 0 || err != nil {
			return 0, err
		}
		h.field(Field{Name: "http.trailer", Data: b[:end], At: at, Namer: trailerNamer{}}, s)
	}
	h.state = httpStart
	h.end(s)
	return end, nil
}

// hexadecimal reads a number that is all hex digits. One too large stays
// large.
func hexadecimal(b []byte) (n int64, ok bool) {
	for _, c := range b {
		var v byte
		switch {
		case '0' <= c && c <= '9':
			v = c - '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			v = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		n = min(n*16+int64(v), maxLength)
	}
	return n, len(b) > 0
}

package ndjson

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// MaxLine is the length in bytes of the longest line that a [Reader] takes.
const MaxLine = 16 << 20

// A Reader reads lines and holds them to the contract.
type Reader struct {
	lines  *bufio.Scanner
	number int
}

// NewReader returns a Reader of r.
func NewReader(r io.Reader) *Reader {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, MaxLine)
	return &Reader{lines: lines}
}

// A Line is one record as it was read.
type Line struct {
	Number    int // from 1
	EventType string
	Raw       []byte // without the newline; valid until the next line is read

	fields map[string]any
}

// Read returns the next line, or io.EOF. A line that is not one of the
// contract is an error that says which and why; reading may go on after it.
func (r *Reader) Read() (Line, error) {
	r.number++
	if !r.lines.Scan() {
		switch err := r.lines.Err(); {
		case err == nil:
			return Line{}, io.EOF
		case errors.Is(err, bufio.ErrTooLong):
			return Line{}, fmt.Errorf("line %d: longer than %d bytes", r.number, MaxLine)
		default:
			return Line{}, fmt.Errorf("line %d: %w", r.number, err)
		}
	}
	raw := r.lines.Bytes()
	eventType, fields, err := parse(raw)
	if err != nil {
		return Line{}, fmt.Errorf("line %d: %w", r.number, err)
	}
	return Line{r.number, eventType, raw, fields}, nil
}

// Get returns the value at the end of a path of field names: a string, bool,
// [encoding/json.Number], []any or map[string]any; nil if there is none.
func (l Line) Get(path ...string) any {
	var v any = l.fields
	for _, name := range path {
		fields, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = fields[name]
	}
	return v
}

// Text returns the string at the end of a path of field names, or "".
func (l Line) Text(path ...string) string {
	s, _ := l.Get(path...).(string)
	return s
}

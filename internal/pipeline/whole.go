package pipeline

import "slices"

// Bounds of what is kept of messages as they were on the wire, where that is asked
// for. They have no part in what is found.
const (
	maxWhole  = 8 << 10             // bytes of a message
	maxWholes = (32 << 20) / Shards // bytes that a shard keeps at a time
)

// Whole is a message as it was on the wire, or how it began.
type Whole struct {
	Start, Size int64 // stream offset of its first byte, and how many it has
	Data        []byte
	Encodings   []string // of its body, in the order they were applied
}

// keepWhole keeps what the parser at work was given of a message that goes on.
func (c *conv) keepWhole(col *collector) {
	have := int64(len(col.wire))
	from := col.m.Start + have - c.given.at
	if from < 0 || from >= int64(len(c.given.data)) {
		return // it was had already, or bytes before it never were
	}
	data := c.given.data[from:]
	n := min(len(data), maxWhole-len(col.wire), maxWholes-c.s.kept)
	if n > 0 {
		col.wire = append(col.wire, data[:n]...)
		c.s.kept += n
	}
}

// tellWhole has an ended message with sightings leave with its bytes. Bytes that
// stand for others, one by one, are nobody's to read.
func (c *conv) tellWhole(col *collector) {
	if col.out != nil && len(col.out.Sightings) > 0 && !col.m.Opened {
		c.keepWhole(col)
		size := col.end() - col.m.Start
		data := slices.Clone(col.wire[:min(int64(len(col.wire)), size)])
		col.out.Whole = &Whole{Start: col.m.Start, Size: size, Data: data, Encodings: slices.Clone(col.m.Encodings)}
		c.s.kept += len(data)
	}
	c.forgetWhole(col)
}

// forgetWhole drops what was kept of a message.
func (c *conv) forgetWhole(col *collector) {
	c.s.kept -= len(col.wire)
	col.wire = col.wire[:0]
}

// send emits an event that may have waited.
func (c *conv) send(e *Event) {
	if w := e.Message.Whole; w != nil {
		c.s.kept -= len(w.Data)
	}
	c.s.w.emit(e)
}

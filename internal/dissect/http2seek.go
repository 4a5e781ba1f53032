package dissect

import (
	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/wire"
)

// After a gap a direction of HTTP/2 may be anywhere in a frame. Where it goes on is
// found by what heads of frames look like; what lies before is searched as it is.

// http2Usual is how many bytes a frame has at most, where the sides did not agree on
// more (RFC 9113, section 4.2).
const http2Usual = 1 << 14

// seek passes over what b has before the next frame, and returns how many bytes that
// took: fewer than there are where a frame was found, or where more is needed to tell.
func (h *http2Half) seek(d telltale.Direction, at int64, b []byte, s Sink) int {
	n := 0
	for n < len(b) {
		v := beginsFrame(b[n:])
		if h.lost = v != Yes; v != No {
			break
		}
		n++
	}
	if n > 0 {
		if !h.open() {
			h.begin(Message{Proto: http2.Name, Dir: d, Protection: telltale.Open, Start: at, BodyName: "http2.frame", Truncated: true}, s)
		}
		h.body(at, b[:n], s)
	}
	if !h.lost {
		h.finish(s)
	}
	return n
}

// beginsFrame reports whether b begins with a frame: with the headers of a request
// or a response, or with what might be any frame and has one more behind it.
func beginsFrame(b []byte) Verdict {
	if b[0] != 0 { // nearly all there is
		return No
	}
	c := wire.New(b)
	f := readHTTP2(&c)
	switch {
	case !c.OK():
		return yesOrMaybe(len(b) < 4 || b[1] <= http2Usual>>8 && b[3] <= frameContinuation)
	case !f.plausible():
		return No
	case len(b) < http2Header+f.length:
		return Maybe
	case f.typ == frameHeaders:
		return yesIf(f.beginsMessage(b[http2Header : http2Header+f.length]))
	}
	c.Bytes(f.length)
	next := readHTTP2(&c)
	if !c.OK() {
		return Maybe
	}
	return yesIf(next.plausible())
}

// yesOrMaybe is the verdict on too few bytes, which is not yes.
func yesOrMaybe(may bool) Verdict {
	if may {
		return Maybe
	}
	return No
}

// plausible reports whether f could be the head of a frame that is of its type's
// length, on a stream where it may be, with none but its flags (section 6).
func (f http2Head) plausible() bool {
	if f.length > http2Usual || f.typ >= uint8(len(http2Types)) {
		return false
	}
	t := http2Types[f.typ]
	return f.flags&^t.flags == 0 && f.length >= t.least && f.length <= t.most && t.on.allows(f.stream)
}

// http2Place is where frames of a type may be.
type http2Place uint8

const (
	onStream     http2Place = 1 << iota // one of messages
	onConnection                        // the connection as a whole
)

func (p http2Place) allows(stream uint32) bool {
	if stream == 0 {
		return p&onConnection != 0
	}
	return p&onStream != 0 && stream < 1<<24 // nobody had more on one connection
}

// http2Types say what frames of each type look like.
var http2Types = [...]struct {
	flags       uint8
	least, most int
	on          http2Place
}{
	frameData:         {flagEndStream | flagPadded, 0, http2Usual, onStream},
	frameHeaders:      {flagEndStream | flagEndHeaders | flagPadded | flagPriority, 1, http2Usual, onStream},
	2:                 {0, 5, 5, onStream}, // priority
	3:                 {0, 4, 4, onStream}, // the end of a stream
	frameSettings:     {1, 0, 60, onConnection},
	framePushPromise:  {flagEndHeaders | flagPadded, 5, http2Usual, onStream},
	6:                 {1, 8, 8, onConnection},            // ping
	7:                 {0, 8, http2Usual, onConnection},   // the end of the connection
	8:                 {0, 4, 4, onStream | onConnection}, // a window
	frameContinuation: {flagEndHeaders, 0, http2Usual, onStream},
}

// beginsMessage reports whether payload, that of a frame of headers, begins with one
// that requests and responses begin with (section 8.3), of which the static table
// has the name (RFC 7541, appendix A).
func (f http2Head) beginsMessage(payload []byte) bool {
	skip := 0
	if f.flags&flagPadded != 0 {
		skip++
	}
	if f.flags&flagPriority != 0 {
		skip += 5
	}
	for range 2 { // new sizes of the table
		if skip < len(payload) && payload[skip]&0xe0 == 0x20 {
			_, n := hpackInt(payload[skip:], 5)
			skip += max(n, 1)
		}
	}
	if skip >= len(payload) {
		return false
	}
	bits, _ := representationIndex(payload[skip])
	index, n := hpackInt(payload[skip:], bits)
	const authority, lastStatus = 1, 14
	return n > 0 && index >= authority && index <= lastStatus
}

package dissect

import (
	"bytes"

	"github.com/telltale-audit/telltale/internal/wire"
)

// HelloHead is how many bytes of a hello are enough to know it: up to the
// length of the session id.
const HelloHead = recordHeader + 4 + 2 + 32 + 1

// minHello is the length of the shortest hello there can be: behind the session
// id come a cipher suite and a compression method.
const minHello = HelloHead - recordHeader - 4 + 3

// FindTLS looks, from an offset of b on, for the beginning of TLS in a stream
// whose protocol nobody knows: many protocols turn to TLS after a few words in
// clear (STARTTLS), or carry it behind a header of their own. With Yes it
// begins at that offset, with Maybe it does if what comes next says so, with
// No at is len(b).
func FindTLS(b []byte, from int) (at int, v Verdict) {
	for at = from; at < len(b); at++ {
		i := bytes.IndexByte(b[at:], recordHandshake)
		if i < 0 {
			break
		}
		at += i
		if v := probeStart(b[at:]); v != No {
			return at, v
		}
	}
	return len(b), No
}

// probeStart judges whether b begins with a hello, more strictly than
// [probeTLS]: no port and no second record speak for it.
func probeStart(b []byte) Verdict {
	// What is not there yet is taken for what it should be.
	full := [HelloHead]byte{recordHandshake, 3, 1, 1, 0, clientHello, 0, 0, 0, 3, 3}
	n := copy(full[:], b)
	c := wire.New(full[:])
	r := readRecord(&c)
	if n < recordHeader {
		r.length = 256
	}
	typ, size, version := c.U8(), int(c.U24()), c.U16()
	if n < recordHeader+4 {
		size = max(r.length-4, HelloHead)
	}
	c.Bytes(32) // random
	switch {
	case r.typ != recordHandshake || !r.sound() || version>>8 != 3 || version&0xff > 4 || c.U8() > 32:
		return No
	case typ != clientHello && typ != serverHello || size < minHello || size > maxHandshake:
		return No
	case typ == clientHello && r.length > size+4: // it is alone in its record, or goes on in the next one
		return No
	case n < HelloHead:
		return Maybe
	}
	return Yes
}

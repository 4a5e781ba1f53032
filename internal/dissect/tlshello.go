package dissect

import (
	"strconv"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/wire"
)

// greeting gathers a ClientHello, which waits unused until it is whole: it
// may be cut over many records.
type greeting struct {
	tried bool   // the first hello of the direction was gathered, or was none
	hello []byte // of a hello in several records, what was gathered
	scan  int    // bytes of the unused input that were gathered from
}

const maxALPN = 32 // protocols that are listed

// greets reports whether the record, whose payload c begins with, may begin
// a ClientHello that is worth waiting for.
func (g *greeting) greets(r tlsRecord, c wire.Cursor) bool {
	return r.typ == recordHandshake && c.U8() == clientHello && (!g.tried || int(c.U24()) == r.length-4)
}

// greet reads the ClientHello that begins in the first record of b. No means
// that it is none, or too long.
func (h *tlsHalf) greet(d telltale.Direction, at int64, b []byte, s Sink) (int, Verdict) {
	v := h.gather(b)
	if v == Maybe {
		return 0, Maybe
	}
	hello, end := h.hello, h.scan
	h.greeting = greeting{tried: true}
	c := wire.New(hello)
	c.Bytes(4)
	hi := &TLS{hello: hello[min(4, len(hello)):]}
	sni, ok := hi.read(&c)
	if v == No || !ok {
		return 0, No
	}
	h.tell(d, at, s)
	m := tlsMessage(d, at)
	m.TLS = hi
	h.begin(m, s)
	h.give(at, b[:end], sni, s)
	h.end(s)
	return end, Yes
}

// gather appends to the hello what the records of b hold of it.
func (h *tlsHalf) gather(b []byte) Verdict {
	for {
		c := wire.New(h.hello)
		c.U8()
		if size := int(c.U24()); size > maxHandshake {
			return No
		} else if c.Bytes(size); c.OK() {
			return Yes
		}
		c = wire.New(b)
		c.Seek(h.scan)
		r := readRecord(&c)
		if !c.OK() {
			return Maybe
		}
		if !r.sound() || r.typ != recordHandshake || r.length == 0 || h.scan+recordHeader+r.length > MaxWait {
			return No
		}
		part := c.Bytes(r.length)
		if !c.OK() {
			return Maybe
		}
		h.hello, h.scan = append(h.hello, part...), c.Off()
	}
}

// give gives the payloads of a hello's records to search. In one record the
// server's name, at offset sni of the hello, is a field of its own.
func (h *tlsHalf) give(at int64, b []byte, sni int, s Sink) {
	c := wire.New(b)
	if r := readRecord(&c); r.length < c.Len() {
		for c = wire.New(b); c.Len() > 0; {
			r := readRecord(&c)
			start := int64(c.Off())
			h.framing(recordHeader)
			h.body(at+start, c.Bytes(r.length), s)
		}
		return
	}
	h.m.Wire = recordHeader
	field := func(name string, n int) {
		if start := int64(c.Off()); n > 0 {
			h.field(Field{Name: name, Data: c.Bytes(n), At: at + start}, s)
		}
	}
	if sni > 0 {
		field("tls.handshake", sni)
		field("tls.sni", len(h.m.TLS.SNI))
	}
	field("tls.handshake", c.Len())
}

// The extensions that are read.
const (
	extServerName = 0      // RFC 6066, section 3
	extALPN       = 16     // RFC 7301, section 3.1
	extVersions   = 43     // RFC 8446, section 4.2.1
	extECH        = 0xfe0d // RFC 9849
)

// read takes what the body of a ClientHello (RFC 8446, section 4.1.2) says
// and returns the offset of the server's name, 0 where there is none. ok is
// false where the body is none; malformed extensions are as if not there.
func (t *TLS) read(c *wire.Cursor) (sni int, ok bool) {
	version := c.U16()
	if passHello(c); !c.OK() {
		return 0, false
	}
	exts := c.Vec16()
	sni, shown := t.readExtensions(&exts)
	t.Version = tlsVersion(max(version, shown))
	return sni, true
}

// readCut is [TLS.read] of a ClientHello whose end was cut off. The version it says first
// is that of old, which later ones say as well.
func (t *TLS) readCut(c *wire.Cursor) (sni int, ok bool) {
	c.U16()
	passHello(c)
	c.U16() // bytes of extensions
	if !c.OK() {
		return 0, false
	}
	sni, shown := t.readExtensions(c)
	if shown != 0 {
		t.Version = tlsVersion(shown)
	}
	return sni, true
}

// passHello passes over what stands between version and extensions.
func passHello(c *wire.Cursor) {
	c.Bytes(32) // random
	c.Vec8()    // session id
	c.Vec16()   // cipher suites
	c.Vec8()    // compression methods
}

// readExtensions takes what extensions say, and returns the offset of the server's name
// and the highest version, each 0 where there is none.
func (t *TLS) readExtensions(exts *wire.Cursor) (sni int, version uint16) {
	for exts.Len() > 0 {
		typ, ext := exts.U16(), exts.Vec16()
		switch typ {
		case extServerName:
			sni = t.readName(&ext)
		case extALPN:
			t.readALPN(&ext)
		case extVersions:
			version = max(version, highest(&ext))
		case extECH:
			t.ECH = true
		}
	}
	return sni, version
}

// readName takes the first host name of a server_name extension and returns
// its offset.
func (t *TLS) readName(ext *wire.Cursor) int {
	list := ext.Vec16()
	for list.Len() > 0 {
		typ, name := list.U8(), list.Vec16()
		if off := name.Off(); list.OK() && typ == 0 && name.Len() > 0 {
			t.SNI = name.Rest()
			return off
		}
	}
	return 0
}

func (t *TLS) readALPN(ext *wire.Cursor) {
	for list := ext.Vec16(); list.Len() > 0 && len(t.ALPN) < maxALPN; {
		name := list.Vec8()
		if name.Len() > 0 {
			t.ALPN = append(t.ALPN, name.Rest())
		}
	}
}

// highest returns the highest version in a supported_versions extension,
// drafts and those reserved to keep servers tolerant (RFC 8701) left out.
func highest(ext *wire.Cursor) (version uint16) {
	for list := ext.Vec8(); list.Len() > 0; {
		if v := list.U16(); v>>8 == 3 {
			version = max(version, v)
		}
	}
	return version
}

// tlsVersion returns a version's name, or its number.
func tlsVersion(v uint16) string {
	switch v {
	case 0x0300:
		return "SSL 3.0"
	case 0x0301:
		return "TLS 1.0"
	case 0x0302:
		return "TLS 1.1"
	case 0x0303:
		return "TLS 1.2"
	case 0x0304:
		return "TLS 1.3"
	}
	return "0x" + strconv.FormatUint(uint64(v), 16)
}

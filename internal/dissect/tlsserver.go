package dissect

import (
	cryptotls "crypto/tls"
	"slices"
	"sync"

	"github.com/telltale-audit/telltale/internal/wire"
)

// certificate is the handshake message that carries them (RFC 5246, section
// 7.4.2). In TLS 1.3 it is sealed.
const certificate = 11

// flight gathers the handshake messages of records in clear as they come: a
// message may be cut over records and a record may hold several.
type flight struct {
	part []byte // of a message that is not whole yet
	dead bool   // bytes are missing, or it was too much
	news bool   // tls tells something that no message has told yet
	tls  *TLS   // what the messages told; nil: nothing
}

// feed takes the next bytes of the records' payload.
func (f *flight) feed(b []byte) {
	if f.dead {
		return
	}
	if len(f.part) > 0 {
		f.part = append(f.part, b...)
		b = f.part
	}
	rest := b
	for {
		c := wire.New(rest)
		typ, size := c.U8(), int(c.U24())
		body := c.Bytes(size)
		if size > maxHandshake {
			*f = flight{dead: true}
			return
		}
		if !c.OK() {
			break
		}
		f.read(typ, body)
		rest = rest[c.Off():]
	}
	if len(f.part) == 0 || len(rest) < len(b) {
		f.part = append(f.part[:0], rest...)
	}
}

// read takes a whole message.
func (f *flight) read(typ uint8, body []byte) {
	c := wire.New(body)
	if f.tls == nil && (typ == serverHello || typ == certificate) {
		f.tls = new(TLS)
	}
	switch typ {
	case serverHello:
		f.news = f.tls.readServer(&c) || f.news
	case certificate:
		if list := c.U24(); list > 0 {
			if leaf := c.Bytes(int(c.U24())); len(leaf) > 0 {
				f.tls.Certificate, f.news = append([]byte(nil), leaf...), true
			}
		}
	}
}

// take returns what is new, nil where nothing is.
func (f *flight) take() *TLS {
	if !f.news {
		return nil
	}
	t := f.tls
	f.news, f.tls = false, nil
	return t
}

// readServer takes what the body of a ServerHello (RFC 8446, section 4.1.3)
// says, and reports whether it is one.
func (t *TLS) readServer(c *wire.Cursor) bool {
	version := c.U16()
	c.Bytes(32)
	c.Vec8()
	cipher := c.U16()
	c.U8() // compression
	if !c.OK() || version>>8 != 3 {
		return false
	}
	for exts := c.Vec16(); exts.Len() > 0; {
		typ, ext := exts.U16(), exts.Vec16()
		switch typ {
		case extVersions:
			if v := ext.U16(); ext.OK() {
				version = v
			}
		case extALPN:
			list := ext.Vec16()
			if name := list.Vec8(); name.Len() > 0 {
				t.ALPN = [][]byte{append([]byte(nil), name.Rest()...)}
			}
		}
	}
	t.Version, t.Cipher = tlsVersion(version), cipherName(cipher)
	return true
}

// cipherNames are the names of the cipher suites that the library knows; asked for
// one, it makes the list of all of them.
var cipherNames = sync.OnceValue(func() map[uint16]string {
	names := map[uint16]string{}
	for _, s := range slices.Concat(cryptotls.CipherSuites(), cryptotls.InsecureCipherSuites()) {
		names[s.ID] = s.Name
	}
	return names
})

// cipherName returns the name of a cipher suite, its number in hexadecimal if it
// has none.
func cipherName(id uint16) string {
	if name, ok := cipherNames()[id]; ok {
		return name
	}
	return cryptotls.CipherSuiteName(id)
}

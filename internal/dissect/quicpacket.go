package dissect

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"

	"github.com/telltale-audit/telltale/internal/wire"
)

// quicHead is a long header (RFC 9000, section 17.2). size is where the packet
// number begins until the packet is opened, then where its frames do.
type quicHead struct {
	version uint32
	to      []byte
	size    int
	initial bool
}

// readQUIC reads the long header that b begins with and returns the packet's
// length: several may share a datagram (RFC 9000, section 12.2). 0: there is
// none, or its length is not told.
func readQUIC(b []byte) (h quicHead, n int) {
	c := wire.New(b)
	first := c.U8()
	h.version = c.U32()
	to := c.Vec8()
	h.to = to.Rest()
	c.Vec8()
	if !c.OK() || first&0x80 == 0 || h.version == quicNegotiation || len(h.to) > quicMaxID {
		return h, 0
	}
	kind := first >> 4 & 3
	if h.version == quicVersion2 {
		kind = (kind + 3) & 3 // RFC 9369, section 3.2
	}
	if kind == 3 { // Retry
		return h, 0
	}
	if h.initial = kind == 0; h.initial {
		c.Bytes(varint(&c)) // token
	}
	length := varint(&c)
	h.size = c.Off()
	c.Bytes(length)
	if !c.OK() || length == 0 {
		return h, 0
	}
	return h, c.Off()
}

// varint reads a number of variable length (RFC 9000, section 16), -1 where it
// is none that a datagram could have room for.
func varint(c *wire.Cursor) int {
	first := c.U8()
	v := uint64(first & 0x3f)
	for range 1<<(first>>6) - 1 {
		v = v<<8 | uint64(c.U8())
	}
	if v > 1<<31-1 {
		return -1
	}
	return int(v)
}

// quicKeys open the Initial packets of one side.
type quicKeys struct {
	seal cipher.AEAD
	head cipher.Block
	iv   []byte
}

var (
	quicSalt1  = []byte("\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a") // RFC 9001, section 5.2
	quicSalt2  = []byte("\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9") // RFC 9369, section 3.3.1
	quicSalt29 = []byte("\xaf\xbf\xec\x28\x99\x93\xd2\x4c\x9e\x97\x86\xf1\x9c\x61\x11\xe0\x43\x90\xa8\x99") // draft-29 to draft-32
	quicSalt27 = []byte("\xc3\xee\xf7\x12\xc7\x2e\xbb\x5a\x11\xa7\xd2\x43\x2b\xb4\x63\x65\xbe\xf9\xf5\x02") // draft-23 to draft-28
)

func quicSalt(version uint32) []byte {
	switch {
	case version == quicVersion2:
		return quicSalt2
	case quicDraft27 <= version && version < quicDraft29:
		return quicSalt27
	case quicDraft29 <= version && version <= quicDraft34-2:
		return quicSalt29
	}
	return quicSalt1
}

// deriveQUIC returns the keys of the side that chose id as the other's first
// one, and those of the other side (RFC 9001, section 5.2).
func deriveQUIC(version uint32, id []byte) (client, server *quicKeys) {
	secret, err := hkdf.Extract(sha256.New, id, quicSalt(version))
	if err != nil {
		return new(quicKeys), new(quicKeys)
	}
	return newQUICKeys(version, secret, "client in"), newQUICKeys(version, secret, "server in")
}

func newQUICKeys(version uint32, secret []byte, side string) *quicKeys {
	prefix := "quic "
	if version == quicVersion2 {
		prefix = "quicv2 "
	}
	own := expandLabel(secret, side, sha256.Size)
	key, err := aes.NewCipher(expandLabel(own, prefix+"key", 16))
	if err != nil {
		return new(quicKeys)
	}
	head, err := aes.NewCipher(expandLabel(own, prefix+"hp", 16))
	if err != nil {
		return new(quicKeys)
	}
	seal, err := cipher.NewGCM(key)
	if err != nil {
		return new(quicKeys)
	}
	return &quicKeys{seal, head, expandLabel(own, prefix+"iv", 12)}
}

// expandLabel is HKDF-Expand-Label (RFC 8446, section 7.1) without context;
// nil where the standard library is not allowed to do it.
func expandLabel(secret []byte, label string, n int) []byte {
	label = "tls13 " + label
	info := append([]byte{0, byte(n), byte(len(label))}, label...)
	b, err := hkdf.Expand(sha256.New, secret, string(append(info, 0)), n)
	if err != nil {
		return nil
	}
	return b
}

// open takes the protection off packet b (RFC 9001, section 5.3 and 5.4), puts
// its frames into *text and moves h.size to them. A byte of text stands for the
// byte of b as far behind h.size.
func (k *quicKeys) open(text *[]byte, h *quicHead, b []byte) bool {
	const sample = 4 // the longest packet number
	if k.seal == nil || len(b) < h.size+sample+aes.BlockSize {
		return false
	}
	var mask [aes.BlockSize]byte
	k.head.Encrypt(mask[:], b[h.size+sample:h.size+sample+aes.BlockSize])
	first := b[0] ^ mask[0]&0x0f
	n := int(first&3) + 1
	head := append([]byte(nil), b[:h.size+n]...)
	head[0] = first
	var number uint64
	for i := range n {
		head[h.size+i] ^= mask[1+i]
		number = number<<8 | uint64(head[h.size+i])
	}
	nonce := append([]byte(nil), k.iv...)
	last := nonce[len(nonce)-8:]
	binary.BigEndian.PutUint64(last, binary.BigEndian.Uint64(last)^number)
	plain, err := k.seal.Open((*text)[:0], nonce, b[h.size+n:], head)
	if err != nil {
		return false
	}
	*text, h.size = plain, h.size+n
	return true
}

package lab

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"slices"

	"github.com/telltale-audit/telltale"
)

const (
	quicVersion1 = 1
	quicID       = 8    // bytes of a connection ID here
	quicDatagram = 1200 // RFC 9000, 14.1
	quicLong     = 0xc0 // header form and fixed bit
	quicShort    = 0x40
	quicShake    = 0x20 // packet type Handshake

	frameCrypto = 6
)

// quicSalt is the salt of version 1 (RFC 9001, 5.2).
var quicSalt = []byte{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a}

// quic returns a talk in QUIC in which low to high sealed bytes come down.
// Its first datagrams are sealed with the key that everyone can derive.
func quic(low, high int) func(*crowd, *phone, int64) turns {
	return func(c *crowd, p *phone, at int64) turns {
		return func(yield func(int64) bool) {
			name, near, far := c.place(p)
			u := c.capture.Datagrams(at, near, far, 443)
			to, from := noise(quicID, c.rng), noise(quicID, c.rng)
			hello := ClientHello(name, c.rng)
			u.Send(telltale.ToServer, quicInitial("client in", to, to, from, hello[5:]))
			u.Send(telltale.ToClient, quicInitial("server in", to, from, to, serverHello(hello, c.rng)[5:]))
			u.Send(telltale.ToClient, quicHandshake(from, to, 900, c.rng))
			u.Send(telltale.ToServer, quicHandshake(to, from, 60, c.rng))
			for down := c.between(low, high); down > 0 && yield(u.Now()); down -= 12 * quicDatagram {
				u.Wait(c.rest())
				u.Send(telltale.ToServer, quicData(to, 40, c.rng))
				for range 12 {
					u.Send(telltale.ToClient, quicData(from, quicDatagram, c.rng))
				}
			}
		}
	}
}

// quicInitial returns a datagram with an Initial packet of version 1 (RFC
// 9000, 17.2.2) that carries a handshake message, protected as RFC 9001, 5
// says. The keys follow from the connection ID that the client chose first and
// the label of the sender.
func quicInitial(label string, first, to, from, message []byte) []byte {
	return quicFrames(label, first, to, from, 0, QUICFrame(0, message))
}

// QUICInitial returns a datagram with a client's Initial packet of some number,
// with which it chooses the connection ID to, and frames in it.
func QUICInitial(to []byte, number byte, frames ...[]byte) []byte {
	return quicFrames("client in", to, to, nil, number, slices.Concat(frames...))
}

// QUICFrame returns a CRYPTO frame (RFC 9000, 19.6) with what a handshake has at
// offset off, which is below 16 KiB.
func QUICFrame(off int, b []byte) []byte {
	frame := []byte{frameCrypto, byte(off)}
	if off >= 64 {
		frame = binary.BigEndian.AppendUint16(frame[:1], uint16(0x4000|off))
	}
	return append(binary.BigEndian.AppendUint16(frame, uint16(0x4000|len(b))), b...)
}

// quicFrames returns a datagram with an Initial packet, padded.
func quicFrames(label string, first, to, from []byte, nth byte, frame []byte) []byte {
	const number = 4 // bytes of the packet number
	head := quicHead(quicLong|(number-1), to, from)
	head = append(head, 0) // no token
	const tag = 16
	frame = append(frame, make([]byte, max(0, quicDatagram-len(head)-2-number-tag-len(frame)))...) // PADDING is 0
	head = binary.BigEndian.AppendUint16(head, uint16(0x4000|number+len(frame)+tag))
	head = append(head, 0, 0, 0, nth)

	prk, err := hkdf.Extract(sha256.New, first, quicSalt)
	must(err)
	key := quicExpand(prk, label, sha256.Size)
	seal, err := cipher.NewGCM(newAES(quicExpand(key, "quic key", 16)))
	must(err)
	nonce := quicExpand(key, "quic iv", 12)
	nonce[len(nonce)-1] ^= nth
	packet := seal.Seal(head, nonce, frame, head)
	var mask [aes.BlockSize]byte
	newAES(quicExpand(key, "quic hp", 16)).Encrypt(mask[:], packet[len(head):len(head)+aes.BlockSize])
	packet[0] ^= mask[0] & 0x0f
	for i := range number {
		packet[len(head)-number+i] ^= mask[1+i]
	}
	return packet
}

// quicExpand is HKDF-Expand-Label (RFC 8446, 7.1) without context.
func quicExpand(key []byte, label string, n int) []byte {
	label = "tls13 " + label
	info := append([]byte{0, byte(n), byte(len(label))}, label...)
	b, err := hkdf.Expand(sha256.New, key, string(append(info, 0)), n)
	must(err)
	return b
}

func newAES(key []byte) cipher.Block {
	b, err := aes.NewCipher(key)
	must(err)
	return b
}

// must panics on an error that only a fault in this package can cause.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// quicHead returns the beginning of a long header (RFC 9000, 17.2).
func quicHead(first byte, to, from []byte) []byte {
	b := binary.BigEndian.AppendUint32([]byte{first}, quicVersion1)
	b = append(append(b, byte(len(to))), to...)
	return append(append(b, byte(len(from))), from...)
}

// quicHandshake returns a Handshake packet with n bytes that nobody can open.
func quicHandshake(to, from []byte, n int, rng *rand.Rand) []byte {
	b := quicHead(quicLong|quicShake|byte(rng.UintN(16)), to, from)
	return append(binary.BigEndian.AppendUint16(b, uint16(0x4000|n)), noise(n, rng)...)
}

// quicData returns a packet with a short header and n bytes in all.
func quicData(to []byte, n int, rng *rand.Rand) []byte {
	b := append([]byte{quicShort | byte(rng.UintN(64))}, to...)
	return append(b, noise(n-len(b), rng)...)
}

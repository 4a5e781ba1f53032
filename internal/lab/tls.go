package lab

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/telltale-audit/telltale"
)

const (
	recordCCS       = 20
	recordHandshake = 22
	recordData      = 23

	recordMax = 16384 + 17 // a full TLS 1.3 record: content, type and tag
)

// ClientHello returns a TLS record with a TLS 1.3 ClientHello (RFC 8446,
// 4.1.2) for the server name, as a phone of 2019 sends it.
func ClientHello(name string, rng *rand.Rand) []byte {
	b := append([]byte{3, 3}, noise(32, rng)...)
	b = append(b, 32)
	b = append(b, noise(32, rng)...)
	b = append(b, 0, 10, 0x13, 0x01, 0x13, 0x02, 0x13, 0x03, 0xc0, 0x2b, 0xc0, 0x2f)
	b = append(b, 1, 0)
	b = append(b, block(clientExtensions(name, rng))...)
	return record(recordHandshake, handshake(1, b))
}

func clientExtensions(name string, rng *rand.Rand) []byte {
	host := append([]byte{0}, block([]byte(name))...)
	share := append([]byte{0, 0x1d}, block(noise(32, rng))...)
	var b []byte
	b = append(b, extension(0, block(host))...)
	b = append(b, extension(23, nil)...)
	b = append(b, extension(10, block([]byte{0, 0x1d, 0, 0x17, 0, 0x18}))...)
	b = append(b, extension(11, []byte{1, 0})...)
	b = append(b, extension(16, block([]byte("\x02h2\x08http/1.1")))...)
	b = append(b, extension(13, block([]byte{4, 3, 8, 4, 4, 1, 5, 3, 8, 5, 5, 1}))...)
	b = append(b, extension(51, block(share))...)
	b = append(b, extension(45, []byte{1, 1})...)
	return append(b, extension(43, []byte{4, 3, 4, 3, 3})...)
}

// serverHello returns a TLS record with the ServerHello that chooses TLS 1.3
// and answers hello, a ClientHello record.
func serverHello(hello []byte, rng *rand.Rand) []byte {
	const legacyID = 5 + 4 + 2 + 32 // record and handshake headers, version, random
	b := append([]byte{3, 3}, noise(32, rng)...)
	b = append(b, hello[legacyID:legacyID+33]...)
	b = append(b, 0x13, 0x01, 0)
	share := append([]byte{0, 0x1d}, block(noise(32, rng))...)
	b = append(b, block(append(extension(51, share), extension(43, []byte{3, 4})...))...)
	return record(recordHandshake, handshake(2, b))
}

// noise returns n bytes of chance: what sealed contents look like.
func noise(n int, rng *rand.Rand) []byte {
	b := make([]byte, 0, n+8)
	for len(b) < n {
		b = binary.LittleEndian.AppendUint64(b, rng.Uint64())
	}
	return b[:n]
}

func block(b []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...)
}

func extension(kind uint16, b []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, kind), block(b)...)
}

func handshake(kind byte, b []byte) []byte {
	return append([]byte{kind, byte(len(b) >> 16), byte(len(b) >> 8), byte(len(b))}, b...)
}

func record(kind byte, b []byte) []byte {
	return append([]byte{kind, 3, 3, byte(len(b) >> 8), byte(len(b))}, b...)
}

// TLS opens the conversation, shakes hands as TLS 1.3 does in compatibility
// mode for the server name, and moves about up and down bytes of sealed
// contents each way. Sealed bytes always travel in the ordinary carriage.
func (c *Conn) TLS(name string, up, down int, rng *rand.Rand) {
	c.Open()
	c.greet(name, rng)
	c.Carry(Carriage{})
	c.finish(rng)
	c.sendSealed(telltale.ToServer, nil, up, rng)
	c.sendSealed(telltale.ToClient, nil, down, rng)
}

// greet sends what is open in a TLS 1.3 handshake.
func (c *Conn) greet(name string, rng *rand.Rand) {
	hello := ClientHello(name, rng)
	c.Send(telltale.ToServer, hello)
	c.Send(telltale.ToClient, append(serverHello(hello, rng), record(recordCCS, []byte{1})...))
}

// finish sends what is sealed in it.
func (c *Conn) finish(rng *rand.Rand) {
	c.sendSealed(telltale.ToClient, nil, 2800, rng)
	c.sendSealed(telltale.ToServer, record(recordCCS, []byte{1}), 58, rng)
}

// sendSealed sends open and then n bytes of sealed contents in records.
func (c *Conn) sendSealed(d telltale.Direction, open []byte, n int, rng *rand.Rand) {
	b := open
	for n > 0 {
		part := min(n, recordMax)
		b = append(b, record(recordData, noise(part, rng))...)
		n -= part
	}
	c.capture.sealed += int64(len(b) - len(open))
	c.Send(d, b)
}

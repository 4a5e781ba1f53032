package detect

import (
	"encoding/hex"
	"unicode/utf16"

	"github.com/telltale-audit/telltale/internal/wire"
)

// maxPDU is how many digits the longest message has that is read: its text has 140
// bytes at most (3GPP TS 23.040, 9.2.3.24), and its head is shorter.
const maxPDU = 480

// readPDU reads a text message as modems write it, in hexadecimal: the service
// centre's number, then SMS-DELIVER or SMS-SUBMIT (3GPP TS 23.040, 9.2.2). It
// returns its text. The lengths must add up to the end.
func readPDU(token []byte) (text string, ok bool) {
	if len(token) < 26 || len(token)%2 != 0 || len(token) > maxPDU {
		return "", false
	}
	var raw [maxPDU / 2]byte
	n, err := hex.Decode(raw[:], token)
	if err != nil {
		return "", false
	}
	c := wire.New(raw[:n])
	centre := c.Vec8()
	if centre.Len() > 12 || centre.Len() == 1 {
		return "", false
	}
	first := c.U8()
	const deliver, submit = 0, 1
	submitted := first&3 == submit
	if submitted {
		c.U8() // reference
	} else if first&3 != deliver {
		return "", false
	}
	if !readParty(&c) {
		return "", false
	}
	protocol, coding := c.U8(), c.U8()
	switch validity := first >> 3 & 3; {
	case !submitted:
		if !readStamp(&c) {
			return "", false
		}
	case validity == 2: // relative
		c.U8()
	case validity != 0:
		c.Bytes(7)
	}
	length := int(c.U8())
	if !c.OK() || protocol >= 0x80 {
		return "", false
	}
	return userData(c.Rest(), length, coding, first&0x40 != 0)
}

// readParty reads the other side's number (9.1.2.5): its length in digits, its
// type, the digits.
func readParty(c *wire.Cursor) bool {
	digits, typ := int(c.U8()), c.U8()
	number := c.Bytes((digits + 1) / 2)
	if !c.OK() || digits == 0 || digits > 20 || typ&0x80 == 0 {
		return false
	}
	const alphanumeric = 5
	if typ>>4&7 == alphanumeric {
		return true
	}
	for i, b := range number {
		low, high := b&15, b>>4
		if low > 12 || high > 12 && (i != len(number)-1 || digits%2 == 0 || high != 15) {
			return false
		}
	}
	return true
}

// readStamp reads when the centre had it (9.2.3.11): digits with the halves of
// each byte turned.
func readStamp(c *wire.Cursor) bool {
	b := c.Bytes(7)
	if b == nil {
		return false
	}
	for i, most := range [6]byte{99, 12, 31, 23, 59, 59} {
		low, high := b[i]>>4, b[i]&15
		if low > 9 || high > 9 || high*10+low > most {
			return false
		}
	}
	return true
}

// userData returns the text in b, which a message says is of length characters or
// bytes (9.2.3.24), in its coding (3GPP TS 23.038, 4).
func userData(b []byte, length int, coding byte, header bool) (string, bool) {
	skip := 0
	if header {
		if len(b) == 0 || int(b[0])+1 > len(b) {
			return "", false
		}
		skip = int(b[0]) + 1
	}
	const sevenBits, eightBits, ucs2 = 0, 1, 2
	alphabet := coding >> 2 & 3
	if coding >= 0x40 && coding < 0xF0 {
		return "", false // compressed, to be deleted by itself, or indications
	}
	if alphabet == sevenBits {
		if (length*7+7)/8 != len(b) || length == 0 {
			return "", false
		}
		return unpackSeptets(b, (skip*8+6)/7, length), true
	}
	if length != len(b) || length == skip || alphabet == eightBits {
		return "", false
	}
	b = b[skip:]
	if alphabet != ucs2 || len(b)%2 != 0 {
		return "", false
	}
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i < len(b); i += 2 {
		units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
	}
	return string(utf16.Decode(units)), true
}

// gsmAlphabet has the characters of the default alphabet (3GPP TS 23.038, 6.2.1);
// the escape to its extension is a space there.
var gsmAlphabet = []rune("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
	"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà")

// unpackSeptets reads the characters of seven bits from the number from to the
// number to (3GPP TS 23.038, 6.1.2.1).
func unpackSeptets(b []byte, from, to int) string {
	var out []rune
	for i := from; i < to; i++ {
		at, shift := i*7/8, i*7%8
		unit := uint16(b[at])
		if at+1 < len(b) {
			unit |= uint16(b[at+1]) << 8
		}
		out = append(out, gsmAlphabet[unit>>shift&0x7F])
	}
	return string(out)
}

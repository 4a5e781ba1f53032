package detect

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

// rare returns further ways to write a value as text, which are searched as they
// stand and not in encodings: those are undone before.
func rare(k telltale.Kind, v string) (forms []string) {
	switch k {
	case telltale.IMEI:
		if len(v) != 15 {
			return nil
		}
		for _, sep := range []string{"-", " ", "/"} { // TAC, serial number and check digit (3GPP TS 23.003, 6.2.1)
			forms = append(forms, v[:8]+sep+v[8:14]+sep+v[14:])
		}
		forms = append(forms, v[:2]+"/"+v[2:8]+"/"+v[8:14]+"/"+v[14:], v[:6]+"/"+v[6:8]+"/"+v[8:14]+"/"+v[14:])
	case telltale.MAC, telltale.BSSID:
		if m, ok := numbering.ParseMAC(v); ok {
			forms = append(forms, fmt.Sprintf("%x:%x:%x:%x:%x:%x", m[0], m[1], m[2], m[3], m[4], m[5]))
		}
	}
	return forms
}

// otherDigits are the zeros of digits that programs write where a phone's language has
// its own: Arabic, Persian, Devanagari, Bengali, and the wide ones of East Asia.
var otherDigits = []rune{'٠', '۰', '०', '০', '０'}

// asSpelt adds how programs list the characters of a text, one by one, and its Base32
// (RFC 4648, 6) in its five alignments.
func (s *speller) asSpelt(v string) {
	bits := information(v)
	if numbering.IsDigits(v) {
		for _, zero := range otherDigits {
			s.addLong([]byte(strings.Map(func(r rune) rune { return r - '0' + zero }, v)), pattern{bits: bits})
		}
	}
	for _, sep := range []string{" ", ":", "-", `\x`, " 0x", ",0x", ", 0x"} {
		for _, format := range []string{"%02x", "%02X"} {
			s.addLong([]byte(listed(v, format, sep)), pattern{form: "hex", bits: bits})
		}
	}
	for _, sep := range []string{",", ", ", " "} {
		s.addLong([]byte(listed(v, "%d", sep)), pattern{form: "decimal", bits: bits})
	}
	for before := range 5 {
		text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte("\x00\x00\x00\x00"[:before] + v))
		text = text[(8*before+4)/5 : 8*(before+len(v))/5]
		p := pattern{form: "base32", bits: bits, before: int8(min(before, 1))}
		if (before+len(v))%5 != 0 {
			p.after = 1
		}
		s.addLong([]byte(text), p)
		s.addLong([]byte(strings.ToLower(text)), p)
	}
}

// listed returns the bytes of a text one by one.
func listed(v, format, sep string) string {
	parts := make([]string, len(v))
	for i := range len(v) {
		parts[i] = fmt.Sprintf(format, v[i])
	}
	return strings.Join(parts, sep)
}

// asNumber adds the value as one whole number: in decimal digits, without zeros before
// it, as programs write what they keep as such; in eight bytes, either first; and as
// variable-length integer of Protocol Buffers, with and without zigzag.
func (s *speller) asNumber(v string, raw []byte) {
	n, err := strconv.ParseUint(strings.TrimPrefix(v, "+"), 10, 64)
	p := pattern{bits: information(v), binary: true}
	if len(raw) > 0 { // though they may look like decimal digits
		n, err = strconv.ParseUint(hex.EncodeToString(raw), 16, 64)
		p.bits = int16(8 * len(raw))
	}
	if err != nil || n < leastNumber {
		return
	}
	text := pattern{form: "decimal", bits: p.bits, apart: true}
	s.addLong(strconv.AppendUint(nil, n, 10), text)
	if int64(n) < 0 {
		s.addLong(strconv.AppendInt(nil, int64(n), 10), text)
	}
	p.form = "uint64"
	s.add(binary.BigEndian.AppendUint64(nil, n), p)
	s.add(binary.LittleEndian.AppendUint64(nil, n), p)
	p.form = "varint"
	s.add(binary.AppendUvarint(nil, n), p)
	s.add(binary.AppendUvarint(nil, n<<1^uint64(int64(n)>>63)), p)
}

// leastNumber is from where on a number is not met by chance.
const leastNumber = 1 << 36

// asBytes adds the bytes that a value written in hexadecimal stands for, and their
// Base64: decoders pass over what says nothing by itself.
func (s *speller) asBytes(raw []byte) {
	if len(raw) < shortPattern {
		return
	}
	p := pattern{form: "raw", binary: true, bits: int16(8 * len(raw))}
	s.add(raw, p)
	p = pattern{form: "base64>raw", bits: p.bits}
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		text := enc.AppendEncode(nil, raw)
		if bare := bytes.TrimRight(text, "="); len(bare) >= freePattern { // often left out
			text = bare
		}
		s.addLong(text, p)
	}
}

// addLong adds a pattern of text, unless it is so short that to look for it would slow
// the search for all others.
func (s *speller) addLong(text []byte, p pattern) {
	if len(text) >= freePattern {
		s.add(text, p)
	}
}

// asAddress adds what else a hardware address is written as: as Bluetooth sends it,
// the last byte first, and as the second half of an IPv6 address (RFC 4291, appendix
// A).
func (s *speller) asAddress(m numbering.MAC) {
	back := numbering.MAC{m[5], m[4], m[3], m[2], m[1], m[0]}
	s.add(back[:], pattern{form: "reversed", binary: true, bits: 48})
	for _, upper := range []bool{false, true} {
		s.add(back.Append(nil, ':', 2, upper), pattern{form: "reversed", bits: 48})
	}
	half := []byte{m[0] ^ 2, m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]}
	s.add(half, pattern{form: "eui64", binary: true, bits: 48})
	var groups []string
	for i := 0; i < len(half); i += 2 {
		groups = append(groups, strconv.FormatUint(uint64(binary.BigEndian.Uint16(half[i:])), 16))
	}
	text := []string{strings.Join(groups, ":")}
	if groups[0] == "0" {
		text = append(text, "::"+strings.Join(groups[1:], ":"))
	}
	for _, t := range text {
		s.addLong([]byte(t), pattern{form: "eui64", bits: 48})
		s.addLong([]byte(strings.ToUpper(t)), pattern{form: "eui64", bits: 48})
	}
}

// rawOf returns the bytes that a value of hexadecimal digits stands for, nil if it is
// none.
func rawOf(k telltale.Kind, v string) []byte {
	switch k {
	case telltale.MAC, telltale.BSSID:
		m, ok := numbering.ParseMAC(v)
		if !ok {
			return nil
		}
		return m[:]
	case telltale.AndroidID, telltale.GSFID, telltale.WidevineID, telltale.AdID, telltale.IDFV, telltale.InstallID, telltale.MEID:
		raw, err := hex.DecodeString(strings.ReplaceAll(v, "-", ""))
		if err != nil {
			return nil
		}
		return raw
	}
	return nil
}

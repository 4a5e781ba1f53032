package telltale

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kept says how many significant characters (letters and digits) from the
// start stay readable, by kind, in values of at least so many of them.
var kept = map[Kind]struct{ chars, of int }{
	IMEI:   {8, 14}, // type allocation code
	IMEISV: {8, 16}, // type allocation code
	MEID:   {8, 14}, // manufacturer code
	IMSI:   {5, 14}, // country and network
	ICCID:  {6, 18}, // 89, country, issuer
	EID:    {8, 32}, // issuer
	MAC:    {6, 12}, // maker
	BSSID:  {6, 12}, // maker
}

// freeText are the kinds whose separators say something by themselves, such
// as the lengths of words. Of these every character is a dot.
var freeText = map[Kind]bool{
	SSID: true, PersonName: true, Hostname: true, SMS: true, Contact: true,
	Account: true, Credential: true, Other: true,
}

// maskValue returns raw, a value of kind k in any usual spelling, masked.
func (m *Masker) maskValue(k Kind, raw string) string {
	switch k {
	case Location:
		return maskLocation(raw)
	case Email:
		return m.maskEmail(raw)
	case MSISDN:
		return dots(raw, countryCode(raw), true)
	case Cell:
		return dots(raw, network(raw), true)
	case PublicIP:
		return m.maskIP(raw)
	case Model, Build:
		return m.Text(NewText(raw)) // many devices share them
	case IPv6EUI64:
		if a, err := netip.ParseAddr(raw); err == nil && isEUI64(a) {
			return m.Addr(a)
		}
	}
	keep := kept[k]
	if significant(raw) < keep.of {
		keep.chars = 0
	}
	return dots(raw, keep.chars, !freeText[k])
}

// maskIP keeps an address of a private network: it says nothing outside.
func (m *Masker) maskIP(raw string) string {
	if a, err := netip.ParseAddr(raw); err == nil && (a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsLoopback()) {
		return m.Addr(a)
	}
	return dots(raw, 0, true)
}

// dots returns s with a dot for every character but the first keep letters
// and digits and, where separators is set, the ASCII punctuation and spaces.
func dots(s string, keep int, separators bool) string {
	var b strings.Builder
	for _, r := range s {
		alnum := isAlnum(r)
		switch {
		case alnum && keep > 0:
			keep--
			b.WriteRune(r)
		case separators && !alnum && r >= ' ' && r < utf8.RuneSelf-1:
			b.WriteRune(r)
		default:
			b.WriteRune(Dot)
		}
	}
	return b.String()
}

func isAlnum(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// significant counts the letters and digits of s.
func significant(s string) int {
	n := 0
	for _, r := range s {
		if isAlnum(r) {
			n++
		}
	}
	return n
}

// maskLocation keeps one decimal (about 11 km) of each part that has more,
// only the whole degrees of one that has one, and nothing of one that has none.
func maskLocation(s string) string {
	var b strings.Builder
	for i, part := range strings.Split(s, ",") {
		if i > 0 {
			b.WriteByte(',')
		}
		whole, decimals, _ := strings.Cut(part, ".")
		if strings.Trim(whole, "+- 0123456789") != "" || strings.Trim(decimals, "0123456789") != "" {
			whole, decimals = "", ""
		}
		keep := 0
		switch {
		case len(decimals) >= 2:
			keep = significant(whole) + 1
		case len(decimals) == 1:
			keep = significant(whole)
		}
		b.WriteString(dots(part, keep, true))
	}
	return b.String()
}

// maskEmail keeps the domain, as far as it looks like one.
func (m *Masker) maskEmail(s string) string {
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return dots(s, 0, false)
	}
	return dots(s[:at], 0, false) + "@" + m.Text(NewText(s[at+1:]))
}

// network returns how many digits of the cell identity s name its network:
// those of "mcc-mnc" where more follows, else none.
func network(s string) int {
	mcc, rest, _ := strings.Cut(s, "-")
	mnc, cell, _ := strings.Cut(rest, "-")
	if len(mcc) != 3 || len(mnc) < 2 || len(mnc) > 3 || cell == "" {
		return 0
	}
	return significant(mcc) + significant(mnc)
}

// countryCode returns how many of the digits of a phone number in
// international form, with or without a leading + or 00, are its country
// code; 0 for a number in any other form.
func countryCode(s string) int {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
	if len(digits) != significant(s) || len(digits) < 7 {
		return 0
	}
	number := strings.TrimPrefix(digits, "00")
	if number[0] == '0' {
		return 0
	}
	return len(digits) - len(number) + codeLen(number)
}

// twoDigitCodes are the country codes of two digits. One code of +1 and one
// of +7 serve whole zones; all others have three (ITU-T E.164 list).
const twoDigitCodes = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 " +
	"60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98"

func codeLen(number string) int {
	switch {
	case number[0] == '1' || number[0] == '7':
		return 1
	case strings.Contains(twoDigitCodes, number[:2]):
		return 2
	}
	return 3
}

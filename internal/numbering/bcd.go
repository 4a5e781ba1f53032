package numbering

// PackBCD returns decimal or hexadecimal digits as packed nibbles, the first
// digit in the high half, an odd count filled up with F at the end. It
// returns nil if s holds anything else.
func PackBCD(s string) []byte { return pack(s, 4, 0) }

// PackSwappedBCD returns the same with the first digit of each byte in the
// low half, as SIM cards (ETSI TS 102 221 13.2) and signalling store numbers.
func PackSwappedBCD(s string) []byte { return pack(s, 0, 4) }

func pack(s string, first, second int) []byte {
	if !IsHex(s) {
		return nil
	}
	b := make([]byte, 0, (len(s)+1)/2)
	for i := 0; i < len(s); i += 2 {
		low := byte(15)
		if i+1 < len(s) {
			low = hexValue(s[i+1])
		}
		b = append(b, hexValue(s[i])<<first|low<<second)
	}
	return b
}

// MobileIdentity returns the value part of the Mobile Identity element
// (3GPP TS 24.008 10.5.1.4) that carries the digits of an IMSI (type 1), an
// IMEI (2) or an IMEISV (3), or nil if digits are not decimal.
func MobileIdentity(kind byte, digits string) []byte {
	if !IsDigits(digits) {
		return nil
	}
	odd := byte(len(digits) % 2)
	first := hexValue(digits[0])<<4 | odd<<3 | kind
	return append([]byte{first}, PackSwappedBCD(digits[1:])...)
}

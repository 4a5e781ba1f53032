package numbering

import (
	"fmt"
	"strconv"
)

// MEID reports whether s is a hexadecimal MEID: 14 hexadecimal digits from
// A0000000000000 up, so that it is never an IMEI, or these and a sound
// hexadecimal check digit (3GPP2 S.R0048).
func MEID[T Text](s T) bool {
	if len(s) != 14 && len(s) != 15 || !IsHex(s) || hexValue(s[0]) < 10 {
		return false
	}
	return len(s) == 14 || LuhnHex(s)
}

// MEIDDecimal returns the 18 decimal digits of a MEID of 14 hexadecimal ones,
// or "" if meid is not one.
func MEIDDecimal(meid string) string {
	if len(meid) != 14 || !MEID(meid) {
		return ""
	}
	high, _ := strconv.ParseUint(meid[:8], 16, 64)
	low, _ := strconv.ParseUint(meid[8:], 16, 64)
	return fmt.Sprintf("%010d%08d", high, low)
}

// MEIDFromDecimal returns the 14 upper-case hexadecimal digits of a MEID
// written as 18 decimal ones, or "" if s is not one.
func MEIDFromDecimal(s string) string {
	if len(s) != 18 || !IsDigits(s) {
		return ""
	}
	high, low := number(s[:10]), number(s[10:])
	if high > 0xFFFFFFFF || low > 0xFFFFFF {
		return ""
	}
	meid := fmt.Sprintf("%08X%06X", high, low)
	if !MEID(meid) {
		return ""
	}
	return meid
}

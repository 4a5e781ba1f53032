package numbering

// ICCID reports whether s has the shape of a SIM card's number: 18 to 22
// decimal digits that begin with 89 (ITU-T E.118). Its check digit may be
// missing, so none is asked for.
func ICCID[T Text](s T) bool {
	return len(s) >= 18 && len(s) <= 22 && s[0] == '8' && s[1] == '9' && IsDigits(s)
}

// ChineseICCID reports whether s is a card number of a Chinese issuer, which
// may hold hexadecimal letters and then has no check digit.
func ChineseICCID[T Text](s T) bool {
	if len(s) < 18 || len(s) > 20 || !IsHex(s) || !IsDigits(s[:6]) {
		return false
	}
	return number(s[:4]) == 8986
}

// A CallingCode says what the country code in a number stands for.
type CallingCode uint8

// The states of a country code of ITU-T E.164.
const (
	CodeUnassigned CallingCode = iota
	CodeAssigned
	CodeTest // 999, kept free, as made-up numbers use it
)

// CountryCode returns the state of the country code that s begins with and
// how many digits it has.
func CountryCode[T Text](s T) (CallingCode, int) {
	for n := 1; n <= 3 && n <= len(s); n++ {
		if !isDigit(s[n-1]) {
			break
		}
		code := int(number(s[:n]))
		if code == 999 {
			return CodeTest, n
		}
		if code > 0 && assignedCode(code) {
			return CodeAssigned, n
		}
	}
	return CodeUnassigned, 0
}

// assignedCode reports whether ITU-T E.164 assigns code to a country, a
// region or a global network.
func assignedCode(code int) bool {
	for _, r := range countryCodes {
		if code >= r[0] && code <= r[1] {
			return true
		}
	}
	return false
}

// countryCodes are the assigned country codes as ranges, both ends included
// (facts
// of ITU-T E.164, written down by hand from the public plan).
var countryCodes = [][2]int{
	{1, 1},
	{7, 7},
	{20, 20},
	{27, 27},
	{30, 34},
	{36, 36},
	{39, 41},
	{43, 49},
	{51, 58},
	{60, 66},
	{81, 82},
	{84, 84},
	{86, 86},
	{90, 95},
	{98, 98},
	{211, 213},
	{216, 216},
	{218, 218},
	{220, 258},
	{260, 269},
	{290, 291},
	{297, 299},
	{350, 359},
	{370, 383},
	{385, 387},
	{389, 389},
	{420, 421},
	{423, 423},
	{500, 509},
	{590, 599},
	{670, 670},
	{672, 683},
	{685, 692},
	{800, 800},
	{808, 808},
	{850, 850},
	{852, 853},
	{855, 856},
	{870, 870},
	{878, 878},
	{880, 883},
	{886, 886},
	{888, 888},
	{960, 968},
	{970, 977},
	{979, 979},
	{992, 996},
	{998, 998},
}

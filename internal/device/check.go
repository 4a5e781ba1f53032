package device

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/telltale-audit/telltale"
	"github.com/telltale-audit/telltale/internal/numbering"
)

// Check returns text as the canonical value of kind k, or an error that says
// in one line what is wrong, without repeating the text. Separators people
// write are tolerated. An IMEI of 14 digits gets its check digit.
func Check(k telltale.Kind, text string) (string, error) {
	if places[k] == "" {
		return "", errors.New("a device file cannot hold this kind")
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return "", errors.New("no value")
	}
	for _, r := range text {
		if r < ' ' || r == 0x7F || r == 0xFFFD {
			return "", errors.New("holds a character that cannot be printed")
		}
	}
	if check := checks[k]; check != nil {
		return check(text)
	}
	return text, nil
}

// checks are the kinds whose values have a form; all others are taken as they
// are.
var checks = map[telltale.Kind]func(string) (string, error){
	telltale.IMEI:       checkIMEI,
	telltale.IMEISV:     checkIMEISV,
	telltale.MEID:       checkMEID,
	telltale.ESN:        func(s string) (string, error) { return checkHex(strings.ToUpper(numbering.Strip(s)), 8) },
	telltale.IMSI:       checkIMSI,
	telltale.ICCID:      checkICCID,
	telltale.EID:        checkEID,
	telltale.MSISDN:     checkMSISDN,
	telltale.MAC:        checkMAC,
	telltale.BSSID:      checkMAC,
	telltale.AndroidID:  func(s string) (string, error) { return checkHex(strings.ToLower(s), 16) },
	telltale.AdID:       checkUUID,
	telltale.IDFV:       checkUUID,
	telltale.Location:   checkLocation,
	telltale.Serial:     checkLong(4),
	telltale.GSFID:      checkLong(14),
	telltale.WidevineID: checkLong(32),
	telltale.InstallID:  checkLong(8),
	telltale.Email:      checkEmail,
}

func checkIMEI(s string) (string, error) {
	d := numbering.Strip(s)
	switch {
	case !numbering.IsDigits(d):
		return "", errNotDigits
	case numbering.AllEqual(d), d == "012345678912345":
		return "", errPlaceholder
	case len(d) == 14:
		return d + string(numbering.LuhnDigit(d)), nil
	case len(d) != 15:
		return "", wrongLength(d, "15 digits")
	case !numbering.Luhn(d):
		return "", errors.New("the check digit (the last) does not fit the other 14; one digit is wrong")
	}
	return d, nil
}

func checkIMEISV(s string) (string, error) {
	d := numbering.Strip(s)
	if !numbering.IsDigits(d) {
		return "", errNotDigits
	}
	if len(d) != 16 {
		return "", wrongLength(d, "16 digits")
	}
	return d, nil
}

func checkMEID(s string) (string, error) {
	d := strings.ToUpper(numbering.Strip(s))
	if m := numbering.MEIDFromDecimal(d); m != "" {
		return m, nil
	}
	if !numbering.IsHex(d) {
		return "", errNotHex
	}
	if len(d) != 14 && len(d) != 15 {
		return "", wrongLength(d, "14 digits and letters")
	}
	if numbering.IsDigits(d) {
		return "", errors.New("this is an IMEI's form; write it at the key imei")
	}
	if !numbering.MEID(d) {
		return "", errors.New("does not begin with A-F, or its check digit does not fit")
	}
	return d[:14], nil
}

func checkIMSI(s string) (string, error) {
	d := numbering.Strip(s)
	if !numbering.IsDigits(d) {
		return "", errNotDigits
	}
	if len(d) != 14 && len(d) != 15 {
		return "", wrongLength(d, "15 digits")
	}
	if !numbering.IMSI(d) {
		return "", errors.New("no country has the code in its first three digits")
	}
	return d, nil
}

func checkICCID(s string) (string, error) {
	d := strings.ToUpper(numbering.Strip(s))
	if numbering.ChineseICCID(d) {
		return d, nil
	}
	if !numbering.IsDigits(d) {
		return "", errNotDigits
	}
	if len(d) < 18 || len(d) > 22 {
		return "", wrongLength(d, "19 or 20 digits")
	}
	if !numbering.ICCID(d) {
		return "", errors.New("does not begin with 89")
	}
	if len(d) == 20 && !numbering.Luhn(d) {
		return "", errors.New("the check digit (the last) does not fit the other 19; one digit is wrong")
	}
	return d, nil
}

func checkEID(s string) (string, error) {
	d := numbering.Strip(s)
	if !numbering.IsDigits(d) {
		return "", errNotDigits
	}
	if len(d) != 32 {
		return "", wrongLength(d, "32 digits")
	}
	if !numbering.EID(d) {
		return "", errors.New("the two check digits (the last) do not fit the others; one digit is wrong")
	}
	return d, nil
}

func checkMSISDN(s string) (string, error) {
	d := strings.NewReplacer("(", "", ")", "", "/", "").Replace(numbering.Strip(s))
	d = strings.TrimPrefix(strings.TrimPrefix(d, "+"), "00")
	if !numbering.IsDigits(d) {
		return "", errNotDigits
	}
	if len(d) < 7 || len(d) > 15 {
		return "", wrongLength(d, "7 to 15 digits with country code")
	}
	if code, _ := numbering.CountryCode(d); code == numbering.CodeUnassigned {
		return "", errors.New("does not begin with a country code")
	}
	return "+" + d, nil
}

func checkMAC(s string) (string, error) {
	m, ok := numbering.ParseMAC(s)
	if !ok {
		return "", errors.New("is not six pairs of digits and letters A-F")
	}
	if m.Placeholder() {
		return "", errors.New("is what Android shows in place of the address; look it up in Settings > About phone")
	}
	if m.Multicast() {
		return "", errors.New("is a group address, not one of a device")
	}
	return m.String(), nil
}

func checkUUID(s string) (string, error) {
	d, err := checkHex(strings.ToLower(numbering.Strip(s)), 32)
	if err != nil {
		return "", err
	}
	return d[:8] + "-" + d[8:12] + "-" + d[12:16] + "-" + d[16:20] + "-" + d[20:], nil
}

func checkLocation(s string) (string, error) {
	lat, lon, ok := strings.Cut(s, ",")
	lat, lon = strings.TrimSpace(lat), strings.TrimSpace(lon)
	a, err := strconv.ParseFloat(lat, 64)
	b, err2 := strconv.ParseFloat(lon, 64)
	if !ok || err != nil || err2 != nil || !(a >= -90 && a <= 90 && b >= -180 && b <= 180) {
		return "", errors.New("is not latitude,longitude in degrees")
	}
	return lat + "," + lon, nil
}

func checkEmail(s string) (string, error) {
	name, domain, ok := strings.Cut(s, "@")
	if !ok || name == "" || !strings.Contains(domain, ".") {
		return "", errors.New("is not an e-mail address")
	}
	return s, nil
}

// checkLong takes what has no form of its own but must not be so short that
// it is found everywhere.
func checkLong(least int) func(string) (string, error) {
	return func(s string) (string, error) {
		if len(s) < least {
			return "", wrongLength(s, fmt.Sprintf("at least %d characters", least))
		}
		if numbering.AllEqual(s) || strings.EqualFold(s, "unknown") {
			return "", errPlaceholder
		}
		return s, nil
	}
}

func checkHex(s string, n int) (string, error) {
	if !numbering.IsHex(s) {
		return "", errNotHex
	}
	if len(s) != n {
		return "", wrongLength(s, fmt.Sprintf("%d digits and letters", n))
	}
	if numbering.AllEqual(s) || s == "9774d56d682e549c" {
		return "", errPlaceholder
	}
	return s, nil
}

var (
	errNotDigits   = errors.New("holds something other than digits")
	errNotHex      = errors.New("holds something other than digits and letters A-F")
	errPlaceholder = errors.New("is a placeholder, not a value of a device")
)

func wrongLength(s, want string) error {
	return fmt.Errorf("has %d characters; it should have %s", len(s), want)
}

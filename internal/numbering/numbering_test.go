package numbering

import (
	"encoding/hex"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale/internal/oracle"
)

func TestCheckDigits(t *testing.T) {
	for _, c := range []struct {
		name string
		got  bool
		want bool
	}{
		{"IMEI", IMEI("352099001761481"), true},
		{"IMEI as bytes", IMEI([]byte("490154203237518")), true},
		{"IMEI, wrong digit", IMEI("352099001761482"), false},
		{"IMEI, 14 digits", IMEI("35209900176148"), false},
		{"IMEI, letters", IMEI("35209900176148x"), false},
		{"test IMEI 1", IMEI("001012704839210"), true},
		{"test IMEI 2", IMEI("001012704839392"), true},
		{"IMEISV", IMEISV("0010127048392101"), true},
		{"MEID", MEID("AF0123450ABCDE"), true},
		{"MEID with check digit", MEID("AF0123450ABCDEC"), true},
		{"MEID with wrong check digit", MEID("AF0123450ABCDED"), false},
		{"MEID that is an IMEI", MEID("35209900176148"), false},
		{"ICCID", ICCID("8947020000123456782"), true},
		{"ICCID, check digit", Luhn("8947020000123456782"), true},
		{"ICCID, 20 digits", Luhn("89999001234567890125"), true},
		{"ICCID, 19 digits", Luhn("8999900123456789011"), true},
		{"ICCID, 17 digits", ICCID("89999001234567890"), false},
		{"EID", EID("89034011560010000000000000000121"), true},
		{"EID, other", EID("89044011112233441122334411223321"), true},
		{"EID, wrong", EID("89044011112233441122334411223322"), false},
		{"IMSI of the test network", IMSI("001010123456789"), true},
		{"IMSI, no such country", IMSI("003010123456789"), false},
		{"Chinese ICCID", ChineseICCID("898603A1B2C3D4E5F607"), true},
		{"ICCID of letters elsewhere", ChineseICCID("894703A1B2C3D4E5F607"), false},
		{"card", CardLike("4111111111111111"), true},
		{"card of 15 digits", CardLike("378282246310005"), true},
		{"IMEI is no card", CardLike("352099001761481"), false},
		{"Luhn of nothing", Luhn(""), false},
		{"all equal", AllEqual("0000"), true},
		{"not all equal", AllEqual("0001"), false},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %v", c.name, c.got)
		}
	}
}

// Every single wrong digit breaks a Luhn number, in base 10 and 16.
func TestLuhnCatchesOneWrongDigit(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		body := make([]byte, 14)
		for i := range body {
			body[i] = '0' + byte(rng.IntN(10))
		}
		whole := slices.Concat(body, []byte{LuhnDigit(body)})
		if !Luhn(whole) {
			t.Fatalf("%s fails its own check digit", whole)
		}
		at := rng.IntN(len(whole))
		whole[at] = '0' + (whole[at]-'0'+1+byte(rng.IntN(9)))%10
		if Luhn(whole) {
			t.Fatalf("%s passes with a wrong digit at %d", whole, at)
		}
	}
}

func TestLuhnDigit(t *testing.T) {
	for body, want := range map[string]byte{"35209900176148": '1', "894702000012345678": '2', "293608736500703710": '0'} {
		if got := LuhnDigit(body); got != want {
			t.Errorf("LuhnDigit(%s) = %c, want %c", body, got, want)
		}
	}
	for body, want := range map[string]byte{"AF0123450ABCDE": 'C', "A0000049D1C3E7": '2'} {
		if got := LuhnHexDigit(body); got != want {
			t.Errorf("LuhnHexDigit(%s) = %c, want %c", body, got, want)
		}
	}
}

func TestMEIDForms(t *testing.T) {
	if got := MEIDDecimal("AF0123450ABCDE"); got != "293608736500703710" {
		t.Errorf("decimal form is %q", got)
	}
	if got := MEIDFromDecimal("293608736500703710"); got != "AF0123450ABCDE" {
		t.Errorf("hexadecimal form is %q", got)
	}
	for _, bad := range []string{"", "352099001761481123", "999999999900000000", "000000000000000000"} {
		if got := MEIDFromDecimal(bad); got != "" {
			t.Errorf("MEIDFromDecimal(%q) = %q", bad, got)
		}
	}
}

func TestBCD(t *testing.T) {
	for _, c := range []struct{ name, got, want string }{
		{"EF_ICCID", hex.EncodeToString(PackSwappedBCD("8947020000123456782")), "987420000021436587f2"},
		{"IMEI swapped", hex.EncodeToString(PackSwappedBCD("352099001761481")), "53029900711684f1"},
		{"IMEI", hex.EncodeToString(PackBCD("352099001761481")), "352099001761481f"},
		{"Mobile Identity", hex.EncodeToString(MobileIdentity(2, "352099001761481")), "3a25900910674118"},
		{"no digits", string(PackBCD("12x4")), ""},
		{"no identity", string(MobileIdentity(1, "")), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, c.got, c.want)
		}
	}
}

func TestMAC(t *testing.T) {
	for text, want := range map[string]string{
		"02:00:5e:10:7a:c4": "02:00:5e:10:7a:c4",
		"02-00-5E-10-7A-C4": "02:00:5e:10:7a:c4",
		"0200.5e10.7ac4":    "02:00:5e:10:7a:c4",
		"02005E107AC4":      "02:00:5e:10:7a:c4",
		"0200-5e10-7ac4":    "02:00:5e:10:7a:c4",
	} {
		m, ok := ParseMAC(text)
		if !ok || m.String() != want {
			t.Errorf("ParseMAC(%q) = %s, %v", text, m, ok)
		}
		if !m.Local() || m.Multicast() || m.Placeholder() {
			t.Errorf("%s: wrong bits", m)
		}
	}
	for _, bad := range []string{"", "02:00:5e:10:7a", "02:00-5e:10:7a:c4", "02.00.5e.10.7a.c4", "02005e107acx"} {
		if m, ok := ParseMAC(bad); ok {
			t.Errorf("ParseMAC(%q) = %s", bad, m)
		}
	}
	for _, text := range []string{"020000000000", "000000000000", "ffffffffffff"} {
		if m, ok := ParseMAC(text); !ok || !m.Placeholder() {
			t.Errorf("%s is no placeholder", text)
		}
	}
	if m, _ := ParseMAC("01005e000001"); !m.Multicast() {
		t.Error("01:00:5e is not multicast")
	}
}

func TestTables(t *testing.T) {
	codes := 0
	for _, c := range mccCountry {
		if c != "" {
			codes++
		}
	}
	if lines := strings.Count(mccText, "\n") - 3; codes != lines {
		t.Errorf("%d codes from %d lines", codes, lines)
	}
	for s, want := range map[string]string{"242": "NO", "46001": "CN", "001": "TEST", "000": "", "24": "", "x42": ""} {
		if got := MCC(s); got != want {
			t.Errorf("MCC(%s) = %q, want %q", s, got, want)
		}
	}
	for s, want := range map[string]CallingCode{"47": CodeAssigned, "1": CodeAssigned, "358": CodeAssigned, "999": CodeTest, "0": CodeUnassigned, "210": CodeUnassigned, "": CodeUnassigned} {
		if got, _ := CountryCode(s); got != want {
			t.Errorf("CountryCode(%s) = %d, want %d", s, got, want)
		}
	}
	for s, want := range map[string]Body{"35": BodyAllocating, "00": BodyTest, "49": BodyHistorical, "17": BodyUnknown, "": BodyUnknown, "a1": BodyUnknown} {
		if got := ReportingBody(s); got != want {
			t.Errorf("ReportingBody(%s) = %d, want %d", s, got, want)
		}
	}
}

// Chance passes of random digits stay near the rates that the weights of
// evidence rest on.
func TestChanceRates(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	const n = 100000
	luhn, current := 0, 0
	s := make([]byte, 15)
	for range n {
		for i := range s {
			s[i] = '0' + byte(rng.IntN(10))
		}
		if IMEI(s) {
			luhn++
			if ReportingBody(s) == BodyAllocating {
				current++
			}
		}
	}
	if luhn < n/11 || luhn > n/9 || current < n*3/1000 || current > n*5/1000 {
		t.Errorf("of %d random numbers %d pass Luhn, %d with an allocating body", n, luhn, current)
	}
}

func FuzzNumbers(f *testing.F) {
	f.Add("352099001761481")
	f.Add("02:00:5e:10:7a:c4")
	f.Fuzz(func(t *testing.T, s string) {
		oracle.Allocates(t, 0, len(s), func() {
			_, _ = IMEI(s), IMEISV(s)
			_, _, _ = ICCID(s), ChineseICCID(s), EID(s)
			_, _, _ = ReportingBody(s), MCC(s), CardLike(s)
			_, _ = CountryCode(s)
		})
		if MEID(s) && len(s) == 14 && MEIDFromDecimal(MEIDDecimal(s)) != strings.ToUpper(s) {
			t.Errorf("%q does not survive its decimal form", s)
		}
		if m, ok := ParseMAC(s); ok {
			if again, ok := ParseMAC(m.String()); !ok || again != m {
				t.Errorf("%q does not survive its text", s)
			}
		}
	})
}

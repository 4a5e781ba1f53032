package numbering

import (
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/telltale-audit/telltale"
)

func TestOrigin(t *testing.T) {
	for _, c := range []struct {
		kind        telltale.Kind
		value, want string
	}{
		{telltale.IMSI, "242010000000001", "network Telenor, Norway"},
		{telltale.IMSI, "310260000000001", "network T-Mobile, United States"},
		{telltale.IMSI, "460030000000001", "network China Telecom, China"},
		{telltale.IMSI, "001010123456789", "a test network"},
		{telltale.IMSI, "242550000000001", "a network of Norway"},
		{telltale.IMSI, "003010000000001", ""},
		{telltale.ICCID, "89860300000000000001", "issued by China Telecom, China"},
		{telltale.ICCID, "8947000000000000001", "issued in Norway or Svalbard & Jan Mayen"},
		{telltale.ICCID, "8999900123456789011", "a test range"},
		{telltale.ICCID, "89", ""},
		{telltale.IMEI, "352099001761481", "registered through TÜV SÜD (BABT), Europe"},
		{telltale.IMEI, "860000000000000", "registered through TAF, China"},
		{telltale.IMEI, "001012704839210", "a test range"},
		{telltale.IMEI, "1", ""},
		{telltale.MSISDN, "+4790000000", "Norway or Svalbard & Jan Mayen"},
		{telltale.MSISDN, "+358400000000", "Finland or Åland Islands"},
		{telltale.MSISDN, "+33100000000", "France"},
		{telltale.MSISDN, "+12025550123", "United States or another that shares the code"},
		{telltale.MSISDN, "+999123456", ""},
		{telltale.MAC, "00:00:0c:00:00:01", "made by Cisco Systems, Inc"},
		{telltale.MAC, "02:00:5e:10:7a:c4", "made up by the device or its network"},
		{telltale.MAC, "nothing", ""},
		{telltale.Serial, "A1B2", ""},
	} {
		if got := Origin(c.kind, c.value); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.kind, c.value, got, c.want)
		}
	}
}

// Every line of every table is found, and what stands between lines is not.
func TestLookup(t *testing.T) {
	for name, table := range map[string]string{
		"networks": operatorsText, "makers": makersText, "calling codes": callingText, "issuers": issuersText, "countries": countriesText,
	} {
		n, last := 0, ""
		for line := range strings.Lines(table) {
			key, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			if line[0] == '#' {
				continue
			}
			if !ok || value == "" || key <= last {
				t.Fatalf("%s: %q after %q", name, line, last)
			}
			if n++; n%97 == 1 && lookup(table, key) != value {
				t.Errorf("%s: %s is %q, want %q", name, key, lookup(table, key), value)
			}
			if got := lookup(table, key+"~"); got != "" {
				t.Errorf("%s: %s~ is %q", name, key, got)
			}
			last = key
		}
		if n < 10 || lookup(table, last) == "" || lookup(table, "") != "" || lookup(table, "~") != "" {
			t.Errorf("%s has %d lines", name, n)
		}
	}
}

func TestHashesOfTables(t *testing.T) {
	for i, file := range []string{mccText, operatorsText, makersText, callingText, issuersText, countriesText} {
		if sum := sha256.Sum256([]byte(file)); hex.EncodeToString(sum[:]) != tables[i].SHA256 {
			t.Errorf("%s has changed: its SHA-256 is %x", tables[i].Name, sum)
		}
	}
}

// A code of calling codes is assigned by the plan too.
func TestCallingCodesAreAssigned(t *testing.T) {
	for line := range strings.Lines(callingText) {
		code, _, _ := strings.Cut(line, "\t")
		if line[0] == '#' {
			continue
		}
		if state, n := CountryCode(code); state != CodeAssigned || n != len(code) {
			t.Errorf("+%s is %d, of %d digits", code, state, n)
		}
	}
}

// An origin says nothing about digits that a mask hides: numbers that differ
// only there have the same one. (Of a network code of three digits, the last is
// told by the network's name.)
func TestOriginKeepsTheMask(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	kept := map[telltale.Kind]int{telltale.IMSI: 6, telltale.ICCID: 6, telltale.IMEI: 8}
	for kind, n := range kept {
		for range 500 {
			a := make([]byte, 15)
			for i := range a {
				a[i] = '0' + byte(rng.IntN(10))
			}
			if kind == telltale.ICCID {
				a[0], a[1] = '8', '9'
			}
			b := slices.Clone(a)
			for i := n; i < len(b); i++ {
				b[i] = '0' + byte(rng.IntN(10))
			}
			if x, y := Origin(kind, string(a)), Origin(kind, string(b)); x != y {
				t.Errorf("%s: %s is %q, %s is %q", kind, a, x, b, y)
			}
		}
	}
}

func FuzzOrigin(f *testing.F) {
	f.Add("242010000000001")
	f.Fuzz(func(t *testing.T, s string) {
		for _, k := range telltale.Kinds {
			if text := Origin(k, s); len(text) > 120 || strings.ContainsAny(text, "\n\t") {
				t.Errorf("%s %q: %q", k, s, text)
			}
		}
	})
}
